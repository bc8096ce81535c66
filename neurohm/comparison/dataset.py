"""Bins to compare models on: the same ones for every model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.comparison.partition import Mask
from neurohm.comparison.samples import OUTSIDE, Samples
from neurohm.exceptions import InputError
from neurohm.recordings import BinnedSpikes, Recording, Trials, Windows, bin_spikes
from neurohm.recordings.binned import observed_stretches

DOMAINS = {"bernoulli": "binary", "poisson": "counts"}
"""What the entries of samples are, by the name of the observation."""

MOST_ENTRIES = 2e8  # of a matrix of windows that overlap


@dataclass(frozen=True, eq=False)
class Dataset:
    """Spikes in bins, and how they become samples.

    Parameters
    ----------
    binned : BinnedSpikes
        Clipped where the domain is binary.
    domain : {"binary", "counts"}
    lags : int
        Bins in a window, which is a sample.
    places : ndarray of int64, (n_bins,), optional
        Bins since the start of the trial, `OUTSIDE` in none; see `Samples`.
    places_of_condition : int, optional
    """

    binned: BinnedSpikes
    domain: str
    lags: int
    places: npt.NDArray[np.int64] | None = None
    places_of_condition: int | None = None

    @classmethod
    def of(
        cls,
        recording: Recording,
        bin_size: float,
        lags: int,
        observation: str,
        trials: Trials | None = None,
    ) -> Dataset:
        """Bin a recording.

        Parameters
        ----------
        recording : Recording
        bin_size : float
            Seconds (or bins).
        lags : int
        observation : {"auto", "bernoulli", "poisson"}
            "auto": Bernoulli where no bin holds two spikes. With Bernoulli, bins of several spikes
            count as one.
        trials : Trials, optional

        Returns
        -------
        Dataset

        Raises
        ------
        InputError
            If the observation is unknown, or the recording cannot be binned like that.
        """
        binned = bin_spikes(recording, bin_size)
        most = int(binned.count.max(initial=0))
        if observation == "auto":
            observation = "bernoulli" if most <= 1 else "poisson"
        if observation not in DOMAINS:
            names = "'auto', " + ", ".join(map(repr, DOMAINS))
            raise InputError(f"observation {observation!r}", f"one of {names}")
        if observation == "bernoulli" and most > 1:
            binned = replace(binned, count=np.minimum(binned.count, 1))
        data = cls(binned, DOMAINS[observation], lags)
        return data if trials is None else replace(data, **places_of(binned, trials))

    @property
    def observation(self) -> str:
        """Name of the distribution of the counts."""
        return next(name for name, domain in DOMAINS.items() if domain == self.domain)

    @cached_property
    def constant_units(self) -> npt.NDArray[np.int64]:
        """Positions of units that do the same in every observed bin."""
        spikes = self.binned.spikes_of_units()
        constant = spikes == 0
        if self.domain == "binary":
            constant |= spikes == np.count_nonzero(self.binned.observed)
        return np.flatnonzero(constant)

    def within(self, mask: Mask) -> BinnedSpikes:
        """Return the bins, some of them observed."""
        return replace(self.binned, observed=mask)

    def scored(self, mask: Mask) -> Windows:
        """Return windows of some bins, each bin in one of them at most.

        Raises
        ------
        InputError
            If no window fits.
        """
        return Windows(self.within(mask), self.lags, stride=self.lags)

    def learned(self, mask: Mask) -> Windows:
        """Return all windows of some bins, at every phase, unless that is too large a matrix.

        Raises
        ------
        InputError
            If no window fits.
        """
        windows = Windows(self.within(mask), self.lags)
        if len(windows) * windows.n_columns <= MOST_ENTRIES:
            return windows
        return self.scored(mask)

    def samples(self, windows: Windows, all_of_it: Mask | None = None) -> Samples:
        """Return windows as a matrix.

        Parameters
        ----------
        windows : Windows
        all_of_it : ndarray of bool, (n_bins,), optional
            More bins that may be learned from, such as those that stop a fit; for models that set
            some of them apart themselves.

        Returns
        -------
        Samples
        """
        places = self.places
        if places is not None:
            places = places[windows.starts[:, None] + np.arange(self.lags)]
        binned = windows.binned if all_of_it is None else self.within(all_of_it)
        matrix = windows.dense(slice(None))
        return Samples(matrix, self.lags, places, self.places_of_condition, binned)


def places_of(binned: BinnedSpikes, trials: Trials) -> dict[str, Any]:
    """Return how many bins after the start of its trial each bin lies, as a `Dataset` takes it.

    Parameters
    ----------
    binned : BinnedSpikes
    trials : Trials
        Where bins lie in two of them, the later counts.

    Returns
    -------
    dict
        ``places``, (n_bins,), `OUTSIDE` for bins whose centre lies in no trial, and
        ``places_of_condition``.

    Examples
    --------
    >>> binned = bin_spikes(Recording.from_trains([[0.5]], t_stop=6.0), 1.0)
    >>> trials = Trials(np.array([[0.0, 2.0], [3.0, 6.0]]), np.array([0.0, 3.0]), np.array([0, 90]))
    >>> places_of(binned, trials)
    {'places': array([ 0,  1, -1,  3,  4,  5]), 'places_of_condition': 3}
    """
    order = np.argsort(trials.intervals[:, 0], kind="stable")
    intervals, codes = trials.intervals[order], trials.codes[order]
    centres = binned.edges[:-1] + binned.bin_size / 2
    trial = np.searchsorted(intervals[:, 0], centres, side="right") - 1
    inside = (trial >= 0) & (centres < intervals[trial, 1])
    place = np.floor((centres - intervals[trial, 0]) / binned.bin_size).astype(np.int64)
    length = int(place[inside].max(initial=-1)) + 1
    places = np.where(inside, place + length * codes[trial], OUTSIDE)
    return {"places": places, "places_of_condition": length} if length else {}


def as_recording(binned: BinnedSpikes) -> Recording:
    """Return binned spikes as a recording with the same bins.

    Parameters
    ----------
    binned : BinnedSpikes

    Returns
    -------
    Recording
        It begins at zero; its units are numbered.

    Examples
    --------
    >>> binned = bin_spikes(Recording.from_trains([[0.1, 0.15], [0.3]], t_stop=0.4), 0.1)
    >>> again = bin_spikes(as_recording(binned), 0.1)
    >>> bool((again.toarray() == binned.toarray()).all())
    True
    """
    in_seconds = binned.time_unit == "s"
    width = binned.bin_size if in_seconds else 1.0
    counts: Any = binned.to_csr()
    return Recording.from_counts(
        counts,
        binned.bin_size if in_seconds else None,
        intervals={"observed": observed_stretches(binned.observed) * width},
    )
