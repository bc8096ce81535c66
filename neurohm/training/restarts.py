"""Several runs from different starting values, of which the best is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurohm.checks import whole_number
from neurohm.likelihood import log_likelihood
from neurohm.machine import HelmholtzMachine
from neurohm.training.loop import TrainingResult, train


def train_restarts(
    start: Callable[[int], HelmholtzMachine],
    data: Any,
    *,
    restarts: int,
    score: Callable[[HelmholtzMachine], float] | None = None,
    seed: int = 0,
    **settings: Any,
) -> TrainingResult:
    """Train from several starting values, and keep the machine that explains the data best.

    Wake-sleep has local optima; the spread between runs is often larger than what one long run
    gains over a short one.

    Parameters
    ----------
    start : callable
        From a seed to a machine with its starting values.
    data : array_like, (samples, visible units)
    restarts : int
        Number of runs; run ``i`` has the seed ``seed * restarts + i``.
    score : callable, optional
        From a machine to a number, the higher the better; by default the mean importance-sampled
        log-likelihood of the first 1000 samples.
    seed : int
    **settings
        As of `train`.

    Returns
    -------
    TrainingResult
        Of the best run.

    Raises
    ------
    InputError, ArgumentTypeError
        If ``restarts`` is below 1, or no whole number.

    Examples
    --------
    >>> import numpy as np
    >>> def start(seed):
    ...     return HelmholtzMachine([4, 2], seed=seed)
    >>> train_restarts(start, np.eye(4), restarts=2, epochs=1).machine
    HelmholtzMachine(4 bernoulli - 2)
    """
    restarts, seed = whole_number("restarts", restarts), whole_number("seed", seed, 0)

    def likelihood(machine: HelmholtzMachine) -> float:
        return log_likelihood(machine, data[:1000], particles=100, seed=seed, progress=False).mean

    runs = [
        train(start(run), data, seed=run, **settings)
        for run in range(seed * restarts, (seed + 1) * restarts)
    ]
    return max(runs, key=lambda result: (score or likelihood)(result.machine))
