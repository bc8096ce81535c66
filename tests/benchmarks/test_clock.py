"""Clocks: which steps count, and how a run ends."""

from __future__ import annotations

from typing import Any

import pytest

from neurohm.benchmarks.clock import CountingClock, Over, SliceClock
from neurohm.benchmarks.workload import Steps, in_strides, repeated


def test_slices_hold_the_steps_after_the_warm_up() -> None:
    asked, said = iter([0.0, 0.0, None]), []
    steps: list[int] = []
    clock = SliceClock(lambda: next(asked), said.append, warm_up=3)
    with pytest.raises(Over):
        repeated(lambda: steps.append(1))(clock)
    assert len(steps) == 3 + 1 + 1
    assert [len(part["steps"]) for part in said] == [1, 1]


def test_a_slice_lasts_at_least_as_long_as_asked() -> None:
    asked, said = iter([0.01, None]), []
    with pytest.raises(Over):
        repeated(lambda: None)(SliceClock(lambda: next(asked), said.append, warm_up=1))
    assert len(said) == 1
    assert sum(said[0]["steps"]) <= 0.01 + max(said[0]["steps"]) + 0.01
    assert len(said[0]["steps"]) > 1
    assert said[0]["memory"] > 1e6


def test_without_warm_up_nothing_is_done_before_a_slice_is_asked_for() -> None:
    clock = SliceClock(lambda: None, lambda part: None, warm_up=0)
    with pytest.raises(Over):
        clock.wait()


def test_a_counting_clock_ends_after_that_many_steps() -> None:
    steps: list[int] = []
    with pytest.raises(Over):
        repeated(lambda: steps.append(1))(CountingClock(4))
    assert len(steps) == 4


def test_a_stride_is_several_steps() -> None:
    small: list[int] = []

    def make(problem: Any, threads: int) -> Steps:
        return Steps(repeated(lambda: small.append(1)), samples=10)

    steps = in_strides(make, lambda problem: problem)(30, 1)
    with pytest.raises(Over):
        steps.run(CountingClock(2))
    assert steps.samples == 30
    assert len(small) == 6
