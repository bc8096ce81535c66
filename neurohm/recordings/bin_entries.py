"""From spikes, unit after unit, to entries of bins: in memory, or in a file if they are many."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import WriteError
from neurohm.recordings.bin_clock import BinClock
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes, blocks, taken

__all__ = ["MOST_IN_MEMORY", "bin_entries"]

# More entries than this, 400 MB of three bytes each, are kept in a temporary file.
MOST_IN_MEMORY = 2**27
# Indices of bins are of 32 bits up to here.
_MOST_IN_32_BITS = 2**31 - 1

Entries = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def bin_entries(recording: Recording, clock: BinClock, n_bins: int) -> Entries:
    """Merge spikes of one unit in one bin, and order by bin instead of by unit.

    A counting sort in two passes over the spikes: beside the result a block of them is in memory. A
    very large result lies in a temporary file without a name, mapped into memory, and is filled one
    stretch of time after the other. The file goes when the last array on it does.

    Parameters
    ----------
    recording : Recording
    clock : BinClock
    n_bins : int

    Returns
    -------
    indptr, unit, count : ndarray of int
        As of `neurohm.recordings.BinnedSpikes`.

    Raises
    ------
    WriteError
        If there is no room for the temporary file.

    Examples
    --------
    >>> recording = Recording.from_trains([[0.1, 0.2, 2.5], [2.5]], t_stop=3.0)
    >>> for array in bin_entries(recording, BinClock.of(recording, 1.0), 3):
    ...     print(array)
    [0 1 1 3]
    [0 0 1]
    [2 1 1]
    """
    from neurohm.recordings import compiled

    passes = _Passes(clock, n_bins)
    index = recording.spike_times_index
    head = np.zeros(n_bins + 1, np.int32 if index[-1] <= _MOST_IN_32_BITS else np.int64)
    n_parts = -(-int(index[-1]) // MOST_IN_MEMORY)
    borders = np.linspace(0, n_bins, n_parts + 1).astype(np.int64)
    spikes = np.zeros((len(index), n_parts), np.int64)
    most = passes.count(recording.spike_times, index, head, borders, spikes)
    n_entries = compiled.begin_bins(head)
    unit_type = np.dtype(np.uint16 if len(index) <= 2**16 else np.int32)
    count_type = np.dtype(np.uint8 if most < 2**8 else np.int32)
    if n_entries <= MOST_IN_MEMORY:
        unit, count = np.empty(n_entries, unit_type), np.empty(n_entries, count_type)
        passes.place(recording.spike_times, index, head, unit, count)
        return head, unit, count
    mapped, (unit, count) = _in_a_file(n_entries, unit_type, count_type)
    ends = (index - recording.spike_counts)[:, None] + np.cumsum(spikes, axis=1)
    for part in range(n_parts):
        runs = np.stack([ends[:, part] - spikes[:, part], ends[:, part]], axis=1)
        times = taken(recording.spike_times, runs)
        passes.place(times, np.cumsum(spikes[:, part]), head, unit, count)
        if hasattr(mmap, "MADV_DONTNEED"):  # the file keeps what leaves this process's memory
            mapped.madvise(mmap.MADV_DONTNEED)
    return head, unit, count


@dataclass(frozen=True)
class _Passes:
    """Compiled passes over spikes, a block of them at a time."""

    clock: BinClock
    n_bins: int

    def count(
        self,
        times: SpikeTimes,
        index: NDArray[np.int64],
        head: NDArray[Any],
        borders: NDArray[np.int64],
        spikes: NDArray[np.int64],
    ) -> int:
        """Count entries of bins and spikes between some bins; return the most in an entry."""
        from neurohm.recordings import compiled

        state = np.array([0, -1, 0, 0])
        for block in self._blocks(times, index):
            compiled.count_entries(*block, head, state)
            if len(borders) > 2:
                compiled.count_between(*block, borders, spikes)
        if len(borders) == 2:
            spikes[:, 0] = np.diff(index, prepend=0)
        return int(state[3])

    def place(
        self,
        times: SpikeTimes,
        index: NDArray[np.int64],
        head: NDArray[Any],
        unit: NDArray[Any],
        count: NDArray[Any],
    ) -> None:
        """Put entries where they belong."""
        from neurohm.recordings import compiled

        state = np.array([0, -1, 0, 0])
        for block in self._blocks(times, index):
            compiled.place_entries(*block, head, state, unit, count)

    def _blocks(self, times: SpikeTimes, index: NDArray[np.int64]) -> Iterator[tuple[Any, ...]]:
        """Blocks of spikes with what tells their bins, as the compiled passes take them."""
        ticks = (self.clock.t_start, self.clock.ticks_per_time)
        for first, values in blocks(times):
            yield values, first, index, ticks, self.clock.ticks_per_bin


def _in_a_file(n_entries: int, *types: np.dtype[Any]) -> tuple[mmap.mmap, list[NDArray[Any]]]:
    """Arrays in a temporary file that has no name; all of it is reserved before it is written."""
    sizes = [n_entries * kind.itemsize for kind in types]
    with tempfile.TemporaryFile(prefix="neurohm-bins-") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, sum(sizes))
            else:
                file.truncate(sum(sizes))
        except OSError as error:
            raise WriteError(
                f"no room for {sum(sizes) / 1e9:.2g} GB of bins in '{tempfile.gettempdir()}' "
                f"({error.strerror})",
                "room for a temporary file",
                "give larger bins, or let TMPDIR name another folder",
            ) from error
        mapped = mmap.mmap(file.fileno(), sum(sizes))
    firsts = np.cumsum([0, *sizes])
    return mapped, [
        np.frombuffer(mapped, kind, n_entries, int(first))
        for kind, first in zip(types, firsts, strict=False)
    ]
