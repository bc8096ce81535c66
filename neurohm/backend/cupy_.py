"""The GPU backend: CuPy arrays in the memory of one NVIDIA GPU.

The only file that imports CuPy, and only when it is called. Memory comes from CuPy's pool, which
keeps what it once had: arrays are allocated when a fit begins and none while it learns.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend.base import Array, Backend

SLOTS = 64
"""Writes that the host may be ahead of the GPU; `FEW` of more than `LARGE` bytes."""

FEW = 4
LARGE = 1 << 16
_MIB = 1 << 20
_one_compiles = threading.Lock()  # threads that begin together would all compile the same


class Staging:
    """Page-locked memory that small arrays pass through on their way to the GPU.

    A copy from memory that may be paged out would make the host wait. A piece is used again only
    when the GPU has read it.

    Parameters
    ----------
    slots : int
        Pieces of memory.
    """

    def __init__(self, slots: int) -> None:
        self._slots: list[tuple[Any, Any] | None] = [None] * slots
        self._next = 0

    def write(self, xp: Any, array: Array, values: npt.ArrayLike) -> None:
        """Copy values into a contiguous array on the current stream."""
        if array.nbytes == 0:
            return
        memory, read = self._slot(xp, array.nbytes)
        staged = np.frombuffer(memory, array.dtype, array.size).reshape(array.shape)
        staged[...] = values
        target: Any = array.data
        target.copy_from_host_async(memory.ptr, array.nbytes)
        read.record()

    def _slot(self, xp: Any, size: int) -> tuple[Any, Any]:
        """Return memory of that size at least, and the event of its last reading."""
        place, self._next = self._next, (self._next + 1) % len(self._slots)
        slot = self._slots[place]
        if slot is not None:
            slot[1].synchronize()
        if slot is None or slot[0].size() < size:
            event = xp.cuda.Event(disable_timing=True)
            slot = self._slots[place] = (xp.cuda.alloc_pinned_memory(max(size, 4096)), event)
        return slot


@dataclass(frozen=True)
class CudaBackend(Backend):
    """CuPy and a GPU.

    Parameters
    ----------
    name : str
        ``"cuda"`` or ``"cuda:1"``.
    xp : module
        CuPy.
    index : int
        Of the GPU.
    precision : {"full", "fast", "bf16"}
        What products of float32 matrices round their factors to: not at all, TF32 (11 bits) or
        bfloat16 (8 bits).
    """

    index: int = 0
    precision: str = "full"
    _of_thread: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    def activate(self) -> AbstractContextManager[Any]:
        """Return a context in which CuPy computes on this GPU."""
        device: AbstractContextManager[Any] = self.xp.cuda.Device(self.index)
        return device

    def asarray(self, values: Any, dtype: npt.DTypeLike) -> Array:
        """Return values as a C-contiguous array on this GPU, without a copy if they are one."""
        with self.activate():
            array: Array = self.xp.asarray(values, dtype=dtype, order="C")
        return array

    def empty(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an uninitialised array on this GPU."""
        with self.activate():
            array: Array = self.xp.empty(shape, dtype=dtype)
        return array

    def zeros(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an array of zeros on this GPU."""
        with self.activate():
            array: Array = self.xp.zeros(shape, dtype=dtype)
        return array

    def write(self, array: Array, values: npt.ArrayLike) -> None:
        """Copy values from the host into an array, in the order of the work on this stream.

        The host does not wait, unless it is `SLOTS` or `FEW` writes ahead of the GPU.
        """
        with self.activate():
            self._staging(array.nbytes).write(self.xp, array, values)

    def to_host(self, array: Array) -> npt.NDArray[Any]:
        """Return the array as NumPy's; waits for the work that writes it."""
        host: npt.NDArray[Any] = self.xp.asnumpy(array)
        return host

    def _staging(self, size: int) -> Staging:
        """Return what an array of so many bytes is written through; each thread has its own."""
        slots = SLOTS if size <= LARGE else FEW
        own: dict[int, Staging] = self._of_thread.__dict__.setdefault("staging", {})
        if slots not in own:
            own[slots] = Staging(slots)
        return own[slots]


def load() -> Any:
    """Return CuPy.

    Raises
    ------
    ImportError
        If it is not installed, or finds no CUDA.
    """
    import cupy

    return cupy


def backend(index: int, precision: str, name: str) -> CudaBackend:
    """Return the backend of a GPU."""
    return CudaBackend(name=name, xp=load(), index=index, precision=precision)


@cache
def compiled(source: str, options: tuple[str, ...], name: str) -> Any:
    """Return a kernel, called as ``kernel(grid, block, arguments)``; CuPy caches what it compiles.

    It is compiled for each kind of device once, and the result is kept on disk.
    """
    with _one_compiles:
        return _module(source, options).get_function(name)


@cache
def _module(source: str, options: tuple[str, ...]) -> Any:
    return load().RawModule(code=source, options=options)


def make_ready(kernel: Any) -> None:
    """Compile a kernel and load it on the current device, which a driver would put off."""
    _ = kernel.num_regs


def device_of(array: Array) -> AbstractContextManager[Any]:
    """Return a context in which CuPy computes on the device of an array."""
    device: AbstractContextManager[Any] = array.device  # type: ignore[assignment]
    return device


def empty_like(array: Array, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Return an uninitialised array that lies where another one does."""
    on_host = isinstance(array, np.ndarray)
    with nullcontext() if on_host else device_of(array):
        result: Array = (np if on_host else load()).empty(shape, dtype)
    return result


def address(array: Array) -> int:
    """Return where an array begins, on the device or on the host."""
    return int(array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr)


def current_stream() -> tuple[int, int]:
    """Return the number of the current device and the address of the current stream."""
    cuda = load().cuda
    return int(cuda.runtime.getDevice()), int(cuda.get_current_stream().ptr)


def streams(count: int) -> list[Any]:
    """Return streams of the current device that run beside each other."""
    return [load().cuda.Stream(non_blocking=True) for _ in range(count)]


def captured(lanes: Sequence[Any], issue: Callable[[Sequence[Any]], None]) -> Any:
    """Return the graph of what a function issues on streams; nothing is carried out."""
    first, *others = lanes
    with first:
        first.begin_capture()
        try:
            begun = first.record()
            for lane in others:
                lane.wait_event(begun)
            issue(lanes)
            for lane in others:
                first.wait_event(lane.record())
        except BaseException:
            with suppress(Exception):  # the first error says more
                first.end_capture()
            raise
        return first.end_capture()


def workspace() -> tuple[Any, int]:
    """Return scratch memory for cuBLAS on the current device, as large as NVIDIA advises."""
    cuda = load().cuda
    size = (32 if int(cuda.Device().compute_capability) >= 90 else 4) * _MIB
    return cuda.alloc(size), size


@cache
def cublas_library() -> Any:
    """Return the cuBLAS that CuPy uses."""
    cupy = load()
    _ = cupy.cuda.cublas  # CuPy finds and loads the library here
    version = int(cupy.cuda.runtime.runtimeGetVersion()) // 1000
    windows = sys.platform == "win32"
    return ctypes.CDLL(f"cublas64_{version}.dll" if windows else f"libcublas.so.{version}")
