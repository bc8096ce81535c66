"""Numbers that users give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3)])
def test_whole_numbers_become_plain(value: Any) -> None:
    assert whole_number("n", value) == 3
    assert type(whole_number("n", value)) is int


@pytest.mark.parametrize("value", [True, np.True_, 3.0, "3", None, [3], np.array([3])])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="^n .*; expected a whole number; give 3$"):
        whole_number("n", value, mend="give 3")


def test_whole_numbers_that_are_too_small_are_refused() -> None:
    assert whole_number("n", 0, 0) == 0
    with pytest.raises(InputError, match="^n 0; expected at least 1$"):
        whole_number("n", 0)


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int8(1)])
def test_real_numbers_become_plain(value: Any) -> None:
    assert real_number("x", value) == 1
    assert type(real_number("x", value)) is float


@pytest.mark.parametrize("value", [True, np.True_, "1", None, [1.0], 1j])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="^x .*; expected a number$"):
        real_number("x", value)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({}, [-1e300, 0], [math.inf, math.nan], "a finite number"),
        ({"least": 0}, [0, 5], [-1e-9, math.nan], "a number of at least 0"),
        ({"above": 0}, [1e-9], [0, math.inf], "a number above 0"),
        ({"above": 0, "most": 1}, [1], [0, 1.1], "a number above 0 and at most 1"),
        ({"least": 0, "below": 1}, [0], [1, math.nan], "a number of at least 0 and below 1"),
    ],
)
def test_bounds(bounds, inside, outside, words: str) -> None:
    assert [real_number("x", value, **bounds) for value in inside] == inside
    for value in outside:
        with pytest.raises(InputError, match=f"; expected {words}$"):
            real_number("x", value, **bounds)
