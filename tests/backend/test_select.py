"""Backends by name, and the arrays that they make."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.backend import get_backend
from neurohm.backend.base import GUARD
from neurohm.exceptions import InputError


def test_the_cpu_is_found_by_name_and_handed_through() -> None:
    cpu = get_backend("cpu")
    assert cpu.name == "cpu"
    assert get_backend(cpu) is cpu


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "tpu", None])
def test_another_device_is_an_error_that_says_what_to_choose(device: object) -> None:
    with pytest.raises(InputError, match="device='cpu'"):
        get_backend(device)  # type: ignore[arg-type]


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
