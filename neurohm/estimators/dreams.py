"""From dreamt windows to the spikes of a recording."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.machine import HelmholtzMachine, dream

_WINDOWS = 1024


def dreamt_counts(
    machine: HelmholtzMachine, windows: int, lags: int, stream: RandomStream
) -> npt.NDArray[np.int64]:
    """Dream windows one after the other, independent of each other.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible unit ``unit * lags + lag`` is a unit at a lag.
    windows : int
    lags : int
        Bins in a window.
    stream : RandomStream

    Returns
    -------
    ndarray of int64, (windows * lags, n_units)
        Counts of each bin, in the order of time.
    """
    parts = [
        dream(
            machine, min(_WINDOWS, windows - first), RandomStream(stream.seed, first), Site.DREAM
        ).states[0]
        for first in range(0, windows, _WINDOWS)
    ]
    by_window = np.concatenate(parts).astype(np.int64).reshape(windows, -1, lags)
    return by_window.transpose(0, 2, 1).reshape(windows * lags, -1)


def spread_over_bins(
    counts: npt.NDArray[np.int64], bin_size: float, stream: RandomStream
) -> list[npt.NDArray[np.float64]]:
    """Put each spike somewhere in its bin, at random.

    Parameters
    ----------
    counts : ndarray of int64, (n_bins, n_units)
    bin_size : float
        Seconds.
    stream : RandomStream

    Returns
    -------
    list of ndarray of float64
        Ascending spike times of each unit, seconds.
    """
    rng = stream.generator(Site.DREAM.of())
    bins = [np.repeat(np.arange(len(counts)), column) for column in counts.T]
    return [np.sort((own + rng.random(len(own))) * bin_size) for own in bins]
