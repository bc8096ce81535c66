"""Learning as if binary units were -1 and +1: the same model, another metric."""

from __future__ import annotations

from typing import Any, ClassVar

from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError
from neurohm.machine import HelmholtzMachine, Updates, Workspace
from neurohm.machine.updates import NEURON_LOCAL
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.delta import Delta


class Signed(Plasticity):
    """Other plasticity, on gradients of units that are -1 and +1 instead of 0 and 1.

    A net of such units is the net of 0 and 1 with weights W = 2 V and biases b = c - sum V, so that
    both are one family of models; steps along dV = e (2 h - 1)^T, dc = e differ from steps along
    dW = e h^T, db = e. A silent presynaptic unit teaches, too. What a bias learns needs the sum
    over the afferents of its own neuron.

    Parameters
    ----------
    inner : Plasticity
        What is done with the gradients; the plain delta rule gives the steps above.

    Raises
    ------
    ArgumentTypeError
        If ``inner`` is no plasticity, or a natural one, which knows no coding.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3], seed=0)
    >>> _ = nh.train(machine, np.eye(4), plasticity=Signed(nh.Delta(0.05)), epochs=2)
    """

    name: ClassVar[str] = "signed"
    locality: ClassVar[str] = NEURON_LOCAL
    recordable: ClassVar[bool] = True
    turns_gradients: ClassVar[bool] = True

    def __init__(self, inner: Plasticity | None = None) -> None:
        inner = Delta(0.05) if inner is None else inner
        if not isinstance(inner, Plasticity) or inner.turns_gradients:
            raise ArgumentTypeError(f"inner {inner!r}", "other plasticity, e.g. Delta(0.05)")
        super().__init__(
            inner.learning_rate,
            rates=inner.rates,
            constraint=inner.constraint,
            weight_decay=inner.weight_decay,
            sparsity=inner.sparsity,
        )
        self.inner = inner.fresh()
        self.inner.state = self.state

    def prepare(self, machine: HelmholtzMachine, key: str, weights: Array) -> None:
        """Make the running averages that the inner plasticity has."""
        self.inner.state = self.state
        self.inner.prepare(machine, key, weights)

    def pace(self, key: str, rate: float) -> tuple[float, float]:
        """Return what a step of the inner plasticity goes by."""
        return self.inner.pace(key, rate)

    def step(
        self, machine: HelmholtzMachine, key: str, weights: Array, gradient: Array, pace: Array
    ) -> None:
        """Step as the inner plasticity does."""
        self.inner.step(machine, key, weights, gradient, pace)

    def gradients(
        self, machine: HelmholtzMachine, updates: Updates, work: Workspace
    ) -> dict[str, tuple[Array, Array]]:
        """Return the parameter and its gradient, brought into the metric of signed units, by key.

        Only synapses from binary units change their gradient, and the biases of their targets.
        """
        total = super().gradients(machine, updates, work)
        kinds = machine.populations
        for pathway in (machine.generative, machine.recognition):
            for target, bias in pathway.biases.items():
                keys = [
                    p.key
                    for p in pathway.afferents(target)
                    if p.source < len(kinds) and kinds[p.source].domain == "binary"
                ]
                if bias.key in total and all(key in total for key in keys):
                    turn(machine, [total[key][1] for key in keys], total[bias.key][1], work)
        return total

    def fresh(self) -> Signed:
        """Return the same plasticity without running averages."""
        twin = super().fresh()
        assert isinstance(twin, Signed)
        twin.inner = self.inner.fresh()
        twin.inner.state = twin.state
        return twin

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {**self.inner.settings(), "inner": self.inner.name}


def turn(machine: HelmholtzMachine, weights: list[Array], bias: Array, work: Workspace) -> None:
    """Turn the gradients of a population's synapses, G and g, in place.

    G' = 2 (2 G - 1 g^T), the same for every projection onto it, and g' = g - sum G' / 2.
    """
    arrays, units = machine.kernels.arrays, bias.shape[0]
    minus = work.array(("signed", "minus", units), (1, units), machine.dtype)
    arrays.fill(minus, 0.0)
    arrays.add(bias.reshape(1, units), minus)
    arrays.scale(minus.reshape(-1), -1.0)
    for gradient in weights:
        arrays.scale(gradient.reshape(-1), 2.0)
        machine.kernels.products.add_shared(minus, gradient)
        arrays.add(_minus_sum(machine, gradient, work), bias)
        arrays.scale(gradient.reshape(-1), 2.0)


def _minus_sum(machine: HelmholtzMachine, gradient: Array, work: Workspace) -> Array:
    """Return minus the sum over the presynaptic units, ``(units,)``."""
    units = gradient.shape[1]
    one = work.array(("signed", "one"), (1,), machine.dtype)
    machine.kernels.arrays.fill(one, 1.0)
    gathered = work.array(("signed", "gathered", units), (1, units), machine.dtype)
    total = work.array(("signed", "sum", units), (units,), machine.dtype)
    machine.kernels.weights.weigh_rows(gradient, one, -1.0, gathered, total)
    return total
