"""From the name of a device to its backend."""

from __future__ import annotations

from functools import cache

import numpy as np

from neurohm.backend import cupy_
from neurohm.backend.base import Backend
from neurohm.backend.driver import Driver, driver
from neurohm.backend.numpy_ import CPU
from neurohm.exceptions import InputError, MissingExtraError

PRECISIONS = ("full", "fast", "bf16")
OLDEST_CUDA = (12, 0)
_INSTEAD = "choose device='cpu'"


def get_backend(device: str | Backend = "cpu", precision: str = "full") -> Backend:
    """Return the backend of a device.

    Parameters
    ----------
    device : str or Backend
        ``"cpu"``, ``"cuda"``, or ``"cuda:1"`` for the second GPU; a backend is handed through.
    precision : {"full", "fast", "bf16"}
        What a GPU may round the factors of float32 products to, for speed: not at all, TF32 (11
        bits) or bfloat16 (8 bits). Sums, weights and all else stay in float32.

    Raises
    ------
    InputError
        If the device is unknown, or known and not usable here.
    MissingExtraError
        If there is a GPU, and CuPy is not installed.

    Examples
    --------
    >>> get_backend("cpu").name
    'cpu'
    """
    if isinstance(device, Backend):
        return device
    if precision not in PRECISIONS:
        raise InputError(f"precision {precision!r}", "'full', 'fast' or 'bf16'")
    if device == "cpu":
        if precision != "full":
            raise InputError(
                f"precision {precision!r} on device 'cpu'",
                "precision='full': a CPU has no other",
                "choose device='cuda'",
            )
        return CPU
    kind, colon, number = str(device).partition(":")
    if kind != "cuda" or (colon and not number.isdecimal()):
        raise InputError(f"unknown device {device!r}", "'cpu', 'cuda' or 'cuda:1'", _INSTEAD)
    return _cuda(int(number or 0), precision)


@cache
def _cuda(index: int, precision: str) -> Backend:
    """Return the backend of a GPU, always the same one."""
    name = f"cuda:{index}" if index else "cuda"
    found = driver()
    _check_gpu(name, index, found)
    try:
        backend = cupy_.backend(index, precision, name)
        backend.zeros((1,), np.float32)  # what cannot work fails here
    except ImportError as error:
        raise MissingExtraError(
            f"device {name!r} asked for and {_cupy_trouble(error)}",
            "CuPy for this GPU's driver",
            f"pip install 'neurohm[{found.extra}]', or {_INSTEAD}",
        ) from error
    except RuntimeError as error:  # the root of CuPy's
        raise InputError(
            f"device {name!r} asked for and CuPy fails on it ({_one_line(error)})",
            "a GPU that CuPy can use",
            f"see 'neurohm info', or {_INSTEAD}",
        ) from error
    return backend


def _check_gpu(name: str, index: int, found: Driver) -> None:
    """Raise if the driver has no such GPU, or is too old."""
    if not found.gpus:
        raise InputError(
            f"device {name!r} asked for and {found.trouble}", "a CUDA device", _INSTEAD
        )
    if found.cuda < OLDEST_CUDA:
        version, oldest = (".".join(map(str, pair)) for pair in (found.cuda, OLDEST_CUDA))
        raise InputError(
            f"device {name!r} asked for and its driver runs CUDA {version} at most",
            f"a driver for CUDA {oldest} or later",
            f"update the NVIDIA driver, or {_INSTEAD}",
        )
    if index >= len(found.gpus):
        names = ", ".join(f"'cuda:{i}' ({gpu.name})" for i, gpu in enumerate(found.gpus))
        raise InputError(f"device {name!r} asked for", f"one that is here: {names}", _INSTEAD)


def _cupy_trouble(error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == "cupy":
        return "CuPy is not installed"
    return f"CuPy cannot be used ({_one_line(error)})"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
