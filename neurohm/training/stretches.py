"""Stretches of consecutive bins of a recording, as batches for rules that follow time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.training.batches import ArrayBatches


class Stretches(ArrayBatches):
    """Bins of a recording, taken in stretches of one length whose order is random.

    Each epoch lays the stretches end to end from another first bin on, so that their ends are not
    always the same; fewer than one stretch of bins are left out.

    Parameters
    ----------
    x : ndarray or scipy.sparse matrix, (bins, units)
    steps : int
        Bins of a stretch.

    Raises
    ------
    InputError
        If the recording is shorter than a stretch.

    Examples
    --------
    >>> stretches = Stretches(np.eye(7), steps=3)
    >>> np.diff(stretches.order(epoch=0, seed=0).reshape(-1, 3)).tolist()
    [[1, 1], [1, 1]]
    """

    def __init__(self, x: Any, steps: int) -> None:
        super().__init__(x)
        self.steps = steps
        if super().size() < steps:
            raise InputError(
                f"a recording of {super().size()} bins",
                f"at least {steps}, one stretch",
                "give a longer one, or fewer steps",
            )

    def size(self) -> int:
        """Return the largest number of bins in an epoch."""
        bins = super().size()
        return bins - bins % self.steps

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return bins, those of a stretch one after the other."""
        rng = RandomStream(seed, epoch).generator(Site.SHUFFLE.of())
        bins = super().size()
        first = int(rng.integers(0, min(self.steps, bins - self.steps + 1)))
        starts = first + self.steps * np.arange((bins - first) // self.steps)
        bins_of = rng.permutation(starts)[:, None] + np.arange(self.steps)
        return np.asarray(bins_of.ravel(), np.int64)

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write bins into ``out``."""
        ArrayBatches.take(self, indices, out)
