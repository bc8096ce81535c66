"""Bins that stop a fit, set apart from those that it learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurohm.recordings import BinnedSpikes

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
    bins = np.flatnonzero(binned.observed)
    blocks = min(BLOCKS, int(share * len(bins)) // (2 * lags))
    if blocks == 0:
        return binned, None
    length = int(share * len(bins) / blocks)
    held, near = np.zeros_like(binned.observed), np.zeros_like(binned.observed)
    for end in np.linspace(0, len(bins), blocks + 1).astype(int)[1:]:
        held[bins[end - length : end]] = True
        near[bins[max(0, end - length - lags) : end + lags]] = True
    learned = replace(binned, observed=binned.observed & ~near)
    return learned, replace(binned, observed=held)
