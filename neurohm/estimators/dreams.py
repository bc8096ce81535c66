"""From dreamt windows to the spikes of a recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.machine import HelmholtzMachine, dream
from neurohm.recordings import Recording

_WINDOWS = 1024


def dreamt_spikes(
    machine: HelmholtzMachine, windows: int, lags: int, stream: RandomStream
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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
    bins, units : ndarray of int64, (n_spikes,)
        Bin and unit of each spike.
    """
    bins, units = [], []
    for first in range(0, windows, _WINDOWS):
        own = RandomStream(stream.seed, first)
        counts = dream(machine, min(_WINDOWS, windows - first), own, Site.DREAM).dense()
        window, column = np.nonzero(counts)
        spikes = counts[window, column].astype(np.int64)
        bins.append(np.repeat((first + window) * lags + column % lags, spikes))
        units.append(np.repeat(column // lags, spikes))
    return np.concatenate(bins), np.concatenate(units)


def as_recording(
    spikes: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    n_units: int,
    duration: float,
    bin_size: float,
    place: npt.NDArray[np.float64] | float,
    **fields: Any,
) -> Recording:
    """Return a recording of spikes in bins.

    Parameters
    ----------
    spikes : tuple of two ndarray of int64, (n_spikes,)
        Bin and unit of each spike.
    n_units : int
    duration : float
        Seconds (or bins).
    bin_size : float
        Seconds (or bins).
    place : float or ndarray, (n_spikes,)
        Where each spike lies in its bin, from 0 to below 1.
    **fields
        Other fields of the `Recording`.

    Returns
    -------
    Recording
    """
    bins, units = spikes
    times = ((bins + place) * bin_size).astype(np.float64)
    order = np.lexsort((times, units))
    return Recording(
        spike_times=times[order],
        spike_times_index=np.cumsum(np.bincount(units, minlength=n_units)),
        t_start=0.0,
        t_stop=duration,
        source="dream",
        **fields,
    )
