"""The likelihood of what was observed, where not all of a row was."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.likelihood.estimate import LogLikelihood
from neurohm.likelihood.importance import has_hidden, log_likelihood
from neurohm.likelihood.incomplete import Incomplete, observed_of
from neurohm.likelihood.rows import as_rows
from neurohm.likelihood.weights import spread_of
from neurohm.machine import HelmholtzMachine


def marginal_log_likelihood(
    machine: HelmholtzMachine,
    x: Any,
    observed: npt.ArrayLike | None = None,
    *,
    particles: int = 1000,
    sweeps: int = 10,
    seed: int = 0,
    progress: bool = True,
) -> LogLikelihood:
    """Estimate log p(observed units) of each row, summed over all that the missing ones may do.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible population Bernoulli or Poisson, if a row has missing units.
    x : array_like or sparse matrix, (rows, visible units)
        What it holds for missing units does not matter.
    observed : array_like of bool, (visible units,) or (rows, visible units), optional
        True where a unit is observed. By default what is not nan.
    particles : int
    sweeps : int
        In which missing units are filled in, for the proposal of hidden activity. They change how
        precise the estimate is, not what it estimates.
    seed : int
    progress : bool
        Whether a score of more than two seconds shows a bar, where stderr is a terminal.

    Returns
    -------
    LogLikelihood
        Of a row without missing units to the bit what `log_likelihood` gives; zero where nothing
        was observed.

    Raises
    ------
    InputError, ArgumentTypeError
        If data, mask or machine do not fit.

    Notes
    -----
    How missing units are left out of p(observed, h), and h is proposed without them, is described
    in `conditional_log_likelihood`.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([3, 2], seed=0)
    >>> found = nh.marginal_log_likelihood(machine, [[0, 1, np.nan], [np.nan] * 3])
    >>> log_p = nh.exact_log_likelihood(machine, [[0, 1, 0], [0, 1, 1]])
    >>> bool(abs(found.value[0] - np.log(np.exp(log_p).sum())) < 0.01), float(found.value[1])
    (True, 0.0)
    """
    particles, x = whole_number("particles", particles), as_rows(x)
    mask = observed_of(observed, x)
    complete, some = mask.all(axis=1), mask.any(axis=1)
    if complete.all():
        return log_likelihood(machine, x, particles=particles, seed=seed, progress=progress)
    value, error = np.zeros(len(mask)), np.zeros(len(mask))
    effective = np.full(len(mask), float(particles))
    if complete.any():
        whole = log_likelihood(
            machine, x[complete], particles=particles, seed=seed, progress=progress
        )
        value[complete], error[complete] = whole.value, whole.standard_error
        effective[complete] = whole.effective_sample_size
    partly = some & ~complete
    if partly.any():
        given = Incomplete(machine, x[partly], mask[partly], sweeps, seed)
        value[partly], effective[partly] = given.weighed(particles, progress)
        error[partly] = spread_of(effective[partly], particles)
    return LogLikelihood(value, error, effective, particles, _kind(machine, particles))


def _kind(machine: HelmholtzMachine, particles: int) -> str:
    if not has_hidden(machine):
        return "exact"
    return "bound" if particles == 1 else "importance"
