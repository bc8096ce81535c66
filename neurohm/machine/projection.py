"""Projections, and the pathway that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neurohm.backend import Array
from neurohm.exceptions import InputError


@dataclass(frozen=True, eq=False)
class Projection:
    """Synapses from one population onto another.

    Parameters
    ----------
    key : str
        Name of the parameter, such as ``generative/hidden1->visible``.
    source, target : int
        Index of the presynaptic and of the postsynaptic population.
    weights : ndarray, (source units, target units)
        Changed in place by plasticity.
    """

    key: str
    source: int
    target: int
    weights: Array


@dataclass(frozen=True, eq=False)
class Bias:
    """The bias of a population in one pathway: a synapse from a unit that is always active.

    Parameters
    ----------
    key : str
        Name of the parameter, such as ``generative/visible``.
    target : int
        Index of the population.
    weights : ndarray, (units,)
        Changed in place by plasticity.
    """

    key: str
    target: int
    weights: Array


class Pathway:
    """All that drives populations in one direction: projections and biases, an acyclic graph.

    Parameters
    ----------
    name : str
        ``"generative"`` or ``"recognition"``.
    projections : sequence of Projection
    biases : sequence of Bias
        One of each population that this pathway drives.

    Attributes
    ----------
    order : tuple of int
        The populations that this pathway drives, each after all that drive it.

    Raises
    ------
    InputError
        If the projections form a cycle.
    """

    def __init__(
        self, name: str, projections: Sequence[Projection], biases: Sequence[Bias]
    ) -> None:
        self.name = name
        self.projections = tuple(projections)
        self.biases = {bias.target: bias for bias in biases}
        self._afferents = {
            target: tuple(p for p in self.projections if p.target == target)
            for target in self.biases
        }
        self.order = self._sorted()

    def afferents(self, target: int) -> tuple[Projection, ...]:
        """Return the projections onto a population."""
        return self._afferents[target]

    @property
    def synapses(self) -> tuple[Projection | Bias, ...]:
        """All projections, then all biases."""
        return (*self.projections, *self.biases.values())

    def _sorted(self) -> tuple[int, ...]:
        """Return the populations that this pathway drives, each after all that drive it."""
        waiting = dict(self._afferents)
        ordered: list[int] = []
        while waiting:
            ready = [t for t, aff in waiting.items() if not any(p.source in waiting for p in aff)]
            if not ready:
                raise InputError(f"the {self.name} projections form a cycle", "an acyclic graph")
            ordered += ready
            for target in ready:
                del waiting[target]
        return tuple(ordered)
