"""The delta rule: weights change by presynaptic activity times error, times a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from neurohm.backend import Array
from neurohm.checks import real_number
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.constraints import Constraint


class Delta(Plasticity):
    """The delta rule, with heavy-ball momentum where asked for.

    v <- momentum v + g, w <- w + learning_rate v; the gradient g is a mean over the batch. (The
    exponential average (1 - m) g of some releases is this with a rate 1 - m times as high.)

    Parameters
    ----------
    learning_rate : float
    momentum : float
        From 0 to below 1.
    rates, constraint, weight_decay, sparsity
        See `Plasticity`.

    Raises
    ------
    InputError, ArgumentTypeError
        If the rate is not a positive number, or the momentum not one in [0, 1).

    Examples
    --------
    >>> Delta(0.1, momentum=0.9)
    Delta(0.1)
    """

    name: ClassVar[str] = "delta"
    recordable: ClassVar[bool] = True

    def __init__(
        self,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        *,
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
        self.momentum = real_number("momentum", momentum, least=0, below=1, mend="e.g. 0.9")

    def prepare(self, machine: HelmholtzMachine, key: str, weights: Array) -> None:
        """Begin at rest."""
        if self.momentum and key not in self.state:
            velocity = machine.backend.zeros(weights.shape, weights.dtype)
            self.state[key] = {"velocity": velocity}

    def step(
        self, machine: HelmholtzMachine, key: str, weights: Array, gradient: Array, pace: Array
    ) -> None:
        """Step along the gradient, or along its running sum."""
        parameter, slope = weights.reshape(-1), gradient.reshape(-1)
        if not self.momentum:
            machine.kernels.optimisers.delta(parameter, slope, pace)
            return
        velocity = self.state[key]["velocity"].reshape(-1)
        machine.kernels.optimisers.momentum(parameter, slope, velocity, pace, self.momentum)

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {**super().settings(), "momentum": self.momentum}
