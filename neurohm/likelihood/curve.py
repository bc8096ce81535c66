"""How the estimated log-likelihood rises with the number of particles, from one set of draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood.importance import has_hidden, weigh
from neurohm.likelihood.weights import Weights
from neurohm.machine import HelmholtzMachine, as_machine

USUAL = (1, 5, 25, 100, 1000, 10_000, 100_000)
RESAMPLED = 200  # times
BLOCKS = 1000  # into which particles are gathered before they are resampled


@dataclass(frozen=True, eq=False)
class LogLikelihoodCurve:
    """Estimates of the mean log-likelihood at several numbers of particles.

    Parameters
    ----------
    particles : ndarray of int64, (n_estimates,)
        K, ascending.
    mean : ndarray of float64, (n_estimates,)
        Of E[L_K] over the rows (nats). It rises with K, towards the mean of log p(x).
    standard_error : ndarray of float64, (n_estimates,)
        Of the mean by the noise of the particles, the rows taken as given (nats); ``nan`` where
        one particle is all there is. It does not cover how far E[L_K] is below log p(x).
    value : ndarray of float64, (rows, n_estimates)
        The estimate of each row (nats).
    effective_sample_size : float
        Mean over the rows, of all particles.
    kind : str
        ``"importance"``, or ``"exact"`` where nothing is hidden.
    """

    particles: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float64]
    standard_error: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    effective_sample_size: float
    kind: str

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        return {k: v.tolist() if hasattr(v, "tolist") else v for k, v in asdict(self).items()}

    def __repr__(self) -> str:
        points = zip(self.particles, self.mean, self.standard_error, strict=True)
        listed = ", ".join(f"{k}: {mean:.4f} ± {error:.4f}" for k, mean, error in points)
        return f"LogLikelihoodCurve({{{listed}}} nats over {len(self.value)} rows, {self.kind})"


def log_likelihood_curve(
    machine: HelmholtzMachine,
    x: Any,
    *,
    particles: Sequence[int] = USUAL,
    seed: int = 0,
    progress: bool = True,
) -> LogLikelihoodCurve:
    """Estimate the log-likelihood at several numbers of particles K, in one pass.

    The most particles are drawn once. For a smaller K they are cut into groups of K, and the
    estimates L_K of all groups are averaged, which is unbiased for E[L_K].

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, sparse matrix or WindowMatrix, (rows, visible units)
    particles : sequence of int
        Numbers of particles, each at least 1. 8 bytes for the most of them are held for each row
        that is worked on, whatever the number of rows.
    seed : int
    progress : bool
        Whether more than two seconds show a bar, where stderr is a terminal.

    Returns
    -------
    LogLikelihoodCurve
        Its last value of each row is that of `log_likelihood` with as many particles and that
        seed.

    Raises
    ------
    InputError, ArgumentTypeError
        If the data do not fit the machine, or a number of particles is none.

    Notes
    -----
    The standard error of a mean over several groups is their spread over the root of their number,
    which is what resampling the groups comes to. Where all particles are one group, they are
    resampled (the bootstrap), 200 times.

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, eq. 5.
    Burda, Grosse, Salakhutdinov (2016). Importance weighted autoencoders. ICLR, theorem 1.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> curve = nh.log_likelihood_curve(machine, np.eye(4), particles=(1, 10, 1000))
    >>> curve.particles.tolist(), bool(curve.mean[0] < curve.mean[-1])
    ([1, 10, 1000], True)
    """
    counts, machine = _counts(particles), as_machine(machine)
    most, estimates = counts[-1], len(counts)
    if not has_hidden(machine):
        exact, _ = weigh(machine, x, 1, seed, Weights, progress=progress)
        value = np.repeat(exact[:, None], estimates, axis=1)
        return _curve(counts, value, np.zeros(value.shape), most, "exact")
    resampling = _resampling(counts, seed)
    results = weigh(
        machine, x, most, seed, lambda rows: _Groups(rows, counts, resampling), progress=progress
    )
    value, variance, effective = np.split(results.T, [estimates, 2 * estimates], axis=1)
    return _curve(counts, value, variance, float(effective.mean()), "importance")


def _curve(
    counts: list[int], value: Array, variance: Array, effective: float, kind: str
) -> LogLikelihoodCurve:
    """Return the means over rows, with their errors; equal rows have equal noise."""
    _, first, often = np.unique(value, axis=0, return_index=True, return_counts=True)
    error = np.sqrt((often**2) @ variance[first]) / len(value)
    value = np.ascontiguousarray(value)
    return LogLikelihoodCurve(
        np.array(counts), value.mean(axis=0), error, value, float(effective), kind
    )


def _resampling(counts: list[int], seed: int) -> dict[int, Array]:
    """Return how often each block of particles is taken, of each K that has one group only."""
    rng = as_stream(seed).generator(Site.SCORE.of())
    taken = {}
    for k in counts:
        if k > 1 and counts[-1] // k == 1:
            blocks = min(k, BLOCKS)
            taken[k] = rng.multinomial(blocks, np.full(blocks, 1 / blocks), RESAMPLED)
    return taken


def _counts(particles: Any) -> list[int]:
    """Return distinct numbers of particles, ascending."""
    if not isinstance(particles, Sequence | np.ndarray) or isinstance(particles, str):
        raise ArgumentTypeError(f"particles {particles!r}", "several numbers, e.g. (1, 10, 100)")
    if not len(particles):
        raise InputError("no number of particles", "at least one", "give e.g. (1, 10, 100)")
    return sorted({whole_number("particles", k) for k in particles})


class _Groups:
    """The log-weights of all particles of some rows, and the estimates of their groups."""

    def __init__(self, rows: int, counts: list[int], resampling: dict[int, Array]) -> None:
        self._log_weights = np.empty((rows, counts[-1]))
        self._counts, self._resampling, self._filled = counts, resampling, 0

    def add(self, log_weights: Array) -> None:
        """Keep the log-weights of some more particles, ``(rows, particles)``."""
        until = self._filled + log_weights.shape[1]
        self._log_weights[:, self._filled : until] = log_weights
        self._filled = until

    def result(self, particles: int) -> tuple[Array, ...]:
        """Return the value and the variance at each K, and the effective sample size."""
        values, variances = zip(*map(self._at, self._counts), strict=True)
        w = np.exp(self._log_weights - self._log_weights.max(axis=1, keepdims=True))
        return (*values, *variances, w.sum(axis=1) ** 2 / (w**2).sum(axis=1))

    def _at(self, k: int) -> tuple[Array, Array]:
        """Return the mean of L_K over the groups of K particles, and its variance."""
        rows, most = self._log_weights.shape
        groups = most // k
        parts = self._log_weights[:, : groups * k].reshape(rows, groups, k)
        largest = parts.max(axis=2)
        bounds = largest + np.log(np.exp(parts - largest[..., None]).mean(axis=2))
        if groups > 1:
            return bounds.mean(axis=1), bounds.var(axis=1, ddof=1) / groups
        if k == 1:
            return bounds[:, 0], np.full(rows, np.nan)
        return bounds[:, 0], self._resampled(parts[:, 0]).var(axis=1)

    def _resampled(self, log_weights: Array) -> Array:
        """Return L_K of resampled particles, relative to the largest weight, (rows, resampled)."""
        k, taken = log_weights.shape[1], self._resampling[log_weights.shape[1]]
        edges = np.linspace(0, k, taken.shape[1] + 1).astype(int)
        w = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
        sums = np.add.reduceat(w, edges[:-1], axis=1) @ taken.T
        means = sums / (np.diff(edges) @ taken.T)
        return np.asarray(np.log(np.maximum(means, np.finfo(np.float64).tiny)))
