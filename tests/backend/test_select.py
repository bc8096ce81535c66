"""Backends by name, and the arrays that they make."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.backend import cupy_, get_backend, select
from neurohm.backend.base import GUARD
from neurohm.backend.driver import Driver, Gpu
from neurohm.exceptions import InputError, MissingExtraError


def test_the_cpu_is_found_by_name_and_handed_through() -> None:
    cpu = get_backend("cpu")
    assert cpu.name == "cpu"
    assert get_backend(cpu) is cpu


@pytest.mark.parametrize("device", ["tpu", None, "cuda:", "cuda:one", "cuda:-1", "gpu"])
def test_an_unknown_device_is_an_error_that_says_what_to_choose(device: object) -> None:
    with pytest.raises(InputError, match=r"unknown device .* choose device='cpu'"):
        get_backend(device)  # type: ignore[arg-type]


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(InputError, match="precision 'half'; expected 'full', 'fast' or 'bf16'"):
        get_backend("cpu", "half")
    with pytest.raises(InputError, match="on device 'cpu'"):
        get_backend("cpu", "fast")
    with pytest.raises(InputError, match="'bf16' on device 'cpu'"):
        get_backend("cpu", "bf16")


GPUS = (Gpu("RTX 4090", 24.0, "8.9"),)


class Broken:
    """CuPy, of which nothing works."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError("cudaErrorInsufficientDriver:\n  too old")


def no_cupy() -> None:
    raise ModuleNotFoundError("No module named 'cupy'", name="cupy")


def half_a_cupy() -> None:
    raise ImportError("libcublas.so.12: not found")


@pytest.mark.parametrize(
    ("device", "found", "cupy", "error", "message"),
    [
        ("cuda", Driver(trouble="no NVIDIA driver was found"), no_cupy, InputError, "no NVIDIA"),
        ("cuda:1", Driver(GPUS, (12, 4)), no_cupy, InputError, r"'cuda:0' \(RTX 4090\)"),
        ("cuda", Driver(GPUS, (11, 8)), no_cupy, InputError, "CUDA 11.8 at most.*update"),
        ("cuda", Driver(GPUS, (12, 4)), no_cupy, MissingExtraError, r"not installed.*\[cuda12\]"),
        ("cuda", Driver(GPUS, (13, 0)), no_cupy, MissingExtraError, r"not installed.*\[cuda13\]"),
        ("cuda", Driver(GPUS, (12, 4)), half_a_cupy, MissingExtraError, "libcublas"),
        ("cuda", Driver(GPUS, (12, 4)), Broken, InputError, "InsufficientDriver: too old"),
    ],
    ids=["no driver", "index", "old driver", "cuda12", "cuda13", "libraries", "broken"],
)
def test_a_gpu_that_cannot_be_used_is_an_error_that_says_why(
    device, found, cupy, error, message, monkeypatch
) -> None:
    monkeypatch.setattr(select, "driver", lambda: found)
    monkeypatch.setattr(cupy_, "load", cupy)
    select._cuda.cache_clear()
    with pytest.raises(error, match=message) as caught:
        get_backend(device)
    assert "choose device='cpu'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_arrays_are_contiguous_and_not_copied_without_need() -> None:
    cpu = get_backend()
    x = np.ones((3, 4), np.float32)
    assert cpu.asarray(x, "float32") is x
    assert cpu.to_host(x) is x
    turned = cpu.asarray(x.T, "float64")
    assert turned.flags.c_contiguous
    assert turned.dtype == np.float64
    assert cpu.empty((2, 3), "float32").shape == (2, 3)
    assert not cpu.zeros((2, 3), "float64").any()


@pytest.mark.parametrize("make", ["empty", "zeros"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_arrays_lie_apart_from_all_others(make: str, dtype: str) -> None:
    # compiled loops round otherwise where a result lies close to an input
    array = getattr(get_backend(), make)((3, 5), dtype)
    owner = array.base
    before = array.ctypes.data - owner.ctypes.data
    assert before >= GUARD
    assert owner.nbytes - before - array.nbytes >= GUARD
    assert array.flags.c_contiguous
    assert array.ctypes.data % array.itemsize == 0
