"""Bins that stop a fit, set apart from those that it learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from neurohm.recordings import BinnedSpikes
from neurohm.recordings.binned import observed_stretches

BLOCKS = 5


def hold_out(
    binned: BinnedSpikes, share: float, lags: int
) -> tuple[BinnedSpikes, BinnedSpikes | None]:
    """Set blocks of bins apart, spread evenly over the recording, one at its end.

    Recordings drift; a single block would stop the fit by what is special about that time. On
    both sides of a block a window's length is left out, so that no window sees both parts.

    Parameters
    ----------
    binned : BinnedSpikes
    share : float
        Of the observed bins, from 0 to below 1.
    lags : int
        Bins in a window.

    Returns
    -------
    learned : BinnedSpikes
    held_out : BinnedSpikes or None
        None where the share holds less than two windows.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.recordings import bin_spikes
    >>> binned = bin_spikes(nh.Recording.from_trains([[0.5]], t_stop=100.0), 1.0)
    >>> learned, held_out = hold_out(binned, 0.1, lags=1)
    >>> int(held_out.observed.sum()), int(learned.observed.sum())
    (10, 81)
    """
    n_observed = int(np.count_nonzero(binned.observed))
    blocks = min(BLOCKS, int(share * n_observed) // (2 * lags))
    if blocks == 0:
        return binned, None
    length = int(share * n_observed / blocks)
    held, learned = np.zeros_like(binned.observed), binned.observed.copy()
    stretches = observed_stretches(binned.observed)
    for end in np.linspace(0, n_observed, blocks + 1).astype(int)[1:]:
        for first, stop in _bins_between(stretches, end - length, end):
            held[first:stop] = True
        for first, stop in _bins_between(stretches, end - length - lags, end + lags):
            learned[first:stop] = False
    return replace(binned, observed=learned), replace(binned, observed=held)


def _bins_between(stretches: npt.NDArray[np.int64], start: int, end: int) -> npt.NDArray[np.int64]:
    """First bin and end of each run of the observed bins numbered `start` to `end`."""
    ends = np.cumsum(stretches[:, 1] - stretches[:, 0])
    # To the number of an observed bin in a stretch this is added for its place among all bins.
    unseen = (stretches[:, 1] - ends)[:, None]
    runs = np.clip(stretches - unseen, start, end)
    found: npt.NDArray[np.int64] = (runs + unseen)[runs[:, 1] > runs[:, 0]]
    return found
