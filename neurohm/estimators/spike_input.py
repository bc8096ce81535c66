"""What a fitted machine takes for a recording: counts of its own bins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import IndependentModel
from neurohm.estimators.recording_input import RecordingInput
from neurohm.estimators.settings import require_fitted
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import BinnedSpikes, Recording, bin_spikes


class SpikeInput(RecordingInput):
    """From what a user gives for a recording to counts in bins, for a `SpikeHelmholtz`."""

    lags: int
    device: str
    machine_: HelmholtzMachine
    independent_: IndependentModel
    bin_size_: float
    observation_: str
    positions_: npt.NDArray[np.float64] | None
    seed_: int
    _recording: Recording | None = None

    def _clipped(self, binned: BinnedSpikes) -> BinnedSpikes:
        """Let counts above 1 count as 1 where units either spike or not."""
        if self.observation_ != "bernoulli" or binned.count.max(initial=0) <= 1:
            return binned
        return replace(binned, count=np.minimum(binned.count, 1))

    def _matched(self, recording: Any) -> Recording:
        """Return a recording, its units in the order of those fitted."""
        require_fitted(self)
        return super()._matched(recording)

    def _binned(self, recording: Any) -> BinnedSpikes:
        """Return the counts of a recording, its units in the order of those fitted."""
        return self._binned_of(self._matched(recording))

    def _binned_of(self, recording: Recording) -> BinnedSpikes:
        """Return the counts of a recording whose units are in order."""
        return self._clipped(bin_spikes(recording, self.bin_size_))
