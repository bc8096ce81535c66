"""What the driver of NVIDIA's GPUs says, of drivers that are made up."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from neurohm.backend.driver import Driver, Gpu, driver


class MadeUp:
    """A driver that knows some GPUs, or fails."""

    def __init__(self, names: tuple[str, ...] = (), status: int = 0, version: int = 12040) -> None:
        self.names, self.status, self.version = names, status, version

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *arguments: getattr(self, f"_{name}")(*arguments)

    def _cuInit(self, flags: int) -> int:
        return self.status

    def _cuDriverGetVersion(self, version: Any) -> int:
        return put(version, self.version)

    def _cuDeviceGetCount(self, count: Any) -> int:
        return put(count, len(self.names))

    def _cuDeviceGet(self, device: Any, index: int) -> int:
        return put(device, index)

    def _cuDeviceGetName(self, name: Any, length: int, device: ctypes.c_int) -> int:
        name.value = self.names[device.value].encode()
        return 0

    def _cuDeviceTotalMem_v2(self, size: Any, device: ctypes.c_int) -> int:
        return put(size, 24 << 30)

    def _cuDeviceGetAttribute(self, value: Any, which: int, device: ctypes.c_int) -> int:
        return put(value, {75: 8, 76: 9}[which])

    def _cuGetErrorString(self, status: int, text: Any) -> int:
        return put(text, b"system has unsupported driver") if status == 803 else 1


def put(pointer: Any, value: Any) -> int:
    pointer._obj.value = value
    return 0


def test_gpus_are_named() -> None:
    found = driver(MadeUp(("RTX 4090", "T4")))
    assert found.gpus == (Gpu("RTX 4090", 24.0, "8.9"), Gpu("T4", 24.0, "8.9"))
    assert found.cuda == (12, 4)
    assert found.trouble == ""


@pytest.mark.parametrize(
    ("library", "trouble"),
    [
        (MadeUp(), "finds no GPU"),
        (MadeUp(status=100), "finds no GPU"),
        (MadeUp(status=803), "system has unsupported driver"),
        (MadeUp(status=999), "status 999"),
    ],
    ids=["none", "no device", "mismatch", "unknown"],
)
def test_a_driver_without_a_gpu_says_why(library: MadeUp, trouble: str) -> None:
    found = driver(library)
    assert found.gpus == ()
    assert trouble in found.trouble


@pytest.mark.parametrize(("cuda", "extra"), [((12, 9), "cuda12"), ((13, 0), "cuda13")])
def test_the_extra_that_fits_is_named(cuda: tuple[int, int], extra: str) -> None:
    assert Driver(cuda=cuda).extra == extra
