"""Grey images, drawn as binary ones anew in each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from neurohm.backend import Activations, RandomStream, Site, SparseRows
from neurohm.exceptions import InputError
from neurohm.training.batches import ArrayBatches, is_worth_compressing

_ROWS = 4096  # drawn at a time


class BinarisedBatches(ArrayBatches):
    """Binary samples, each entry drawn in every epoch with its grey level as probability.

    A machine that sees an image drawn anew each time learns the grey levels and not one draw of
    them. What is drawn depends on the seed of the run, the epoch and the place of the sample
    alone: a resumed run sees what the unbroken one does.

    Parameters
    ----------
    grey : array_like or sparse matrix, (samples, units)
        Levels from 0 to 1.

    Raises
    ------
    InputError
        If a level lies outside.

    References
    ----------
    Burda, Grosse, Salakhutdinov (2016). Importance weighted autoencoders. ICLR, section 5
    (draws anew in each epoch).

    Examples
    --------
    >>> batches = BinarisedBatches(np.full((4, 3), 0.5))
    >>> out = np.empty((4, 3), np.float32)
    >>> batches.take(np.sort(batches.order(epoch=0, seed=0)), out)
    >>> np.unique(out).tolist()
    [0.0, 1.0]
    """

    def __init__(self, grey: Any) -> None:
        grey = grey.toarray() if hasattr(grey, "toarray") else grey
        self.grey = np.ascontiguousarray(grey, dtype=np.float32)
        if self.grey.ndim != 2 or 0 in self.grey.shape:
            raise InputError(f"grey levels of shape {self.grey.shape}", "(samples, units)")
        if not (self.grey.min() >= 0 and self.grey.max() <= 1):
            raise InputError("a grey level outside 0 to 1, or NaN", "levels from 0 to 1")
        self.density = float(self.grey.mean())
        self._drawn = np.zeros_like(self.grey)
        self._epoch: tuple[int, int] | None = None
        self._draw(0, 0)

    @property
    def lasting(self) -> npt.NDArray[np.float32]:
        """The grey levels."""
        return self.grey

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Draw the samples of an epoch, and return a permutation of them."""
        self._draw(epoch, seed)
        return super().order(epoch, seed)

    def can_issue(self, out: Activations) -> bool:
        """Return whether the kernels of the CPU can gather from the samples."""
        self._require_width(out)
        plain = isinstance(out, np.ndarray) and isinstance(self.x, np.ndarray)
        return plain and self.x.dtype == out.dtype

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write samples of the epoch that was begun last into ``out``."""
        self._require_width(out)
        room: Any = out
        if isinstance(room, SparseRows):
            super().take(indices, room)
        elif isinstance(room, np.ndarray):
            room[...] = self._drawn[indices]
        else:  # memory of a device
            room.set(self._drawn[indices].astype(room.dtype))

    def _require_width(self, out: Activations) -> None:
        if out.shape[1] != self.grey.shape[1]:
            raise InputError(f"samples of {self.grey.shape[1]} units", f"{out.shape[1]}, visible")

    def _draw(self, epoch: int, seed: int) -> None:
        """Draw the samples of an epoch where those of the last one were."""
        if self._epoch == (epoch, seed):
            return
        generator = RandomStream(seed, epoch).generator(Site.PIXELS.of())
        for first in range(0, len(self.grey), _ROWS):
            levels = self.grey[first : first + _ROWS]
            below = generator.random(levels.shape, dtype=np.float32) < levels
            self._drawn[first : first + _ROWS] = below
        compressed = is_worth_compressing(self.density)
        self.x = csr_array(self._drawn) if compressed else self._drawn
        self._epoch = (epoch, seed)
