"""Data that can be taken in batches, in an order that depends on the epoch and the seed alone."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from neurohm.backend import Activations, Array, Backend, RandomStream, Site, SparseRows
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine

DENSEST = 0.12
_LOOKED_AT = 64  # samples by which data are known again


class Order(Protocol):
    """Indices of samples: an array, or anything else with a length that gives slices."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> npt.NDArray[np.int64]: ...


@runtime_checkable
class Batches(Protocol):
    """Samples that can be listed in the order of an epoch and taken by their index.

    Batches that can write compressed rows, too, have a ``density``: the share of their entries
    that are not zero.
    """

    def order(self, epoch: int, seed: int) -> Order:
        """Return the samples of an epoch in the order in which they are learned."""

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write samples into ``out``, ``(len(indices), units)``, dense or compressed."""

    def size(self) -> int:
        """Return the largest number of samples in an epoch."""


def is_worth_compressing(density: float) -> bool:
    """Return whether samples of that density are learned faster in compressed form.

    At that density products, errors and draws take half to two thirds as long as dense ones, at
    0.17 to 0.3 as long (benchmarks/density.py). The bound is fixed, because compressed samples give
    other last bits.
    """
    return bool(density < DENSEST)


@runtime_checkable
class IssuedBatches(Batches, Protocol):
    """Batches that kernels can gather, so that gathering is part of a recorded step."""

    def places(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what kernels need to know of samples."""

    def can_issue(self, out: Activations) -> bool:
        """Return whether there are kernels that write samples into ``out``."""

    def issue(self, machine: HelmholtzMachine, places: Array, out: Activations) -> None:
        """Call them."""


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
        self.x = x
        if self.x.shape[0] == 0:
            raise InputError("no samples to learn from", "at least one")
        if hasattr(x, "tocsr"):
            self.x = x.tocsr(copy=True)
            self.x.sum_duplicates()
            self.x.eliminate_zeros()
            self.density = self.x.nnz / max(1, np.prod(self.x.shape))
        else:
            self.density = float((x != 0).mean())
            if isinstance(x, np.ndarray) and is_worth_compressing(self.density):
                self.x = csr_array(x)

    @property
    def lasting(self) -> Any:
        """What is the same in every epoch."""
        return self.x

    def size(self) -> int:
        """Return the number of samples."""
        return int(self.x.shape[0])

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return a permutation of the samples."""
        return RandomStream(seed, epoch).generator(Site.SHUFFLE.of()).permutation(self.size())

    def can_issue(self, out: Activations) -> bool:
        """Return whether the samples are rows of a matrix that kernels read as it is."""
        if type(self).take is not ArrayBatches.take:
            return False
        if hasattr(self.x, "indptr"):
            return True
        flags = getattr(self.x, "flags", None)
        plain = flags is not None and bool(flags.c_contiguous)
        return plain and not isinstance(out, SparseRows) and self.x.dtype == out.dtype

    def places(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the rows of samples, which kernels do not check."""
        if indices.size and not 0 <= indices.min() <= indices.max() < self.size():
            raise IndexError(f"samples {indices.min()} to {indices.max()} of {self.size()}")
        return indices

    def issue(self, machine: HelmholtzMachine, places: Array, out: Activations) -> None:
        """Call the kernel that writes rows of the matrix into ``out``."""
        windows, asarray = machine.kernels.windows, machine.backend.asarray
        if hasattr(self.x, "indptr"):
            if self.x.dtype != out.dtype:
                self.x = self.x.astype(out.dtype)
            indptr, columns = asarray(self.x.indptr, np.int64), asarray(self.x.indices, np.int32)
            values = asarray(self.x.data, out.dtype)
            windows.compressed_rows_of(indptr, columns, values, places, out)
            return
        assert not isinstance(out, SparseRows)
        windows.rows_of(self.x, places, out)

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write samples into ``out``."""
        if isinstance(out, SparseRows):
            rows = self.x[indices]
            out.indptr[:] = rows.indptr
            out.columns[: rows.nnz] = rows.indices
            out.values[: rows.nnz] = rows.data
        elif isinstance(self.x, np.ndarray):
            np.take(self.x, indices, axis=0, out=out, mode="clip")
        else:
            rows = self.x[indices]
            out[...] = rows.toarray() if hasattr(rows, "toarray") else rows


def fingerprint(batches: Batches, backend: Backend) -> str:
    """Return a hash of some samples of a matrix, by which it is known again; else nothing."""
    if not isinstance(batches, ArrayBatches):
        return ""
    rows = batches.lasting[np.linspace(0, batches.size() - 1, _LOOKED_AT).astype(np.int64)]
    dense = rows.toarray() if hasattr(rows, "toarray") else backend.to_host(rows)
    return sha256(np.asarray(dense, dtype=np.float64).tobytes()).hexdigest()


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
        batches = ArrayBatches(data)
        machine.visible.check_sparse(batches.x)
        return batches
    on_device = hasattr(data, "__cuda_array_interface__")
    return ArrayBatches(machine.as_activity(data if on_device else np.asarray(data)))
