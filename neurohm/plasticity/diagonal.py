"""Natural gradients at one synapse: the diagonal of each Fisher matrix alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from neurohm.backend import Array
from neurohm.machine import HelmholtzMachine
from neurohm.machine.updates import SYNAPSE_LOCAL
from neurohm.plasticity.metric_forms import Diagonal, MetricForm, MetricShape
from neurohm.plasticity.natural import Natural


class DiagonalNatural(Natural):
    """Other plasticity, on gradients over the Fisher information of each synapse.

    What each synapse needs is at the synapse: the mean of its squared presynaptic activity times
    the information of its neuron.

    Parameters
    ----------
    inner, damping, every, compat
        See `Natural`, whose other settings have no effect.

    Examples
    --------
    >>> import neurohm as nh
    >>> DiagonalNatural(nh.Delta(0.1)).locality
    'synapse-local'
    """

    name: ClassVar[str] = "diagonal-natural"
    locality: ClassVar[str] = SYNAPSE_LOCAL
    recordable: ClassVar[bool] = True

    def make_form(
        self, machine: HelmholtzMachine, shape: MetricShape, kept: dict[str, Array] | None
    ) -> MetricForm:
        """Return the diagonals."""
        return Diagonal(machine, shape, self.damping, kept)

    @staticmethod
    def rows_of(kept: Mapping[str, Array]) -> int:
        """Return of how many rows a metric was made that was kept."""
        return int(kept["rows"][0])
