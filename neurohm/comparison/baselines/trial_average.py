"""Independent units whose rate depends on the place in the trial: the PSTH as a model."""

from __future__ import annotations

from copy import copy
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.emissions import EMISSIONS, Matrix, smoothed_mean
from neurohm.comparison.samples import OUTSIDE, Samples
from neurohm.exceptions import ArgumentTypeError, InputError

WIDTHS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Smoothing that validation chooses among, bins."""


class _TrialAverage(Baseline):
    """A rate for each unit at each place of a trial; see the two kinds."""

    name = "trial-average"
    lags_: int
    places_of_condition_: int | None
    mean_: Matrix
    frequency_: Matrix

    def __init__(self, smoothing: float | str = "auto") -> None:
        if smoothing != "auto":
            real_number("smoothing", smoothing, least=0, mend="give bins, or 'auto'")
        self.smoothing = smoothing

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Average over trials.

        Parameters
        ----------
        x : Samples
            With the place of each bin in its trial.
        validation : Samples, optional
            By which ``"auto"`` chooses the smoothing; without it nothing is smoothed.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        ArgumentTypeError, InputError
            If samples come without places in trials, or an entry is none of the domain.
        """
        counts, places = self._by_bin(x)
        self.lags_ = places.shape[1]
        self.places_of_condition_ = getattr(x, "places_of_condition", None)
        if self.smoothing != "auto":
            return self._fit(counts, places, float(self.smoothing))
        if validation is None:
            return self._fit(counts, places, 0.0)
        tried = [copy(self)._fit(counts, places, width) for width in WIDTHS]
        best = max(tried, key=lambda model: float(model.score_samples(validation).mean()))
        vars(self).update(vars(best))
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``; exact."""
        counts, places = self._by_bin(x)
        units = self.mean_.shape[1]
        if counts.shape[2] != units or places.shape[1] != self.lags_:
            raise InputError(
                f"samples of {counts.shape[2]} units and {places.shape[1]} bins",
                f"{units} and {self.lags_}, as the model was fitted to",
            )
        emission = EMISSIONS[self.domain]
        flat = counts.reshape(-1, units)
        each = emission.log_likelihood(flat, self.mean_[self._index(places).ravel()])
        return np.asarray(each.reshape(places.shape).sum(axis=1))

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples that begin where those of the fit do, ``(n_samples, n_columns)``."""
        generator = RandomStream(seed).generator(Site.DREAM.of())
        number = whole_number("n_samples", n_samples)
        first = generator.choice(len(self.frequency_), size=number, p=self.frequency_) - 1
        places = first[:, None] + np.arange(self.lags_)
        length = self.places_of_condition_ or len(self.mean_)
        # a window that runs beyond the last place ends outside
        places[(first == OUTSIDE)[:, None] | (places // length > (first // length)[:, None])] = (
            OUTSIDE
        )
        drawn = EMISSIONS[self.domain].draw(self.mean_[self._index(places)], generator)
        return drawn.transpose(0, 2, 1).reshape(number, -1)

    @property
    def n_parameters(self) -> int:
        """One for each unit at each place, and outside of trials."""
        return self.mean_.size

    def _by_bin(self, x: npt.ArrayLike) -> tuple[Matrix, npt.NDArray[np.int64]]:
        """Return counts, (n_samples, lags, n_units), and the place of each bin in its trial."""
        if not isinstance(x, Samples):
            raise ArgumentTypeError(
                f"a {type(x).__name__} as samples", "Samples, with their places in trials"
            )
        if x.places is None:
            raise InputError(
                "samples that lie in no trials", "a recording with trials", "leave this model out"
            )
        matrix = as_samples(x, self.domain)
        return matrix.reshape(len(x), -1, x.lags).transpose(0, 2, 1), x.places

    def _fit(self, counts: Matrix, places: npt.NDArray[np.int64], width: float) -> Self:
        """Take the mean at each place, drawn towards the unit's own by one more trial of it."""
        index, units = places.ravel() + 1, counts.shape[2]
        number = int(index.max()) + 1
        flat = counts.reshape(-1, units)
        sums = [np.bincount(index, column, number) for column in flat.T]
        spikes = np.stack(sums, axis=1).astype(np.float64)
        seen = np.bincount(index, minlength=number).astype(np.float64)
        first = np.bincount(places[:, 0] + 1, minlength=number)
        self.frequency_ = first / first.sum()
        if width > 0:
            spikes, seen = self._smoothed(spikes, width), self._smoothed(seen, width)
        overall, self.smoothing_ = smoothed_mean(flat), width
        self.mean_ = (spikes + overall) / (seen + 1)[:, None]
        return self

    def _smoothed(self, sums: Matrix, width: float) -> Matrix:
        """Return sums smoothed along the places of each condition, those outside as they are."""
        length = self.places_of_condition_ or len(sums)
        inside = [
            gaussian_filter1d(sums[first : first + length], width, axis=0, mode="constant")
            for first in range(1, len(sums), length)
        ]
        return np.concatenate([sums[:1], *inside])

    def _index(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the rows of `mean_` of places; those that no trial reached are outside."""
        return np.where(places + 1 < len(self.mean_), places + 1, 0)


class TrialAverageBernoulli(_TrialAverage):
    """Independent units that spike or do not, each with a probability for each place in a trial.

    Trials of several conditions are averaged apart.

    Parameters
    ----------
    smoothing : float or "auto"
        Standard deviation of the Gaussian by which rates are smoothed along the trial, bins.
        "auto": chosen by validation.

    Attributes
    ----------
    mean_ : ndarray of float64, (1 + places, n_units)
        Probability of a spike: outside of trials, and at each place of each condition.
    smoothing_ : float

    Examples
    --------
    >>> x = np.tile(np.eye(2, dtype=np.float32), (50, 1))
    >>> trials = Samples(x, places=np.tile([[0], [1]], (50, 1)))
    >>> TrialAverageBernoulli().fit(trials).mean_[1:].round(2)
    array([[0.99, 0.01],
           [0.01, 0.99]])
    """

    domain = "binary"


class TrialAveragePoisson(_TrialAverage):
    """Independent units with Poisson counts and a rate for each place in a trial.

    Arguments and attributes are those of `TrialAverageBernoulli`.

    Examples
    --------
    >>> trials = Samples(
    ...     np.array([[3.0], [0.0]] * 40, np.float32), places=np.tile([[0], [1]], (40, 1))
    ... )
    >>> TrialAveragePoisson(smoothing=0).fit(trials).mean_[1:].round(1).ravel()
    array([3., 0.])
    """

    domain = "counts"
