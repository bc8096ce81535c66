"""The metric of each neuron: its Fisher matrix over its afferents, and gradients in that metric.

Of unit j, with presynaptic activity u (a one for the bias) and Fisher information d_j in each of n
rows,

    F_j = sum_rows d_j u u' / n,

and the step is (1 + a) (F_j + a I)^-1 g_j with the damping a: the gradient itself where a is large,
the natural gradient where it is small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, SparseRows
from neurohm.exceptions import NumericalError
from neurohm.machine import MetricSample
from neurohm.machine.updates import Afferent


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
