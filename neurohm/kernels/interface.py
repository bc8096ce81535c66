"""What every implementation of the kernels offers, and the choice among them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from neurohm.backend import Array, Backend, Draws
from neurohm.exceptions import InputError


class UnitKernels(Protocol):
    """The passes over one kind of units; see `neurohm.kernels.reference.bernoulli`."""

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the mean activity."""

    def draw(self, drive: Array, bias: Array, draws: Draws, out: Array) -> None:
        """Write drawn activity."""

    def draw_with_log_probability(
        self, drive: Array, bias: Array, draws: Draws, out: Array, total: Array
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""

    def error(self, drive: Array, bias: Array, values: Array, out: Array) -> None:
        """Write values minus their prediction."""

    def error_with_log_probability(
        self, drive: Array, bias: Array, values: Array, out: Array, total: Array
    ) -> None:
        """Write the error, add the log-probability of the values to the totals."""

    def log_probability(self, drive: Array, bias: Array, values: Array, total: Array) -> None:
        """Add the log-probability of the values to the totals."""


class WeightKernels(Protocol):
    """The passes over particles and rows; see `neurohm.kernels.reference.weights`."""

    def importance_weights(
        self, log_weights: Array, weights: Array, log_mean: Array, effective: Array
    ) -> None:
        """Normalise importance weights over particles."""

    def weigh_rows(self, error: Array, gain: Array, scale: float, out: Array, total: Array) -> None:
        """Weigh the rows of an error and gather them."""


class OptimiserKernels(Protocol):
    """The steps of the optimisers; see `neurohm.kernels.reference.optimisers`."""

    def momentum(
        self, parameter: Array, gradient: Array, velocity: Array, rate: float, decay: float
    ) -> None:
        """Step with momentum."""

    def adam(
        self,
        parameter: Array,
        gradient: Array,
        first: Array,
        second: Array,
        rate: float,
        decays: tuple[float, float],
        epsilon: float,
    ) -> None:
        """Step with Adam."""


class PatternKernels(Protocol):
    """The passes over spikes; see `neurohm.kernels.reference.patterns`."""

    def pattern_evidence(self, indptr: Array, bins: Array, weight: Array, out: Array) -> None:
        """Add up what the spikes say for a pattern that begins at each bin."""

    def coincidence_shares(
        self, indptr: Array, bins: Array, weight: Array, evidence: Array, out: Array
    ) -> None:
        """Measure how much each unit fires together with the others in a pattern."""


@dataclass(frozen=True)
class Kernels:
    """One implementation of all kernels, module by module.

    Parameters
    ----------
    name : str
        ``"reference"`` (NumPy) or ``"cpu"`` (numba).
    bernoulli, poisson : UnitKernels
    weights : WeightKernels
    optimisers : OptimiserKernels
    patterns : PatternKernels
    """

    name: str
    bernoulli: UnitKernels
    poisson: UnitKernels
    weights: WeightKernels
    optimisers: OptimiserKernels
    patterns: PatternKernels

    def __deepcopy__(self, memo: dict[int, Any]) -> Kernels:
        return self


def get_kernels(backend: Backend, name: str | None = None) -> Kernels:
    """Return the kernels of a backend.

    Parameters
    ----------
    backend : Backend
    name : str, optional
        ``"reference"`` for the plain NumPy ones; by default the fastest of the backend.

    Examples
    --------
    >>> from neurohm.backend import get_backend
    >>> get_kernels(get_backend("cpu"), "reference").name
    'reference'
    """
    name = name or backend.name.split(":")[0]
    if name not in ("reference", "cpu"):
        raise InputError(f"unknown kernels {name!r}", "'cpu' or 'reference'")
    package = f"neurohm.kernels.{name}"
    parts: Any = [
        import_module(f"{package}.{part}")
        for part in ("bernoulli", "poisson", "weights", "optimisers", "patterns")
    ]
    return Kernels(name, *parts)
