"""Exact inference in hidden dynamics whose hidden states can be listed: forward, and back a lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HiddenDynamics, Workspace
from neurohm.machine.dynamics import BEFORE, HIDDEN, VISIBLE, as_dynamics
from neurohm.machine.passes import add_log_probability, zero_total

Matrix = npt.NDArray[np.float64]

MOST_STATES = 1024
# Bins whose emissions are scored together.
CHUNK = 256
_ENTRIES = 2**20  # of transitions in several bins, held at a time


@dataclass(frozen=True, eq=False)
class ExactFilter:
    """The posterior of hidden states along a recording.

    Parameters
    ----------
    states : ndarray, (n_states, hidden units)
    probability : ndarray, (bins - lag, n_states)
        Row t: of the state in bin t, given all bins up to t + lag.
    log_likelihood : ndarray, (bins,)
        Of each bin given those before it (nats).
    lag : int
    """

    states: Matrix
    probability: Matrix
    log_likelihood: Matrix
    lag: int

    @property
    def mean(self) -> Matrix:
        """Posterior means of the hidden units, ``(bins - lag, hidden units)``."""
        return np.asarray(self.probability @ self.states)


def exact_filter(dynamics: HiddenDynamics, x: npt.ArrayLike, *, lag: int = 0) -> ExactFilter:
    """Return the exact posterior along a recording, by the forward algorithm.

    Parameters
    ----------
    dynamics : HiddenDynamics
        Of up to 1024 hidden states, as of ten binary units.
    x : array_like, (bins, visible units)
    lag : int
        Bins after the one that is inferred that are known, too; 0 is filtering.

    Returns
    -------
    ExactFilter

    Raises
    ------
    InputError, ArgumentTypeError
        If there are more states, or the data do not fit, or are not longer than the lag.

    References
    ----------
    Rabiner (1989). A tutorial on hidden Markov models and selected applications in speech
    recognition. Proceedings of the IEEE 77:257. doi:10.1109/5.18626.

    Examples
    --------
    >>> import neurohm as nh
    >>> dynamics = nh.HiddenDynamics(5, 2, seed=0)
    >>> found = exact_filter(dynamics, dynamics.dream(50, seed=1), lag=3)
    >>> found.mean.shape, found.log_likelihood.shape
    ((47, 2), (50,))
    """
    data, lag = as_dynamics(dynamics).as_activity(x), whole_number("lag", lag, 0)
    if len(data) <= lag:
        raise InputError(f"{len(data)} bins", f"more than the lag, {lag}")
    states = _states(dynamics)
    transition, emission = _transition(dynamics, states), _emission(dynamics, states, data)
    log_filtered = np.empty((len(data), len(states)))
    log_likelihood = np.empty(len(data))
    log_prior = logsumexp(_beginning(dynamics, states)[:, None] + transition, axis=0)
    for t, seen in enumerate(emission):
        joint = log_prior + seen
        log_likelihood[t] = logsumexp(joint)
        log_filtered[t] = joint - log_likelihood[t]
        log_prior = logsumexp(log_filtered[t][:, None] + transition, axis=0)
    bins = len(data) - lag
    after = np.zeros((bins, len(states)))
    for later in range(lag, 0, -1):
        after = _before(transition, emission[later : later + bins] + after)
    joint = log_filtered[:bins] + after
    probability = np.exp(joint - logsumexp(joint, axis=1, keepdims=True))
    return ExactFilter(states.astype(np.float64), probability, log_likelihood, lag)


def _states(dynamics: HiddenDynamics) -> npt.NDArray[np.floating]:
    """Return every pattern of hidden activity."""
    population = dynamics.populations[HIDDEN]
    count = population.n_states
    if count is None or count > MOST_STATES:
        raise InputError(
            f"{population.size} {population.kind} units with {count or 'infinitely many'} states",
            f"at most {MOST_STATES}",
            "take nh.Postdiction, which lists none",
        )
    return np.ascontiguousarray(population.states(), dynamics.dtype)


def _transition(dynamics: HiddenDynamics, states: npt.NDArray[np.floating]) -> Matrix:
    """Return log p(z_t | z_(t-1)), ``(states before, states)``."""
    n, nothing = len(states), states[:0]
    rows = [nothing, np.tile(states, (n, 1)), np.repeat(states, n, axis=0)]
    return _scored(dynamics, HIDDEN, rows, n * n).reshape(n, n)


def _before(transition: Matrix, known: Matrix) -> Matrix:
    """Return what is known of a bin as it is known of the states before it, ``(bins, states)``."""
    result, share = np.empty_like(known), max(1, _ENTRIES // transition.size)
    for first in range(0, len(known), share):
        part = transition + known[first : first + share, None, :]
        result[first : first + share] = logsumexp(part, axis=2)
    return result


def _beginning(dynamics: HiddenDynamics, states: npt.NDArray[np.floating]) -> Matrix:
    """Return the log-probability of each state before the first bin."""
    return _scored(dynamics, BEFORE, [states[:0], states[:0], states], len(states))


def _emission(
    dynamics: HiddenDynamics,
    states: npt.NDArray[np.floating],
    data: npt.NDArray[np.floating],
) -> Matrix:
    """Return log p(x_t | z_t), ``(bins, states)``."""
    n, parts = len(states), []
    for first in range(0, len(data), CHUNK):
        x = data[first : first + CHUNK]
        rows = [np.repeat(x, n, axis=0), np.tile(states, (len(x), 1)), states[:0]]
        parts.append(_scored(dynamics, VISIBLE, rows, len(x) * n).reshape(len(x), n))
    return np.concatenate(parts)


def _scored(
    dynamics: HiddenDynamics, target: int, rows: list[npt.NDArray[np.floating]], count: int
) -> Matrix:
    work = Workspace(dynamics.backend)
    total = zero_total(dynamics, work, "states", count)
    add_log_probability(dynamics, dynamics.generative, target, rows, total, work)
    return np.array(total)
