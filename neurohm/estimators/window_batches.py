"""Windows of a recording as batches: each epoch sees every bin once, in another phase."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.recordings import BinnedSpikes, Windows


class WindowBatches:
    """Windows that do not overlap within an epoch, and shift by one bin from epoch to epoch.

    A pattern may begin at any bin; over ``lags`` epochs a machine sees it in each of its places
    in the window.

    Parameters
    ----------
    binned : BinnedSpikes
    lags : int
        Bins in a window.
    """

    def __init__(self, binned: BinnedSpikes, lags: int) -> None:
        self.windows = Windows(binned, lags)
        self.lags = lags
        self._phases = [self._phase(offset) for offset in range(lags)]

    def size(self) -> int:
        """Return the largest number of windows in an epoch."""
        return max(len(phase) for phase in self._phases)

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return the windows of an epoch, as places among the windows of stride 1, shuffled."""
        phase = self._phases[epoch % self.lags]
        if not phase.size:
            phase = self._phases[0]
        return RandomStream(seed, epoch).generator(Site.SHUFFLE.of()).permutation(phase)

    def take(self, indices: npt.NDArray[np.int64], out: npt.NDArray[Any]) -> None:
        """Write windows into ``out``."""
        self.windows.dense(indices, out=out)

    def _phase(self, offset: int) -> npt.NDArray[np.int64]:
        try:
            starts = Windows(self.windows.binned, self.lags, self.lags, offset).starts
        except InputError:  # no observed stretch is long enough to begin that late
            return np.empty(0, np.int64)
        return np.searchsorted(self.windows.starts, starts)
