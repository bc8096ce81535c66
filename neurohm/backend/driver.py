"""What the driver of NVIDIA's GPUs says, asked directly: CuPy may not be installed."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
_NAME_LENGTH = 256


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Parameters
    ----------
    name : str
    memory : float
        GiB.
    capability : str
        Generation of the processor, such as ``"8.0"``.
    """

    name: str
    memory: float
    capability: str


@dataclass(frozen=True)
class Driver:
    """What was found.

    Parameters
    ----------
    gpus : tuple of Gpu
    cuda : tuple of int
        The newest version of CUDA that the driver runs, major and minor; (0, 0) without a driver.
    trouble : str
        Why there are none; empty where there are.
    """

    gpus: tuple[Gpu, ...] = ()
    cuda: tuple[int, int] = (0, 0)
    trouble: str = ""

    @property
    def extra(self) -> str:
        """The extra of this package that fits: what to install."""
        return "cuda13" if self.cuda >= (13, 0) else "cuda12"


def driver(library: Any = None) -> Driver:
    """Ask the driver what GPUs there are.

    Parameters
    ----------
    library : ctypes.CDLL, optional
        The driver; by default it is looked for.

    Examples
    --------
    >>> found = driver()
    >>> bool(found.gpus) != bool(found.trouble)
    True
    """
    if library is None:
        try:
            library = ctypes.CDLL(_LIBRARY)
        except OSError:
            return Driver(trouble="no NVIDIA driver was found")
    status = library.cuInit(0)
    version, count = ctypes.c_int(), ctypes.c_int()
    library.cuDriverGetVersion(ctypes.byref(version))
    cuda = (version.value // 1000, version.value % 1000 // 10)
    if status == 0:
        status = library.cuDeviceGetCount(ctypes.byref(count))
    if status == _NO_DEVICE or (status == 0 and count.value == 0):
        return Driver(cuda=cuda, trouble="the NVIDIA driver finds no GPU")
    if status:
        return Driver(cuda=cuda, trouble=f"the NVIDIA driver fails ({_reason(library, status)})")
    return Driver(tuple(_gpu(library, index) for index in range(count.value)), cuda)


def _gpu(library: Any, index: int) -> Gpu:
    device, size = ctypes.c_int(), ctypes.c_size_t()
    major, minor = ctypes.c_int(), ctypes.c_int()
    name = ctypes.create_string_buffer(_NAME_LENGTH)
    library.cuDeviceGet(ctypes.byref(device), index)
    library.cuDeviceGetName(name, _NAME_LENGTH, device)
    library.cuDeviceTotalMem_v2(ctypes.byref(size), device)
    library.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, device)
    library.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, device)
    capability = f"{major.value}.{minor.value}"
    return Gpu(name.value.decode(errors="replace"), size.value / 2**30, capability)


def _reason(library: Any, status: int) -> str:
    text = ctypes.c_char_p()
    if library.cuGetErrorString(status, ctypes.byref(text)) or text.value is None:
        return f"status {status}"
    return text.value.decode(errors="replace")
