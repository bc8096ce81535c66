"""Expectations about the recent past of a recording, read out of a code that reaches back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.learning.ddc.regression import Ridge, held_out_r_squared
from neurohm.learning.ddc.rehearsal import Rehearsal
from neurohm.machine import HiddenDynamics

Matrix = npt.NDArray[np.float64]
Function = Callable[[Matrix], Any]


@dataclass(frozen=True, eq=False)
class RecentPast:
    """The posterior of hidden activity along a recording, now and a lag ago.

    Made by `Postdiction.posterior`, from trajectories of the model. In each bin t the code is
    r_t = E[T_t | x_1 ... x_t]; what happened ``lag`` bins before t is read out of it, so that row i
    of a result is about bin i, given all bins up to i + lag.

    Parameters
    ----------
    dynamics : HiddenDynamics
    rehearsal : Rehearsal

    References
    ----------
    Wenliang, Sahani (2019). A neurally plausible model for online recognition and postdiction in a
    dynamical environment. NeurIPS.

    Examples
    --------
    >>> import neurohm as nh
    >>> dynamics = nh.HiddenDynamics(6, 2, seed=0)
    >>> rule = nh.Postdiction(functions=4, data_functions=4, products=40)
    >>> posterior = rule.posterior(dynamics, samples=3000)
    >>> x = dynamics.dream(50, seed=1)
    >>> posterior.mean(x).shape, posterior.mean(x, lag=3).shape
    ((50, 2), (47, 2))
    """

    dynamics: HiddenDynamics
    rehearsal: Rehearsal = field(repr=False)

    @classmethod
    def of(cls, rule: Any, dynamics: HiddenDynamics, samples: int, seed: int) -> RecentPast:
        """Learn from trajectories of a model, see `Postdiction.posterior`."""
        rounds = -(-samples // (rule.trajectories * rule.steps))
        return cls(dynamics, Rehearsal.begun(rule, dynamics, RandomStream(seed), rounds=rounds))

    def code(self, x: npt.ArrayLike) -> Matrix:
        """Return r_t in each bin of a recording, ``(bins, functions)``."""
        codes = self.rehearsal.recognition.along(self.dynamics.as_activity(x)[None])[1]
        return np.asarray(codes[0])

    def expect(self, f: Function, x: npt.ArrayLike, *, lag: int = 0) -> Matrix:
        """Return E[f(z_i) | x_1 ... x_(i + lag)] in each bin i.

        Parameters
        ----------
        f : callable
            From hidden activity, ``(rows, units)``, to ``(rows,)`` or ``(rows, n)``.
        x : array_like, (bins, visible units)
            A recording, from its first bin on.
        lag : int
            Bins that are known beyond the one that is asked about; 0 is filtering.

        Returns
        -------
        ndarray, (bins - lag, n)
            Not held to the range of f.

        Raises
        ------
        InputError, ArgumentTypeError
            If the lag is as long as simulated stretches, or the recording no longer than it; if
            data or values of f do not fit.
        """
        codes = self.code(x)
        if len(codes) <= self._lag(lag):
            raise InputError(f"{len(codes)} bins", f"more than the lag, {lag}")
        return self._fit(lag).map(self._values(f, lag))(codes[lag:])

    def r_squared(self, f: Function, *, lag: int = 0) -> float:
        """Return how well T_t tells f(z_(t - lag)): the share of its variance over bins left out.

        Parameters
        ----------
        f : callable
        lag : int

        Returns
        -------
        float
            1 where f is linear in the functions; then ``expect`` errs only in the code.
        """
        fit = self._fit(self._lag(lag))
        values = self._values(f, lag)
        return held_out_r_squared(fit, values, fit.leverage(fit.inputs), slice(None))

    def mean(self, x: npt.ArrayLike, *, lag: int = 0) -> Matrix:
        """Return the posterior means of the hidden units, ``(bins - lag, units)``."""
        return self.expect(lambda z: z, x, lag=lag)

    def variance(self, x: npt.ArrayLike, *, lag: int = 0) -> Matrix:
        """Return the posterior variances, ``(bins - lag, units)``, held to at least 0."""
        squares = self.expect(np.square, x, lag=lag)
        return np.asarray(np.maximum(squares - self.mean(x, lag=lag) ** 2, 0))

    def _lag(self, lag: int) -> int:
        lag, steps = whole_number("lag", lag, 0), self.rehearsal.rule.steps
        if lag >= steps:
            raise InputError(
                f"lag {lag} in trajectories of {steps} bins", f"at most {steps - 1}", "more steps"
            )
        return lag

    def _fit(self, lag: int) -> Ridge:
        """Return the regression on T in all bins that have one a lag before them."""
        rehearsal, codes = self.rehearsal, self.rehearsal.codes(lag)
        return Ridge(codes, rehearsal.code.penalty(rehearsal.rule.ridge, len(codes)))

    def _values(self, f: Function, lag: int) -> Matrix:
        """Return values of a function a lag before each of those bins, ``(rows, n)``."""
        rehearsal = self.rehearsal
        hidden = rehearsal.states(lag, lag)[1].astype(np.float64)
        values = np.asarray(f(hidden), dtype=np.float64)
        if values.ndim not in (1, 2) or len(values) != len(hidden):
            raise InputError(
                f"a function with values of shape {values.shape} for {len(hidden)} rows",
                "a number, or a row of them, for each row",
            )
        return values.reshape(len(hidden), -1)
