"""Adam: each synapse scales its step by the running size of its own gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from neurohm.backend import Array
from neurohm.checks import real_number
from neurohm.exceptions import ArgumentTypeError
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.constraints import Constraint


class Adam(Plasticity):
    """Adam, uphill. The running averages belong to the synapse, so it stays synapse-local.

    Parameters
    ----------
    learning_rate : float
    decays : tuple of float
        Of the running mean of the gradient and of its square, each from 0 to below 1.
    epsilon : float
    rates, constraint, weight_decay, sparsity
        See `Plasticity`. Decay and sparsity go by the rate times what the averages have reached,
        sqrt(1 - decays[1]^t) / (1 - decays[0]^t) at step t: less in the first thousands of steps.

    Raises
    ------
    InputError, ArgumentTypeError
        If the rate is not a positive number, or a decay not one in [0, 1).

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR, algorithm 1.

    Examples
    --------
    >>> Adam(1e-3)
    Adam(0.001)
    """

    name: ClassVar[str] = "adam"
    recordable: ClassVar[bool] = True

    def __init__(
        self,
        learning_rate: float = 1e-3,
        *,
        decays: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        rates: Mapping[str, float] | None = None,
        constraint: Constraint | None = None,
        weight_decay: float = 0.0,
        sparsity: float = 0.0,
    ) -> None:
        super().__init__(
            learning_rate,
            rates=rates,
            constraint=constraint,
            weight_decay=weight_decay,
            sparsity=sparsity,
        )
        if not isinstance(decays, list | tuple) or len(decays) != 2:
            raise ArgumentTypeError(f"decays {decays!r}", "two numbers", "e.g. (0.9, 0.999)")
        first, second = (real_number("decays", decay, least=0, below=1) for decay in decays)
        self.decays = (first, second)
        self.epsilon = real_number("epsilon", epsilon, above=0)

    def prepare(self, machine: HelmholtzMachine, key: str, weights: Array) -> None:
        """Begin with averages of zero."""
        if key not in self.state:
            zeros = machine.backend.zeros
            self.state[key] = {
                "steps": 0,
                "first": zeros(weights.shape, weights.dtype),
                "second": zeros(weights.shape, weights.dtype),
            }

    def pace(self, key: str, rate: float) -> tuple[float, float]:
        """Return rate and epsilon, corrected for the zeros that the averages began with."""
        own = self.state[key]
        own["steps"] += 1
        first, second = _corrections(self.decays, own["steps"])
        return rate * second / first, self.epsilon * second

    def step(
        self, machine: HelmholtzMachine, key: str, weights: Array, gradient: Array, pace: Array
    ) -> None:
        """Step along the bias-corrected mean gradient over its root mean square."""
        own = self.state[key]
        machine.kernels.optimisers.adam(
            weights.reshape(-1),
            gradient.reshape(-1),
            own["first"].reshape(-1),
            own["second"].reshape(-1),
            pace,
            self.decays,
        )

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {**super().settings(), "decays": list(self.decays), "epsilon": self.epsilon}


@lru_cache(maxsize=16)
def _corrections(decays: tuple[float, float], steps: int) -> tuple[float, float]:
    """Return what averages that began with zeros have reached: of the mean, and of the root."""
    return 1 - decays[0] ** steps, math.sqrt(1 - decays[1] ** steps)
