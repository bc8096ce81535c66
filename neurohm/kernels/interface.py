"""What every implementation of the kernels offers, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from neurohm.backend import Activations, Array, Backend
from neurohm.exceptions import InputError
from neurohm.kernels.unit_kernels import (
    AutoregressiveKernels,
    CategoricalKernels,
    GaussianKernels,
    NadeKernels,
    UnitKernels,
)


class ProductKernels(Protocol):
    """Products of activity and weights; see `neurohm.kernels.reference.products`."""

    def product(self, left: Activations, right: Array, out: Array) -> None:
        """Write left @ right."""

    def transposed_product(
        self, left: Activations, right: Array, out: Array, add: bool = False
    ) -> None:
        """Write left.T @ right, or add it."""

    def add_shared(self, part: Array, out: Array) -> None:
        """Add each row of a part to the rows that share it."""


class ArrayKernels(Protocol):
    """The passes over any arrays; see `neurohm.kernels.reference.arrays`."""

    def fill(self, out: Array, value: float) -> None:
        """Write one value everywhere."""

    def add(self, values: Array, out: Array) -> None:
        """Add values."""

    def keep_upper(self, out: Array) -> None:
        """Set a matrix to zero on and below its diagonal."""

    def accumulate(self, values: Array, out: Array) -> None:
        """Add the sum of values."""

    def scale(self, out: Array, factor: float) -> None:
        """Multiply by a factor, in place."""

    def take_rows(self, chosen: Array, values: Array, out: Array) -> None:
        """Write those rows of values that are chosen."""


class WeightKernels(Protocol):
    """The passes over particles and rows; see `neurohm.kernels.reference.weights`."""

    def log_ratio(self, numerator: Array, denominator: Array, out: Array) -> None:
        """Write the difference of logarithms."""

    def log_mixture(self, log_probability: Array, share: float, other: float, out: Array) -> None:
        """Write the log-probability under a mixture with a second, constant component."""

    def importance_weights(
        self, log_weights: Array, weights: Array, log_mean: Array, effective: Array
    ) -> None:
        """Normalise importance weights over particles."""

    def advantage(self, weights: Array, baseline: float, out: Array) -> None:
        """Write weights minus a baseline."""

    def look_up(self, bits: Array, table: Array, out: Array) -> None:
        """Write what a table says of rows of bits."""

    def weigh_rows(self, error: Array, gain: Array, scale: float, out: Array, total: Array) -> None:
        """Weigh the rows of an error and gather them."""

    def weigh_units(self, error: Array, share: Array, out: Array) -> None:
        """Write an error times the share of each unit."""


class CueKernels(Protocol):
    """The passes around cues; see `neurohm.kernels.reference.cues`."""

    def coarsen(
        self,
        x: Activations,
        ends: Array,
        seen: Array,
        share: Array,
        largest: bool,
        shift: int,
        level: Array,
    ) -> None:
        """Write the means, or the largest values, of what coarse pixels cover."""

    def decide(self, level: Array, threshold: float, doubt: float) -> None:
        """Turn levels above a threshold into 1 - doubt, others into doubt, in place."""

    def stretch(self, level: Array, contrast: float, doubt: float) -> None:
        """Stretch levels about one half and hold them between doubt and 1 - doubt, in place."""

    def mix(
        self,
        drive: Array,
        bias: Array,
        told: Array,
        units: Array,
        strength: float,
        sure: float,
        out: Array,
    ) -> None:
        """Write the log-odds of units that fire with a mixture of probabilities."""

    def mix_log_odds(
        self, drive: Array, bias: Array, told: Array, units: Array, strength: float, out: Array
    ) -> None:
        """Write log-odds mixed in proportion."""


class OptimiserKernels(Protocol):
    """The steps of the optimisers; see `neurohm.kernels.reference.optimisers`."""

    def delta(self, parameter: Array, gradient: Array, pace: Array) -> None:
        """Step along the gradient."""

    def momentum(
        self, parameter: Array, gradient: Array, velocity: Array, pace: Array, decay: float
    ) -> None:
        """Step with momentum."""

    def adam(
        self,
        parameter: Array,
        gradient: Array,
        first: Array,
        second: Array,
        pace: Array,
        decays: tuple[float, float],
    ) -> None:
        """Step with Adam."""

    def shrink(self, parameter: Array, pace: Array, weight_decay: float, sparsity: float) -> None:
        """Shrink towards zero."""

    def rectify(self, parameter: Array) -> None:
        """Raise negative entries to zero."""


class WindowKernels(Protocol):
    """Gathering the samples of a batch; see `neurohm.kernels.reference.windows`."""

    def rows_of(self, data: Array, indices: Array, out: Array) -> None:
        """Write rows of a matrix by their index."""

    def compressed_rows_of(
        self, indptr: Array, columns: Array, values: Array, indices: Array, out: Activations
    ) -> None:
        """Write rows of a compressed matrix by their index."""

    def gather(
        self, indptr: Array, unit: Array, count: Array, starts: Array, lags: int, out: Activations
    ) -> None:
        """Write windows of binned spikes."""


class FisherKernels(Protocol):
    """Natural gradients; see `neurohm.kernels.reference.fisher`."""

    def conjugate_gradients(
        self,
        activity: Array,
        weight: Array,
        error: Array,
        setting: Array,
        limit: int,
        out: Array,
        spent: Array,
    ) -> None:
        """Write the natural gradients of all units of a population."""


class MetricKernels(Protocol):
    """The passes around a metric; see `neurohm.kernels.reference.metric`."""

    def place(self, presynaptic: Activations, first: int, out: Array) -> None:
        """Write presynaptic activity beside that of other afferents."""

    def variance(self, out: Array) -> None:
        """Turn probabilities into variances, in place."""

    def precision(self, log_deviation: Array, out: Array) -> None:
        """Write one over the variance of each unit into every row."""

    def multiply(self, values: Array, out: Array) -> None:
        """Multiply by values of the same shape, in place."""

    def copy(self, values: Array, out: Array) -> None:
        """Write values of as many elements."""

    def squares(self, values: Array, out: Array) -> None:
        """Write the squares."""

    def step(self, gradient: Array, explained: Array, damping: float, out: Array) -> None:
        """Write the step of the part of a gradient that a metric explains."""

    def diagonal_step(
        self, gradient: Array, information: Array, damping: float, rows: int, out: Array
    ) -> None:
        """Write the gradient over the damped Fisher information."""


class InverseKernels(Protocol):
    """Metrics by matrices of each unit; see `neurohm.kernels.reference.inverses`."""

    def over_rows(
        self,
        activity: Array,
        weight: Array,
        right: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are rows."""

    def over_inputs(
        self,
        activity: Array,
        weight: Array,
        gradient: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are inputs."""

    def follow(
        self,
        activity: Array,
        weight: Array,
        events: Array,
        damping: float,
        forgetting: float,
        lateral: int,
        inverses: Array,
    ) -> None:
        """Let the inverses follow activity, row by row."""

    def turn(self, inverses: Array, gradient: Array, damping: float, out: Array) -> None:
        """Write the product of each unit's matrix with its gradient."""


class PatternKernels(Protocol):
    """The passes over spikes; see `neurohm.kernels.reference.patterns`."""

    def pattern_evidence(self, indptr: Array, bins: Array, weight: Array, out: Array) -> None:
        """Add up what the spikes say for a pattern that begins at each bin."""

    def coincidence_shares(
        self, indptr: Array, bins: Array, weight: Array, evidence: Array, out: Array
    ) -> None:
        """Measure how much each unit fires together with the others in a pattern."""


class Program(Protocol):
    """Kernel calls, recorded once and carried out as often as asked for.

    What changes from time to time lies in arrays: the batch, the clock of the random numbers, the
    pace of learning.
    """

    def run(self) -> None:
        """Carry out all calls."""


class Workers(Protocol):
    """What carries out programs."""

    @property
    def layout(self) -> str:
        """How the work is divided just now."""

    def run(self, program: Any) -> None:
        """Carry out a program."""

    def forget(self) -> None:
        """Let go of all programs carried out so far, so that their memory can be freed."""


@dataclass(frozen=True)
class Kernels:
    """One implementation of all kernels, part by part.

    Parameters
    ----------
    name : str
        ``"reference"`` (NumPy), ``"cpu"`` (numba) or ``"cuda"`` (CuPy).
    bernoulli, poisson : UnitKernels
    autoregressive : AutoregressiveKernels
    categorical : CategoricalKernels
    gaussian : GaussianKernels
    nade : NadeKernels
    products : ProductKernels
    arrays : ArrayKernels
    weights : WeightKernels
    cues : CueKernels
    optimisers : OptimiserKernels
    windows : WindowKernels
    fisher : FisherKernels
    metric : MetricKernels
    inverses : InverseKernels
    patterns : PatternKernels
    record : callable
        From a function of kernels to the `Program` of the calls that it makes of them.
    workers : callable
        From a number of threads, or None, to a context that gives `Workers`.
    branch : callable
        To a context whose calls may be carried out beside those after it.
    """

    name: str
    bernoulli: UnitKernels
    poisson: UnitKernels
    autoregressive: AutoregressiveKernels
    categorical: CategoricalKernels
    gaussian: GaussianKernels
    nade: NadeKernels
    products: ProductKernels
    arrays: ArrayKernels
    weights: WeightKernels
    cues: CueKernels
    optimisers: OptimiserKernels
    windows: WindowKernels
    fisher: FisherKernels
    metric: MetricKernels
    inverses: InverseKernels
    patterns: PatternKernels
    record: Callable[[Callable[[Kernels], None]], Program]
    workers: Callable[..., AbstractContextManager[Workers]]
    branch: Callable[[], AbstractContextManager[Any]] = nullcontext

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
    if name not in ("reference", "cpu", "cuda"):
        raise InputError(f"unknown kernels {name!r}", "'cpu', 'cuda' or 'reference'")
    instruction_set: Any = import_module(f"neurohm.kernels.{name}.instruction_set")
    options = {"precision": getattr(backend, "precision", "full")} if name == "cuda" else {}
    result: Kernels = instruction_set.kernels(**options)
    return result
