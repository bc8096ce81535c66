"""Data that can be taken in batches, in an order that depends on the epoch and the seed alone."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine


@runtime_checkable
class Batches(Protocol):
    """Samples that can be listed in the order of an epoch and taken by their index."""

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return the samples of an epoch in the order in which they are learned."""

    def take(self, indices: npt.NDArray[np.int64], out: npt.NDArray[Any]) -> None:
        """Write samples into ``out``, ``(len(indices), units)``."""

    def size(self) -> int:
        """Return the largest number of samples in an epoch."""


class ArrayBatches:
    """Samples in a matrix, dense or sparse.

    Parameters
    ----------
    x : ndarray or scipy.sparse matrix, (samples, units)

    Examples
    --------
    >>> batches = ArrayBatches(np.eye(3))
    >>> sorted(batches.order(epoch=0, seed=0).tolist())
    [0, 1, 2]
    """

    def __init__(self, x: Any) -> None:
        self.x = x.tocsr() if hasattr(x, "tocsr") else x
        if self.x.shape[0] == 0:
            raise InputError("no samples to learn from", "at least one")

    def size(self) -> int:
        """Return the number of samples."""
        return int(self.x.shape[0])

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return a permutation of the samples."""
        return RandomStream(seed, epoch).generator(Site.SHUFFLE.of()).permutation(self.size())

    def take(self, indices: npt.NDArray[np.int64], out: npt.NDArray[Any]) -> None:
        """Write samples into ``out``."""
        rows = self.x[indices]
        out[...] = rows.toarray() if hasattr(rows, "toarray") else rows


def as_batches(machine: HelmholtzMachine, data: Any) -> Batches:
    """Return data as batches; a matrix is checked against the visible population first.

    Raises
    ------
    InputError
        If the shape or a value does not fit.
    """
    if isinstance(data, Batches):
        return data
    if hasattr(data, "tocsr"):
        if data.shape[1] != machine.visible.size:
            raise InputError(f"data of shape {data.shape}", f"(samples, {machine.visible.size})")
        machine.visible.check(np.asarray(data.tocsr().data))
        return ArrayBatches(data)
    return ArrayBatches(machine.as_activity(np.asarray(data)))
