"""Occurrences of assemblies in several recordings, told by one and the same rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.occurrences import (
    Detector,
    first_spikes,
    log_prior_odds,
    occurrence_bins,
)
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins
from neurohm.estimators.matching_units import in_model_order
from neurohm.estimators.settings import require_fitted
from neurohm.exceptions import ArgumentTypeError
from neurohm.recordings import BinnedSpikes, Recording, bin_spikes

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators.spikes import SpikeHelmholtz

_MOST = 0.95  # spikes a bin, of units that have one or none
_FAINTEST = 0.25  # of a member's peak: at lags with less it does not fire in the pattern


@dataclass(frozen=True)
class Condition:
    """A recording, or a part of one, in bins.

    Parameters
    ----------
    name : str
    recording : Recording
        Its units in the order of the model's.
    binned : BinnedSpikes
    spikes : SpikeBins
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin, of this condition.
    """

    name: str
    recording: Recording
    binned: BinnedSpikes
    spikes: SpikeBins
    baseline: npt.NDArray[np.float64]

    @classmethod
    def of(cls, name: str, recording: Any, model: SpikeHelmholtz) -> Condition:
        """Return a condition as a model sees it.

        Raises
        ------
        ArgumentTypeError, InputError
            If it is no recording, or of other units.
        """
        require_fitted(model)
        if not isinstance(recording, Recording):
            raise ArgumentTypeError(
                f"{name} of type {type(recording).__name__}",
                "a Recording",
                "cut parts out with recording.between(start, stop)",
            )
        matched = in_model_order(recording, model.unit_ids_, model.time_unit_)
        binned = bin_spikes(matched, model.bin_size_)
        spikes = SpikeBins.of(binned, at_most_one=model.observation_ == "bernoulli")
        seen = max(1, int(binned.observed.sum()))
        # A unit that is silent here is taken to fire half a spike.
        baseline = np.maximum(np.diff(spikes.indptr), 0.5) / seen
        return cls(
            name,
            matched,
            binned,
            spikes,
            np.minimum(baseline, _MOST) if spikes.at_most_one else baseline,
        )


@dataclass(frozen=True)
class Pattern:
    """An assembly, and from what evidence on it is taken to occur.

    Parameters
    ----------
    members : ndarray of int64, (n_members,)
        Positions of its units in the model.
    lags : ndarray of float64, (n_members,)
        Seconds (or bins).
    spans : ndarray of float64, (n_members, 2)
        From when to when after the start of an occurrence each member fires, seconds (or bins).
    detectors : dict of str to Detector
        By the name of the condition, whose rates say what a spike is worth.
    log_prior : float
        Log-odds of an occurrence in any bin of any condition.
    """

    members: npt.NDArray[np.int64]
    lags: npt.NDArray[np.float64]
    spans: npt.NDArray[np.float64]
    detectors: dict[str, Detector]
    log_prior: float

    @classmethod
    def of(cls, row: pd.Series, model: SpikeHelmholtz, conditions: list[Condition]) -> Pattern:
        """Return a row of a table as a pattern, with one prior for all conditions."""
        place = {unit: i for i, unit in enumerate(model.unit_ids_.tolist())}
        members = np.array([place[unit] for unit in row["members"]], dtype=np.int64)
        field = np.asarray(row["field"]) * model.bin_size_
        detectors = {
            own.name: Detector.of(field, own.baseline, model.observation_) for own in conditions
        }
        courses = [
            detectors[own.name].evidence(own.spikes, own.binned.observed) for own in conditions
        ]
        known = np.concatenate([course[~np.isnan(course)] for course in courses])
        used = [np.flatnonzero(own >= _FAINTEST * own.max()) for own in field[members]]
        spans = model.bin_size_ * np.array([(own[0], own[-1] + 1) for own in used])
        lags = np.asarray(row["lags"], dtype=np.float64)
        return cls(members, lags, spans, detectors, log_prior_odds(known))

    def starts(self, condition: Condition, spikes: SpikeBins) -> npt.NDArray[np.int64]:
        """Return the bins in which it begins, among spikes of a condition or jittered ones."""
        detector = self.detectors[condition.name]
        evidence = detector.evidence(spikes, condition.binned.observed)
        return occurrence_bins(evidence + self.log_prior, detector.weight.shape[1])

    def occurrences(
        self, condition: Condition
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return when it occurs, and when each member fires behind the first one.

        Returns
        -------
        moments : ndarray of float64, (n_occurrences,)
            Starts of the bins, seconds (or bins).
        after : ndarray of float64, (n_occurrences, n_members)
            Behind the median over members of what the lags say of the moment; ``nan`` where the
            member does not fire.
        """
        moments = condition.binned.edges[self.starts(condition, condition.spikes)]
        trains = [condition.recording.times(int(unit)) for unit in self.members]
        after = first_spikes(trains, moments, self.spans)
        together = (~np.isnan(after)).sum(axis=1) >= 2
        moments, after = moments[together], after[together]
        if len(after):
            after = after - np.nanmedian(after - self.lags, axis=1, keepdims=True)
        return moments, after

    def by_chance(
        self, condition: Condition, window: int, surrogates: int, rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Return how often it occurs in each of some jittered copies of a condition."""
        windows = JitterWindows.tile(condition.binned.observed, window)
        return np.array(
            [
                len(self.starts(condition, condition.spikes.jittered(windows, rng)))
                for _ in range(surrogates)
            ],
            dtype=np.int64,
        )
