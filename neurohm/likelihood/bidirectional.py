"""The log-likelihood of a bidirectional Helmholtz machine, p*(x, h) ~ sqrt(p(x, h) q(x, h)).

With s(x) = sum_h sqrt(p(x, h) q(h | x)), p*(x) = s(x)^2 / Z^2. Both are means of what can be drawn:

s(x) = E_q(h|x) sqrt(p / q),
Z^2 = sum_x s(x)^2 = E_p(x,h) [ sqrt(q(h | x) / p(x, h)) s(x) ].
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood.keyed import ROWS, blocks, keyed_particles
from neurohm.likelihood.units import require_hidden
from neurohm.likelihood.weights import Weights, spread_of
from neurohm.machine import Activity, HelmholtzMachine
from neurohm.machine.passes import dream, log_joint, log_recognition, recognise

CHUNK = 1024  # particles of a row drawn at a time


@dataclass(frozen=True)
class LogPartition:
    """An estimate of log Z^2, by which a bidirectional machine falls short of its bound.

    Parameters
    ----------
    value : float
        Nats; at most 0 but for the noise of the estimate.
    standard_error : float
        By the spread of the terms (nats).
    dreams, particles : int
        Terms, and draws of the recognition model in each.
    """

    value: float
    standard_error: float
    dreams: int
    particles: int

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as plain data."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class BidirectionalLogLikelihood:
    """An estimate of log p*(x), one entry a row.

    Parameters
    ----------
    value : ndarray of float64, (rows,)
        ``bound - log_partition.value``, nats.
    bound : ndarray of float64, (rows,)
        2 log (1/K) sum_k sqrt(p / q): on average below log p*(x) + log Z^2, the closer the more
        particles.
    standard_error : ndarray of float64, (rows,)
        Of the bound, by the spread of its weights (nats); that of log Z^2 is common to all rows.
    effective_sample_size : ndarray of float64, (rows,)
        From 1 to ``particles``.
    particles : int
    log_partition : LogPartition
    """

    value: npt.NDArray[np.float64]
    bound: npt.NDArray[np.float64]
    standard_error: npt.NDArray[np.float64]
    effective_sample_size: npt.NDArray[np.float64]
    particles: int
    log_partition: LogPartition

    @property
    def mean(self) -> float:
        """Mean over the rows (nats)."""
        return float(self.value.mean())

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as plain data."""
        plain = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in asdict(self).items()}
        return {**plain, "mean": self.mean}

    def __repr__(self) -> str:
        return (
            f"BidirectionalLogLikelihood(mean={self.mean:.4f} nats over {self.value.size} rows, "
            f"particles={self.particles}, log Z^2 = {self.log_partition.value:.4f} "
            f"± {self.log_partition.standard_error:.4f})"
        )


def bidirectional_log_likelihood(
    machine: HelmholtzMachine,
    x: npt.ArrayLike,
    *,
    particles: int = 1000,
    partition: LogPartition | None = None,
    seed: int = 0,
) -> BidirectionalLogLikelihood:
    """Estimate ``log p*(x) = 2 log (1/K) sum_k sqrt(p(x, h_k) / q(h_k | x)) - log Z^2`` of rows.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units)
    particles : int
        K.
    partition : LogPartition, optional
        Of this machine, if it is known; by default it is estimated with the settings of
        `bidirectional_log_partition`.
    seed : int

    Returns
    -------
    BidirectionalLogLikelihood

    Raises
    ------
    InputError, ArgumentTypeError
        If the data do not fit the machine, nothing is hidden, or ``particles`` is below 1.

    References
    ----------
    Bornschein, Shabanian, Fischer, Bengio (2016). Bidirectional Helmholtz machines. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([4, 3, 2], seed=0), np.eye(4)
    >>> estimate = bidirectional_log_likelihood(machine, x, particles=100)
    >>> bool((estimate.bound < nh.exact_log_likelihood(machine, x)).all())
    True
    """
    machine, particles = require_hidden(machine), whole_number("particles", particles)
    seed, data = as_stream(seed).seed, machine.as_activity(x)
    if not len(data):
        raise InputError("no rows to score", "at least one")
    if partition is None:
        partition = bidirectional_log_partition(machine, seed=seed)
    with threadpool_limits(1, "blas"), machine.backend.activate():
        parts = [
            _log_mean(machine, data[part], particles, seed)
            for part in blocks(len(data), min(particles, CHUNK))
        ]
    log_mean, effective = np.concatenate(parts, axis=1)
    return BidirectionalLogLikelihood(
        2 * log_mean - partition.value,
        2 * log_mean,
        2 * spread_of(effective, particles),
        effective,
        particles,
        partition,
    )


def bidirectional_log_partition(
    machine: HelmholtzMachine, *, dreams: int = 10_000, particles: int = 10, seed: int = 0
) -> LogPartition:
    """Estimate ``log Z^2 = log E_p(x,h) [sqrt(q(h | x) / p(x, h)) E_q(h'|x) sqrt(p / q)]``.

    The mean over dreams is unbiased for Z^2; its logarithm is on average too low, by half its
    squared relative error. Where the pathways are far apart a few rare dreams carry the mean, and
    the standard error, too, is too small: more dreams then raise the estimate.

    Parameters
    ----------
    machine : HelmholtzMachine
    dreams : int
        At least 2.
    particles : int
        Draws of the recognition model for each dream.
    seed : int

    Returns
    -------
    LogPartition

    Raises
    ------
    InputError, ArgumentTypeError
        If a number is too small, or the machine has no hidden population.

    References
    ----------
    Bornschein, Shabanian, Fischer, Bengio (2016). Bidirectional Helmholtz machines. ICML.

    Examples
    --------
    >>> import neurohm as nh
    >>> partition = bidirectional_log_partition(nh.HelmholtzMachine([4, 3, 2], seed=0))
    >>> partition.value < 0.01, partition.standard_error < 0.01
    (True, True)
    """
    machine = require_hidden(machine)
    dreams = whole_number("dreams", dreams, 2)
    particles = whole_number("particles", particles)
    stream = as_stream(seed)
    share = max(1, ROWS // particles)
    with threadpool_limits(1, "blas"), machine.backend.activate():
        terms = np.concatenate(
            [
                _partition_terms(machine, min(share, dreams - first), particles, stream.seed, step)
                for step, first in enumerate(range(0, dreams, share))
            ]
        )
    largest = terms.max()
    relative = np.exp(terms - largest)
    value = float(largest + np.log(relative.mean()))
    error = float(relative.std(ddof=1) / relative.mean() / np.sqrt(dreams))
    return LogPartition(value, error, dreams, particles)


def _partition_terms(
    machine: HelmholtzMachine, rows: int, particles: int, seed: int, step: int
) -> npt.NDArray[np.float64]:
    """Return the logarithms of the terms of Z^2 of so many dreams."""
    stream, host = RandomStream(seed, step), machine.backend.to_host
    dreamt = dream(machine, rows, stream, Site.DREAM)
    outer = host(log_recognition(machine, dreamt.states) - log_joint(machine, dreamt.states)) / 2
    x = dreamt.states[0]
    drawn = recognise(machine, x, stream, Site.RECOGNISE, particles, scored=True)
    inner = _half_log_weights(machine, drawn).reshape(rows, particles)
    return np.asarray(outer + np.logaddexp.reduce(inner, axis=1) - np.log(particles))


def _log_mean(
    machine: HelmholtzMachine, x: Array, particles: int, seed: int
) -> npt.NDArray[np.float64]:
    """Return the logarithm of the mean weight, and the effective sample size, ``(2, rows)``."""
    sums = Weights(len(x))
    for first in range(0, particles, CHUNK):
        count = min(CHUNK, particles - first)
        drawn = keyed_particles(machine, x, count, seed, first)
        sums.add(_half_log_weights(machine, drawn).reshape(len(x), count))
    return np.stack(sums.result(particles))


def _half_log_weights(machine: HelmholtzMachine, drawn: Activity) -> npt.NDArray[np.float64]:
    """Return log sqrt(p(x, h) / q(h | x)) of activity drawn from the recognition model."""
    assert drawn.log_probability is not None
    log_ratio = log_joint(machine, drawn.states) - drawn.log_probability
    return np.asarray(machine.backend.to_host(log_ratio)) / 2
