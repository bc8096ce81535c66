"""Windows in an order that keeps to a few stretches of time at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from neurohm.recordings import Windows

TOGETHER = 16
"""Blocks that are mixed: batches come from that many places of the recording."""


class BlockedWindows:
    """The windows of an epoch, mixed within a few blocks of them at a time.

    The epoch is cut into blocks of windows that follow each other. The blocks are shuffled; then
    always 16 of them are taken together, and their windows shuffled. So what is read at a time
    lies in 16 runs, however long the recording, and goes through memory once an epoch.

    Parameters
    ----------
    windows : Windows
        All windows, of stride 1.
    phase : Windows
        Those of the epoch.
    length : int
        Windows in a block.
    generator : numpy.random.Generator
        Source of the order.
    """

    def __init__(
        self, windows: Windows, phase: Windows, length: int, generator: np.random.Generator
    ) -> None:
        self.windows, self.phase, self.length = windows, phase, length
        blocks = generator.permutation(-(-len(phase) // length))
        self._groups = np.split(blocks, range(TOGETHER, len(blocks), TOGETHER))
        self._keys = generator.integers(0, 2**63, len(self._groups), dtype=np.uint64)
        sizes = [int(self._sizes(group).sum()) for group in self._groups]
        self._ends = np.cumsum(sizes)
        self._mixed = lru_cache(2)(self._mix)

    def __len__(self) -> int:
        return len(self.phase)

    def __getitem__(self, part: slice) -> npt.NDArray[np.int64]:
        """Return some windows, as places among those of stride 1."""
        first, stop, step = part.indices(len(self))
        touched = np.searchsorted(self._ends, [first, max(first, stop - 1)], side="right")
        groups = range(touched[0], min(touched[1], len(self._groups) - 1) + 1)
        before = int(self._ends[touched[0] - 1]) if touched[0] else 0
        places = np.concatenate([self._mixed(group) for group in groups])
        chosen = places[first - before : stop - before][::step]
        return self.windows.indices_of(self.phase.starts_of(chosen))

    def _sizes(self, blocks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many windows blocks have: the last one of the epoch may be shorter."""
        left = len(self.phase) - blocks * self.length
        return np.asarray(np.minimum(self.length, left), dtype=np.int64)

    def _mix(self, group: int) -> npt.NDArray[np.int64]:
        """The windows of the epoch in a group of blocks, shuffled."""
        blocks = self._groups[group]
        runs = zip(blocks * self.length, self._sizes(blocks), strict=True)
        places = np.concatenate([np.arange(first, first + size) for first, size in runs])
        source = np.random.Philox(key=np.array([self._keys[group], 0], dtype=np.uint64))
        return np.asarray(np.random.Generator(source).permutation(places), dtype=np.int64)
