"""Windows of a recording as batches: each epoch sees every bin once, in another phase."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from neurohm.backend import (
    Activations,
    Array,
    Backend,
    RandomStream,
    Site,
    SparseRows,
    get_backend,
)
from neurohm.estimators.block_shuffle import TOGETHER, BlockedWindows
from neurohm.exceptions import InputError
from neurohm.kernels import get_kernels
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import BinnedSpikes, Windows

# Epochs of more windows are not listed, but shuffled as they are asked for.
MOST_LISTED = 2**22
_ROUNDS = 6
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class WindowBatches:
    """Windows that do not overlap within an epoch, and shift by one bin from epoch to epoch.

    A pattern may begin at any bin; over ``lags`` epochs a machine sees it in each of its places
    in the window.

    Parameters
    ----------
    binned : BinnedSpikes
    lags : int
        Bins in a window.
    shuffle_window : float, optional
        Seconds (or bins) of the recording within which windows are shuffled, in blocks from all
        over it; by default they are shuffled over all of it.
    """

    def __init__(
        self, binned: BinnedSpikes, lags: int, shuffle_window: float | None = None
    ) -> None:
        self.windows = Windows(binned, lags)
        self.lags = lags
        self.block = None
        if shuffle_window is not None:
            self.block = max(1, round(shuffle_window / (lags * binned.bin_size * TOGETHER)))
        self._phases = [self._phase(offset) for offset in range(lags)]

    def size(self) -> int:
        """Return the largest number of windows in an epoch."""
        return max(len(phase) for phase in self._phases)

    def order(
        self, epoch: int, seed: int
    ) -> npt.NDArray[np.int64] | ShuffledWindows | BlockedWindows:
        """Return the windows of an epoch, as places among the windows of stride 1, shuffled.

        Those of a very long recording come as something to take slices of.
        """
        phase = self._phases[epoch % self.lags]
        generator = RandomStream(seed, epoch).generator(Site.SHUFFLE.of())
        if self.block is not None:
            return BlockedWindows(self.windows, phase, self.block, generator)
        if len(phase) > MOST_LISTED:
            return ShuffledWindows(self.windows, phase, generator)
        return generator.permutation(self.windows.indices_of(phase.starts))

    @property
    def density(self) -> float:
        """Share of the entries of observed bins that are not zero."""
        return self.windows.binned.density

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write windows into ``out``."""
        if isinstance(out, SparseRows):
            host = get_backend("cpu")
            places = self.places(indices)
            get_kernels(host).windows.gather(*self._spikes(host), places, self.lags, out)
        else:
            self.windows.dense(indices, out=out)

    def can_issue(self, out: Activations) -> bool:
        """Return whether samples are just windows, which kernels can gather."""
        return type(self).take is WindowBatches.take

    def places(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the first bins of windows."""
        return self.windows.starts_of(indices)

    def issue(self, machine: HelmholtzMachine, places: Array, out: Activations) -> None:
        """Call the kernel that writes the windows that begin at some bins into ``out``."""
        spikes = self._spikes(machine.backend)
        machine.kernels.windows.gather(*spikes, places, self.lags, out)

    def _spikes(self, backend: Backend) -> tuple[Array, Array, Array]:
        """Return the binned spikes as kernels take them; small numbers stay small on the host."""
        binned, on_host = self.windows.binned, backend.name == "cpu"
        indptr, unit, count = (
            backend.asarray(values, small if on_host and values.dtype == small else large)
            for values, small, large in (
                (binned.indptr, np.int32, np.int64),
                (binned.unit, np.uint16, np.int32),
                (binned.count, np.uint8, np.int32),
            )
        )
        return indptr, unit, count

    def _phase(self, offset: int) -> Windows:
        try:
            return Windows(self.windows.binned, self.lags, self.lags, offset)
        except InputError:  # no observed stretch is long enough to begin that late
            return Windows(self.windows.binned, self.lags, self.lags)


def portions_of(
    batches: WindowBatches,
    order: npt.NDArray[np.int64] | ShuffledWindows | BlockedWindows,
    size: int,
) -> Iterator[npt.NDArray[np.float32]]:
    """Return windows as dense batches of at most that many, one after the other."""
    for first in range(0, len(order), size):
        yield batches.windows.dense(order[first : first + size])


class ShuffledWindows:
    """The windows of an epoch in a random order that is computed where it is asked for.

    Parameters
    ----------
    windows : Windows
        All windows, of stride 1.
    phase : Windows
        Those of the epoch.
    generator : numpy.random.Generator
        Source of the keys.

    Notes
    -----
    A number below ``rows * columns`` is a pair; in turn each of the two is shifted by a hash of
    the other and of a key (a Feistel network). Each shift can be undone, so the whole is a
    permutation. What lands beyond the last window is sent through again.
    """

    def __init__(self, windows: Windows, phase: Windows, generator: np.random.Generator) -> None:
        self.windows, self.phase = windows, phase
        self._keys = generator.integers(0, 2**64, _ROUNDS, dtype=np.uint64)
        self._columns = int(np.ceil(np.sqrt(len(phase))))
        self._rows = -(-len(phase) // self._columns)

    def __len__(self) -> int:
        return len(self.phase)

    def __getitem__(self, part: slice) -> npt.NDArray[np.int64]:
        """Return some windows, as places among those of stride 1."""
        places = self._shuffled(np.arange(*part.indices(len(self)), dtype=np.uint64))
        while (beyond := places >= len(self)).any():
            places[beyond] = self._shuffled(places[beyond])
        return self.windows.indices_of(self.phase.starts_of(places.astype(np.int64)))

    def _shuffled(self, places: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        columns, rows = np.uint64(self._columns), np.uint64(self._rows)
        row, column = np.divmod(places, columns)
        for first, second in self._keys.reshape(-1, 2):
            row = (row + _hash(column, first) % rows) % rows
            column = (column + _hash(row, second) % columns) % columns
        shuffled: npt.NDArray[np.uint64] = row * columns + column
        return shuffled


def _hash(values: npt.NDArray[np.uint64], key: np.uint64) -> npt.NDArray[np.uint64]:
    """Mix values with a key, as SplitMix64 does (doi:10.1145/2660193.2660195)."""
    mixed = values ^ key
    for shift, factor in zip((30, 27), _MIX, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    return mixed ^ (mixed >> np.uint64(31))
