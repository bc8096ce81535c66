"""The metric of each neuron: its Fisher matrix over its afferents, and gradients in that metric.

Of unit j, with presynaptic activity u (a one for the bias) and Fisher information d_j in each of n
rows,

    F_j = sum_rows d_j u u' / n,

and the step is (1 + a) (F_j + a I)^-1 g_j with the damping a: the gradient itself where a is large,
the natural gradient where it is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, SparseRows
from neurohm.exceptions import InputError, NumericalError
from neurohm.kernels import Kernels
from neurohm.machine import MetricSample
from neurohm.machine.updates import Afferent

MOST_BYTES = 1 << 30  # that inverse matrices may take, of all neurons of a population


@dataclass(frozen=True, eq=False)
class NeuronMetric:
    """What the Fisher matrices of a population are made of.

    Parameters
    ----------
    activity : ndarray, (rows, inputs)
        u: presynaptic activity of all afferents, a column of ones for the bias.
    weight : ndarray, (rows, units)
        d: Fisher information of each unit about its drive.
    seen : ndarray of bool, (inputs, units), optional
        Which inputs a unit has; all by default. Units of an autoregressive population see those
        before them.

    Examples
    --------
    >>> metric = NeuronMetric(np.ones((2, 1)), np.full((2, 3), 0.25))
    >>> metric.matrix(0)
    array([[0.25]])
    """

    activity: Array
    weight: Array
    seen: Array | None = None

    @classmethod
    def of(cls, sample: MetricSample) -> NeuronMetric:
        """Return the metric that is estimated from a sample of activity."""
        rows, units = sample.fisher_weight.shape
        parts, seen = [], []
        for afferent in sample.afferents:
            parts.append(_rows_of(afferent, rows, sample.fisher_weight.dtype))
            every = np.ones((parts[-1].shape[1], units), bool)
            lateral = getattr(afferent.synapses, "parameter", None) is not None
            seen.append(np.triu(every, 1) if lateral else every)
        mask = np.concatenate(seen)
        activity = np.concatenate(parts, axis=1)
        return cls(activity, sample.fisher_weight, None if mask.all() else mask)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, inputs and units."""
        return (*self.activity.shape, self.weight.shape[1])

    def inputs_of(self, unit: int) -> Array:
        """Return the places of the inputs that a unit has."""
        if self.seen is None:
            return np.arange(self.activity.shape[1])
        return np.flatnonzero(self.seen[:, unit])

    def matrix(self, unit: int) -> Array:
        """Return the Fisher matrix of a unit over its inputs, in double precision."""
        u = self.activity[:, self.inputs_of(unit)].astype(np.float64)
        matrix: Array = (u.T * self.weight[:, unit]) @ u / len(u)
        return matrix

    def spectrum(self, unit: int) -> Array:
        """Return the eigenvalues of the Fisher matrix of a unit, largest first."""
        spectrum: Array = np.maximum(np.linalg.eigvalsh(self.matrix(unit))[::-1], 0.0)
        return spectrum

    def diagonal(self) -> Array:
        """Return the diagonals of all matrices, ``(inputs, units)``."""
        diagonal: Array = np.square(self.activity).T @ self.weight / len(self.activity)
        return diagonal


class Solver(Protocol):
    """From gradients to steps in the metric of each neuron."""

    def solve(self, gradient: Array) -> Array:
        """Return (1 + a) (F_j + a I)^-1 g_j of each unit, ``(inputs, units)``."""
        ...


class Diagonal:
    """The diagonal of each Fisher matrix alone: every synapse has a metric of its own.

    Parameters
    ----------
    metric : NeuronMetric
    damping : float
    """

    def __init__(self, metric: NeuronMetric, damping: float) -> None:
        self._factor = (1 + damping) / (metric.diagonal() + damping)

    def solve(self, gradient: Array) -> Array:
        """Return (1 + a) g / (F + a), synapse by synapse."""
        return (self._factor * gradient).astype(gradient.dtype, copy=False)


class ConjugateGradients:
    """All units at once, by conjugate gradients with a Gram matrix that they share; keeps nothing.

    With u in the rows of H and K = H H', (F_j + a I)^-1 g = (g - H' x) / a, where x solves
    (n a I + diag(d_j) K) x = diag(d_j) H g: see `neurohm.kernels.reference.fisher`.

    Parameters
    ----------
    metric : NeuronMetric
    damping : float
    kernels : Kernels
    tolerance : float
        Largest error relative to H' x, in the norm of the Fisher matrix.
    limit : int
        Steps; units that need more are solved exactly.
    """

    def __init__(
        self,
        metric: NeuronMetric,
        damping: float,
        kernels: Kernels,
        tolerance: float = 1e-5,
        limit: int = 100,
    ) -> None:
        self._metric, self._damping, self._kernels = metric, damping, kernels
        self._setting, self._limit = np.array([damping, tolerance]), limit

    def solve(self, gradient: Array) -> Array:
        """Return the steps."""
        metric, a = self._metric, self._damping
        seen = np.ascontiguousarray(metric.weight * (metric.activity @ gradient))
        out = np.empty_like(gradient)
        spent = np.empty(gradient.shape[1], np.int64)
        self._kernels.fisher.conjugate_gradients(
            metric.activity, metric.weight, seen, self._setting, self._limit, out, spent
        )
        step = (1 + a) / a * (gradient - out)
        for unit in np.flatnonzero(spent < 0):
            step[:, unit] = solved(metric, gradient, a, int(unit))
        return step.astype(gradient.dtype, copy=False)


class Inverses:
    """An inverse matrix for each unit, kept: in the space of the rows or of the inputs.

    Over rows, with S = diag(d_j)^1/2, (F + a I)^-1 = (I - H' S (n a I + S K S)^-1 S H) / a. Nothing
    is divided by d_j: units that hardly vary do no harm.

    Parameters
    ----------
    metric : NeuronMetric
    damping : float

    Raises
    ------
    InputError
        If the matrices need more than `MOST_BYTES`; the message says how much.
    """

    def __init__(self, metric: NeuronMetric, damping: float) -> None:
        rows, inputs, units = metric.shape
        self._metric, self._damping = metric, damping
        self._over_rows = metric.seen is None and rows < 2 * inputs
        size = rows if self._over_rows else inputs
        needed = units * size**2 * metric.activity.itemsize
        if needed > MOST_BYTES:
            raise InputError(
                f"a metric of {units} units that takes {needed / 1e9:.1f} GB",
                f"at most {MOST_BYTES / 1e9:.1f} GB",
                "set every=1, which keeps no matrices, or learn in smaller batches",
            )
        invert = self._inverse_over_rows if self._over_rows else self._inverse_over_inputs
        gram = metric.activity.astype(np.float64) @ metric.activity.T.astype(np.float64)
        dtype = metric.activity.dtype
        self._inverse = np.stack([invert(unit, gram).astype(dtype) for unit in range(units)])

    def solve(self, gradient: Array) -> Array:
        """Return the steps."""
        a, metric = self._damping, self._metric
        if not self._over_rows:
            turned: Array = np.einsum("jim,mj->ij", self._inverse, gradient)
            return (1 + a) * turned
        s = np.sqrt(metric.weight)
        seen = (s * (metric.activity @ gradient)).T[:, :, None]
        inner = np.matmul(self._inverse, seen)[:, :, 0].T
        step: Array = (1 + a) / a * (gradient - metric.activity.T @ (s * inner))
        return step

    def _inverse_over_rows(self, unit: int, gram: Array) -> Array:
        s = np.sqrt(self._metric.weight[:, unit].astype(np.float64))
        system = s[:, None] * gram * s
        system.flat[:: len(system) + 1] += len(system) * self._damping
        return _inverse(system, self._damping)

    def _inverse_over_inputs(self, unit: int, gram: Array) -> Array:
        places = self._metric.inputs_of(unit)
        system = self._metric.matrix(unit)
        system.flat[:: len(system) + 1] += self._damping
        inputs = self._metric.activity.shape[1]
        inverse = np.zeros((inputs, inputs))
        inverse[np.ix_(places, places)] = _inverse(system, self._damping)
        return inverse


def solved(metric: NeuronMetric, gradient: Array, damping: float, unit: int) -> Array:
    """Return the step of one unit by a dense solution in double precision.

    Parameters
    ----------
    metric : NeuronMetric
    gradient : ndarray, (inputs, units)
    damping : float
        May be zero where the matrix is regular.
    unit : int

    Returns
    -------
    ndarray of float64, (inputs,)

    Examples
    --------
    >>> metric = NeuronMetric(np.ones((2, 1)), np.full((2, 3), 0.25))
    >>> solved(metric, np.ones((1, 3)), 0.0, 0)
    array([4.])
    """
    places = metric.inputs_of(unit)
    system = metric.matrix(unit)
    system.flat[:: len(system) + 1] += damping
    step = np.zeros(len(gradient))
    try:
        step[places] = (1 + damping) * np.linalg.solve(system, gradient[places, unit])
    except np.linalg.LinAlgError as singular:
        raise NumericalError(
            f"damping {damping:g}, with which a Fisher matrix is singular", mend="raise it"
        ) from singular
    return step


def _rows_of(afferent: Afferent, rows: int, dtype: npt.DTypeLike) -> Array:
    """Return the activity of an afferent as a matrix of so many rows; ones for the bias."""
    given = afferent.presynaptic
    if given is None:
        return np.ones((rows, 1), dtype)
    dense = given.toarray() if isinstance(given, SparseRows) else given
    return dense.repeat(rows // dense.shape[0], axis=0)


def _inverse(system: Array, damping: float) -> Array:
    """Return the inverse of a symmetric positive matrix."""
    from scipy.linalg import cho_factor, cho_solve

    try:
        return np.asarray(cho_solve(cho_factor(system), np.eye(len(system))))
    except np.linalg.LinAlgError as singular:
        raise NumericalError(
            f"damping {damping:g}, with which a Fisher matrix is singular", mend="raise it"
        ) from singular
