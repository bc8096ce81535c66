"""What some visible units say about the others: conditional likelihood, mean and completion."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from neurohm.backend import Array, Site, random_bits
from neurohm.checks import whole_number
from neurohm.likelihood.estimate import LogLikelihood
from neurohm.likelihood.filling import Filling
from neurohm.likelihood.importance import log_likelihood
from neurohm.likelihood.incomplete import Incomplete, chunks_of, observed_of, require_both
from neurohm.likelihood.rows import as_rows
from neurohm.likelihood.weights import Weights, spread_of
from neurohm.machine import HelmholtzMachine


def conditional_log_likelihood(
    machine: HelmholtzMachine,
    x: Any,
    observed: npt.ArrayLike,
    *,
    particles: int = 1000,
    sweeps: int = 10,
    seed: int = 0,
    progress: bool = True,
) -> LogLikelihood:
    """Estimate log p(missing units | observed units) of each row: log p(x) - log p(observed).

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible population Bernoulli or Poisson.
    x : array_like or sparse matrix, (rows, visible units)
        Complete rows: the missing units are those whose states are to be predicted.
    observed : array_like of bool, (visible units,) or (rows, visible units)
        True where a unit is given.
    particles : int
        Of each of the two estimates.
    sweeps : int
        In which missing units are filled in, for the proposal of hidden activity. They change how
        precise the estimate is, not what it estimates.
    seed : int
    progress : bool
        Whether a score of more than two seconds shows a bar, where stderr is a terminal.

    Returns
    -------
    LogLikelihood
        A difference of two estimates that are both too low on average: no bound, but close where
        both effective sample sizes, of which the smaller is given, are large.

    Raises
    ------
    InputError, ArgumentTypeError
        If data, mask or machine do not fit; if a row has no missing, or no observed, unit.

    Notes
    -----
    Given hidden activity the visible units are independent, so p(observed, h) leaves the missing
    ones out. h is proposed from q(h | x'), with the missing units of x' filled in by the machine:
    a dream, then ``sweeps`` times recognise and generate. x' is an auxiliary variable: for each x'
    the mean of p(observed, h) / q(h | x') over q(h | x') is p(observed), and so it is on average
    over x', however x' came about.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3], seed=0)
    >>> last = np.array([True, True, True, False])
    >>> one = nh.conditional_log_likelihood(machine, [[0, 1, 1, 0]], last)
    >>> other = nh.conditional_log_likelihood(machine, [[0, 1, 1, 1]], last)
    >>> bool(abs(np.exp(one.value) + np.exp(other.value) - 1) < 0.05)
    True
    """
    particles = whole_number("particles", particles)

    x = as_rows(x)
    given = Incomplete(machine, x, require_both(observed_of(observed, x)), sweeps, seed)
    marginal, effective = given.weighed(particles, progress)
    joint = log_likelihood(machine, x, particles=particles, seed=seed, progress=progress)
    return LogLikelihood(
        joint.value - marginal,
        np.hypot(joint.standard_error, spread_of(effective, particles)),
        np.minimum(joint.effective_sample_size, effective),
        particles,
        "exact" if joint.kind == "exact" else "importance",
    )


def conditional_mean(
    machine: HelmholtzMachine,
    x: Any,
    observed: npt.ArrayLike,
    *,
    particles: int = 1000,
    sweeps: int = 10,
    seed: int = 0,
    progress: bool = True,
) -> Array:
    """Estimate the mean activity of the missing units of each row given the observed ones.

    Of Bernoulli units it is how probable each is active: the best guess of a held-out neuron.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible population Bernoulli or Poisson.
    x : array_like or sparse matrix, (rows, visible units)
        What it holds for missing units does not matter, as long as it is activity.
    observed : array_like of bool, (visible units,) or (rows, visible units)
        True where a unit is given.
    particles : int
        Over which the mean is taken, weighted.
    sweeps : int
        In which missing units are filled in, for the proposal of hidden activity.
    seed : int
    progress : bool
        Whether more than two seconds show a bar, where stderr is a terminal.

    Returns
    -------
    ndarray of float64, (rows, visible units)
        Observed units as given.

    Raises
    ------
    InputError, ArgumentTypeError
        If data, mask or machine do not fit; if a row has no missing, or no observed, unit.

    Notes
    -----
    Sum of w E[x | h] over particles h, divided by the sum of their weights w, which are those of
    `conditional_log_likelihood`. The mean of as many draws of `complete` estimates the same, with
    the noise of the draws added.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3], seed=0)
    >>> mean = nh.conditional_mean(machine, [[0, 1, 1, 0]], [True, True, False, False])
    >>> mean.shape, mean[0, :2].tolist(), bool((mean[0, 2:] < 1).all())
    ((1, 4), [0.0, 1.0], True)
    """
    particles = whole_number("particles", particles)

    def average(filling: Filling) -> Array:
        sums, rows = Weights(len(filling.x)), len(filling.x)
        total = np.zeros(filling.x.shape)
        for first, count in chunks_of(particles):
            states, log_weights = filling.particles(first, count)
            means = filling.mean(states, rows * count).reshape(rows, count, -1)
            before = sums.largest
            sums.add(log_weights)
            weights = np.exp(log_weights - sums.largest[:, None])
            shrink = np.exp(before - sums.largest)[:, None]
            total = total * shrink + np.einsum("rk,rku->ru", weights, means)
        return np.asarray((total / sums.total[:, None]).T)

    x = as_rows(x)
    given = Incomplete(machine, x, require_both(observed_of(observed, x)), sweeps, seed)
    mean = given.parts(average, particles, progress).T
    return np.where(given.observed, given.known(), mean)


def complete(
    machine: HelmholtzMachine,
    x: Any,
    observed: npt.ArrayLike,
    *,
    samples: int = 8,
    particles: int = 100,
    sweeps: int = 10,
    seed: int = 0,
    progress: bool = True,
) -> Array:
    """Draw the missing units of each row given the observed ones.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible population Bernoulli or Poisson.
    x : array_like or sparse matrix, (rows, visible units)
        What it holds for missing units does not matter, as long as it is activity.
    observed : array_like of bool, (visible units,) or (rows, visible units)
        True where a unit is given.
    samples : int
        For each row.
    particles : int
        From which hidden activity is chosen, by its weight. All samples of a row are chosen from
        the same ones: for samples that differ more, and follow the model more closely, take more.
    sweeps : int
        In which missing units are filled in, for the proposal of hidden activity.
    seed : int
    progress : bool
        Whether more than two seconds show a bar, where stderr is a terminal.

    Returns
    -------
    ndarray, (rows, samples, visible units)
        Of the machine's type; observed units as given.

    Raises
    ------
    InputError, ArgumentTypeError
        If data, mask or machine do not fit; if a row has no missing, or no observed, unit.

    Notes
    -----
    Sampling-importance-resampling: particles weighted as in `conditional_log_likelihood`, chosen
    in proportion to their weights, then missing units from p(x | h). The draws approach those of
    the model as particles become many.

    References
    ----------
    Rubin (1988). Using the SIR algorithm to simulate posterior distributions. Bayesian Statistics
    3:395.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3], seed=0)
    >>> drawn = nh.complete(machine, [[0, 1, 1, 0]], [True, True, False, False], samples=5)
    >>> drawn.shape, bool((drawn[..., :2] == [0, 1]).all())
    ((1, 5, 4), True)
    """
    samples, particles = whole_number("samples", samples), whole_number("particles", particles)

    def draw(filling: Filling) -> Array:
        return _Chosen(filling, samples).draw(particles).transpose(1, 2, 0)  # rows last

    x = as_rows(x)
    given = Incomplete(machine, x, require_both(observed_of(observed, x)), sweeps, seed)
    drawn = given.parts(draw, particles, progress).transpose(2, 0, 1)
    return np.where(given.observed[:, None], given.known()[:, None], drawn)


class _Chosen:
    """Hidden activity for each sample, chosen in proportion to weights while particles go by."""

    def __init__(self, filling: Filling, samples: int) -> None:
        self._filling, self._samples = filling, samples
        self._log_total = np.full(len(filling.x), -np.inf)
        self._hidden: list[Array] = []

    def draw(self, particles: int) -> Array:
        """Return visible activity given the hidden activity chosen, (rows, samples, units)."""
        filling, samples = self._filling, self._samples
        for first, count in chunks_of(particles):
            states, log_weights = filling.particles(first, count)
            self._choose(states[1:], log_weights, self._uniforms(first))
        stream = filling.stream(0, samples)
        stream.clock[0] = filling.sweeps + 1
        rows = len(filling.x) * samples
        drawn = filling.generate([filling.x, *self._hidden], rows, stream)
        return drawn.reshape(-1, samples, drawn.shape[1])

    def _choose(self, hidden: Any, log_weights: Array, uniforms: Array) -> None:
        """Let each sample take one of these particles, as probably as they weigh among all."""
        log_sum = logsumexp(log_weights, axis=1)
        self._log_total = np.logaddexp(self._log_total, log_sum)
        taken = uniforms[0] < np.exp(log_sum - self._log_total)[:, None]
        up_to = np.cumsum(np.exp(log_weights - log_sum[:, None]), axis=1)
        count = log_weights.shape[1]
        which = np.stack([np.searchsorted(*row) for row in zip(up_to, uniforms[1], strict=True)])
        rows = np.arange(len(log_weights))[:, None]
        index = (rows * count + np.minimum(which, count - 1)).reshape(-1)
        chosen = [state[index] for state in hidden]
        if self._hidden:
            pairs = zip(chosen, self._hidden, strict=True)
            chosen = [np.where(taken.reshape(-1, 1), new, old) for new, old in pairs]
        self._hidden = chosen

    def _uniforms(self, first: int) -> Array:
        """Return two uniform numbers for each sample, (2, rows, samples)."""
        draws = self._filling.stream(first, 1).at(Site.SHUFFLE.of())
        bits = random_bits(draws, len(self._filling.x), 2 * self._samples)
        return ((bits + 0.5) * 2.0**-32).reshape(-1, self._samples, 2).transpose(2, 0, 1)
