"""How units depend on the condition: mean activity, and how selective it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from neurohm.analysis.psth import RATE_UNITS, UNITS, standard_error
from neurohm.analysis.responses import Array, Responses
from neurohm.checks import real_number
from neurohm.exceptions import InputError


@dataclass(frozen=True, eq=False, repr=False)
class Tuning:
    """Mean activity of each unit in each condition.

    Parameters
    ----------
    mean, standard_error, low, high : ndarray of float64, (n_levels, n_units)
        Over trials; low and high are the ends of 95 % intervals (Student's t). Where a condition
        has one trial all but the mean are nan.
    levels : ndarray, (n_levels,)
        The conditions.
    counts : ndarray of int64, (n_levels,)
        Trials of each.
    selectivity : ndarray of float64, (n_units,)
        Share of the variance over trials that the condition explains, corrected for what it would
        explain by chance (0 on average where it explains nothing, so also below 0).
    p_value : ndarray of float64, (n_units,)
        Of the analysis of variance, for each unit on its own.
    unit : str
        Of the mean: "Hz", "spikes per bin", "probability", or "nats" of log-odds.
    condition : str
    unit_names : tuple of str
    """

    mean: Array
    standard_error: Array
    low: Array
    high: Array
    levels: npt.NDArray[Any]
    counts: npt.NDArray[np.int64]
    selectivity: Array
    p_value: Array
    unit: str
    condition: str
    unit_names: tuple[str, ...]

    @property
    def preferred(self) -> npt.NDArray[Any]:
        """The condition in which each unit is most active, (n_units,)."""
        return np.asarray(self.levels[self.mean.argmax(axis=0)])

    def circular(self, period: float = 180.0) -> tuple[Array, Array]:
        """Return how sharply units are tuned to an angle, and to which.

        Parameters
        ----------
        period : float
            After which an angle is the same, in the unit of the levels: 180 degrees for
            orientations, 360 for directions.

        Returns
        -------
        selectivity : ndarray of float64, (n_units,)
            Length of the mean vector over conditions (one minus the circular variance), from 0 to
            1; nan of a silent unit.
        preferred : ndarray of float64, (n_units,)
            Its angle, from 0 to `period`.

        Raises
        ------
        InputError
            If conditions are no angles, or activity is negative, as log-odds are.

        References
        ----------
        Mazurek, Kager, Van Hooser (2014). Robust quantification of orientation selectivity and
        direction selectivity. Frontiers in Neural Circuits 8:92, doi:10.3389/fncir.2014.00092.

        Examples
        --------
        >>> from neurohm.analysis import responses_of
        >>> from neurohm.recordings import simulate_trials, trials_of
        >>> recording = simulate_trials(n_units=2, n_trials=400)
        >>> responses = responses_of(recording, trials_of(recording, "orientation"), bin_size=1.0)
        >>> selectivity, preferred = tuning_of(responses).circular()
        >>> bool((selectivity > 0.3).all()), abs(preferred[1] - 90) < 5  # planted: 0 and 90
        (True, np.True_)
        """
        period = real_number("period", period, above=0)
        if self.levels.dtype.kind not in "iuf":
            raise InputError(f"{self.condition} {self.levels[0]!r}", "angles: numbers")
        if (self.mean < 0).any():
            raise InputError(
                f"a mean of {self.mean.min():g} {self.unit}", "activity that is not negative"
            )
        turn = np.exp(2j * np.pi * self.levels.astype(np.float64) / period)
        total = self.mean.sum(axis=0)
        vector = turn @ self.mean / np.where(total > 0, total, np.nan)
        return np.abs(vector), np.angle(vector) * period / (2 * np.pi) % period

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        arrays = (
            "mean", "standard_error", "low", "high", "levels", "counts", "selectivity", "p_value",
        )  # fmt: skip
        plain = {name: getattr(self, name).tolist() for name in arrays}
        return plain | {name: getattr(self, name) for name in ("unit", "condition", "unit_names")}

    def __repr__(self) -> str:
        tuned = int((self.p_value < 0.01 / max(1, len(self.p_value))).sum())
        return (
            f"Tuning({len(self.unit_names)} units, {len(self.levels)} conditions "
            f"({self.condition or 'none'}); {tuned} units tuned (p < 0.01, Bonferroni), "
            f"selectivity up to {np.nanmax(self.selectivity, initial=0.0):.2f})"
        )


def tuning_of(responses: Responses) -> Tuning:
    """Return the mean activity of each unit in each condition, and how selective units are.

    Parameters
    ----------
    responses : Responses

    Returns
    -------
    Tuning

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=4, n_trials=80)
    >>> responses = responses_of(recording, trials_of(recording, "orientation"), bin_size=0.1)
    >>> tuning_of(responses).mean.shape
    (4, 4)
    """
    counted, trials = responses.kind == "counts", responses.trials
    duration = float(responses.edges[-1] - responses.edges[0])
    values = responses.per_trial / (duration if counted else 1.0)
    groups = [values[trials.labels == level] for level in trials.levels]
    mean = np.stack([group.mean(axis=0) for group in groups])
    error = np.stack([standard_error(group) for group in groups])
    freedom = np.maximum(trials.counts - 1, 1)[:, None]  # where it is 0 the error is nan
    reach = stats.t.ppf(0.975, freedom) * error
    selectivity, p_value = _explained(values, mean, trials.codes, trials.counts)
    return Tuning(
        mean=mean,
        standard_error=error,
        low=mean - reach,
        high=mean + reach,
        levels=trials.levels,
        counts=trials.counts,
        selectivity=selectivity,
        p_value=p_value,
        unit=RATE_UNITS[responses.time_unit] if counted else UNITS[responses.kind],
        condition=trials.condition,
        unit_names=responses.unit_names,
    )


def _explained(
    values: Array, mean: Array, codes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[Array, Array]:
    """Return the share of variance that the condition explains, and its p-value, of each unit."""
    between_freedom, within_freedom = len(counts) - 1, len(values) - len(counts)
    if between_freedom < 1 or within_freedom < 1:
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing.copy()
    within = ((values - mean[codes]) ** 2).sum(axis=0)
    total = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    noise = within / within_freedom
    varies = total > 1e-12 * np.maximum(1.0, (values**2).sum(axis=0))
    share = np.full(values.shape[1], np.nan)
    p_value = np.ones(values.shape[1])
    between = (total - within)[varies]
    share[varies] = (between - between_freedom * noise[varies]) / total[varies]
    with np.errstate(divide="ignore"):  # no noise at all: F is infinite, p is 0
        ratio = between / between_freedom / noise[varies]
    p_value[varies] = stats.f.sf(ratio, between_freedom, within_freedom)
    return share, p_value
