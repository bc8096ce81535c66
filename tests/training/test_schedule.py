"""Schedules of the learning rate: their course, their settings, and what makes none."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.training import Cosine, Decay, Schedule, Steps, WarmUp, as_schedule

PARTS = np.linspace(0, 1, 101)
SCHEDULES = [
    Decay(),
    Decay(0.01, hold=0.2),
    Cosine(),
    Cosine(0.1, hold=0.5),
    Steps({0.75: 0.01, 0.5: 0.1}),
    Steps({0.5: 2.0}),
    WarmUp(),
    WarmUp(0.2, Cosine(), start=0.0),
    WarmUp(0.1, 0.1),
    WarmUp(0.5, WarmUp(0.5, Steps({0.5: 0.1}))),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_settings_are_taken_back_from_json(schedule: Schedule) -> None:
    written = schedule.settings()
    read = json.loads(json.dumps(written))
    assert read == written  # so that a checkpoint compares equal
    assert as_schedule(read) == schedule


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_factors_are_finite_and_not_negative(schedule: Schedule) -> None:
    factors = np.array([schedule(part) for part in PARTS])
    assert np.isfinite(factors).all()
    assert (factors >= 0).all()


def test_the_cosine_falls_slowly_then_fast_then_slowly() -> None:
    cosine = Cosine(0.2, hold=0.5)
    factors = [cosine(part) for part in (0.0, 0.5, 0.625, 0.75, 0.875, 1.0)]
    wave = 0.2 + 0.4 * (1 + np.cos(np.pi * np.array([0, 0.25, 0.5, 0.75, 1])))
    np.testing.assert_allclose(factors, [1, *wave], rtol=1e-14)


def test_steps_change_at_once() -> None:
    steps = Steps({0.75: 0.01, 0.5: 0.1})
    assert [steps(part) for part in (0, 0.499, 0.5, 0.749, 0.75, 1)] == [1, 1, 0.1, 0.1, 0.01, 0.01]
    assert repr(steps) == "Steps({0.5: 0.1, 0.75: 0.01})"


def test_the_warm_up_leads_to_the_beginning_of_the_other_schedule() -> None:
    schedule = WarmUp(0.2, Decay(0.01, hold=0.0), start=0.5)
    assert schedule(0.0) == 0.5
    assert schedule(0.1) == pytest.approx(0.75)
    assert schedule(0.2) == 1
    assert schedule(0.6) == pytest.approx(0.1)
    assert schedule(1.0) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Cosine(-0.1), InputError, "final factor of the cosine -0.1"),
        (lambda: Cosine(2.0), InputError, "final factor of the cosine 2"),
        (lambda: Cosine(hold=1.0), InputError, "hold of the cosine 1"),
        (lambda: Steps({}), InputError, "without any"),
        (lambda: Steps({0.0: 0.1}), InputError, "part of the run 0"),
        (lambda: Steps({1.0: 0.1}), InputError, "part of the run 1"),
        (lambda: Steps({100: 0.1}), InputError, "part of the run 100"),
        (lambda: Steps({0.5: 0.0}), InputError, "factor of the learning rate 0"),
        (lambda: Steps([0.5]), ArgumentTypeError, "factors by part of the run"),
        (lambda: WarmUp(0.0), InputError, "length of the warm-up 0"),
        (lambda: WarmUp(1.0), InputError, "length of the warm-up 1"),
        (lambda: WarmUp(start=1.5), InputError, "start of the warm-up 1.5"),
        (lambda: WarmUp(then="slow"), ArgumentTypeError, "'slow'"),
        (lambda: as_schedule({"name": "sine"}), InputError, "'sine'.*cosine"),
        (lambda: as_schedule({"name": "cosine", "end": 1}), ArgumentTypeError, "end"),
        (lambda: as_schedule({"name": "steps"}), ArgumentTypeError, "factors"),
    ],
)
def test_what_makes_no_schedule_is_refused(make, error, message: str) -> None:
    with pytest.raises(error, match=message):
        make()
