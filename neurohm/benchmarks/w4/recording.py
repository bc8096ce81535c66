"""W4's recording, its net, and the spikes as the peers read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurohm.benchmarks.arena import scratch_folder
from neurohm.benchmarks.chains import Chain, Floats, random_chain
from neurohm.recordings import Recording

UNITS, LAGS, HIDDEN, BATCH = 100, 5, (100, 20), 1000
BIN, RATE = 0.01, 0.02


@dataclass(frozen=True)
class Spikes:
    """A recording to learn from, on disk.

    Parameters
    ----------
    bins : int
        Its length; each begins a window.
    learning_rate : float
    """

    bins: int
    learning_rate: float = 1e-3

    rows, dreams = BATCH, 1

    @property
    def batches(self) -> int:
        """Batches in a pass over the recording."""
        return self.bins // BATCH

    @property
    def start(self) -> Chain:
        """The net's starting values: visible units fire as rarely as the recorded ones."""
        sizes = (UNITS * LAGS, *HIDDEN)
        return random_chain(sizes, visible_bias=float(np.log(RATE / (1 - RATE))))

    def file(self) -> Path:
        """Return the file, written if it is not there."""
        path = scratch_folder() / f"spikes-{self.bins}.h5"
        if not path.exists():
            independent_spikes(UNITS, self.bins, RATE, BIN).save(path)
        return path

    def stream(self, convert: Callable[[Floats], Any]) -> Iterator[Any]:
        """Read, bin and cut into windows as people write it, again and again.

        A matrix of all bins, and a copy for each batch: a window of each bin, with what came
        before it.
        """
        import h5py

        while True:
            with h5py.File(self.file()) as file:
                times, ends = file["spike_times"][:], file["spike_times_index"][:]
            units = np.repeat(np.arange(UNITS), np.diff(ends, prepend=0))
            binned = np.zeros((self.bins + LAGS - 1, UNITS), bool)
            binned[(times / BIN).astype(np.int64) + LAGS - 1, units] = True
            for first in range(0, self.batches * BATCH, BATCH):
                lagged = [binned[first + lag : first + lag + BATCH] for lag in range(LAGS)]
                yield convert(np.concatenate(lagged, axis=1))


def independent_spikes(units: int, bins: int, rate: float, width: float) -> Recording:
    """Return a recording of units that fire independently, at most once in a bin.

    Parameters
    ----------
    units, bins : int
    rate : float
        Probability of a spike in a bin.
    width : float
        Of a bin, seconds.

    Returns
    -------
    Recording

    Examples
    --------
    >>> independent_spikes(3, 1000, 0.1, 0.01).n_units
    3
    """
    random = np.random.default_rng(0)
    trains = []
    for _ in range(units):
        fired = np.flatnonzero(random.random(bins, dtype=np.float32) < rate)
        trains.append((fired + random.uniform(0.1, 0.9, len(fired))) * width)
    return Recording.from_trains(trains, t_stop=bins * width)
