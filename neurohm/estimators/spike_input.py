"""What a fitted machine takes for a recording: units in its own order, counts of its own bins."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import IndependentModel
from neurohm.estimators.base import HelmholtzEstimator
from neurohm.estimators.matching_units import in_model_order
from neurohm.estimators.settings import is_auto, require_fitted
from neurohm.exceptions import ArgumentTypeError
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import BinnedSpikes, Recording, bin_spikes
from neurohm.recordings.objects import recording_of_object


class SpikeInput(HelmholtzEstimator):
    """From what a user gives for a recording to counts in bins, for a `SpikeHelmholtz`."""

    bin_size: float | str
    lags: int
    device: str
    machine_: HelmholtzMachine
    independent_: IndependentModel
    bin_size_: float
    observation_: str
    time_unit_: str
    unit_ids_: npt.NDArray[Any]
    positions_: npt.NDArray[np.float64] | None
    seed_: int
    _recording: Recording | None = None

    def _as_recording(self, recording: Any) -> Recording:
        known = _with_units(recording)
        if known is not None:
            return known
        if isinstance(recording, str | os.PathLike):
            raise ArgumentTypeError(
                f"the path {recording}", "a Recording or a count matrix", "use nh.load_recording"
            )
        width = None if is_auto(self.bin_size) else float(self.bin_size)
        return Recording.from_counts(recording, bin_width=width)

    def _clipped(self, binned: BinnedSpikes) -> BinnedSpikes:
        """Let counts above 1 count as 1 where units either spike or not."""
        if self.observation_ != "bernoulli" or binned.count.max(initial=0) <= 1:
            return binned
        return replace(binned, count=np.minimum(binned.count, 1))

    def _matched(self, recording: Any) -> Recording:
        """Return a recording, its units in the order of those fitted."""
        require_fitted(self)
        known = _with_units(recording)
        named = known is not None
        recording = self._as_recording(recording if known is None else known)
        return in_model_order(recording, self.unit_ids_, self.time_unit_, named=named)

    def _binned(self, recording: Any) -> BinnedSpikes:
        """Return the counts of a recording, its units in the order of those fitted."""
        return self._binned_of(self._matched(recording))

    def _binned_of(self, recording: Recording) -> BinnedSpikes:
        """Return the counts of a recording whose units are in order."""
        return self._clipped(bin_spikes(recording, self.bin_size_))


def _with_units(recording: Any) -> Recording | None:
    """Return a recording, or that of another library's object, whose units have names; or None."""
    return recording if isinstance(recording, Recording) else recording_of_object(recording)
