"""K by epoch: what a rule is in each epoch, and what makes no schedule."""

from __future__ import annotations

import json

import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import Bidirectional, ParticleSchedule, Reweighted, WakeSleep, as_rule
from neurohm.machine import HelmholtzMachine

SCHEDULE = ParticleSchedule({400: 25, 0: 5})


def test_the_number_is_that_of_the_last_step_before() -> None:
    assert [SCHEDULE(epoch) for epoch in (0, 1, 399, 400, 10**6)] == [5, 5, 5, 25, 25]
    assert SCHEDULE.least == 5
    assert repr(SCHEDULE) == "ParticleSchedule({0: 5, 400: 25})"


@pytest.mark.parametrize("kind", [Reweighted, Bidirectional])
def test_a_rule_of_an_epoch_has_its_number(kind) -> None:
    rule = kind(particles=SCHEDULE)
    assert rule == kind(particles={0: 5, 400: 25})
    assert rule.at(3) == kind(particles=5)
    assert rule.at(400) == kind(particles=25)
    assert rule.scheduled(400) == {"particles": 25}
    plain = kind(particles=5)
    assert plain.at(7) is plain
    assert plain.scheduled(7) == WakeSleep().scheduled(7) == {}


@pytest.mark.parametrize("kind", [Reweighted, Bidirectional])
def test_settings_are_taken_back_from_json(kind) -> None:
    rule = kind(particles=SCHEDULE)
    assert as_rule(rule.name, **json.loads(json.dumps(rule.settings()))) == rule


def test_a_schedule_by_hand_asks_for_an_epoch() -> None:
    machine, rule = HelmholtzMachine([4, 2]), Reweighted(particles=SCHEDULE)
    x = machine.dream(3)
    with pytest.raises(InputError, match=r"outside training.*rule\.at\(epoch\)"):
        rule.phases(machine, x)
    assert rule.at(0).phases(machine, x).wake.rows == 15


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({}, InputError, "particles of no epoch"),
        ({1: 5}, InputError, "particles from epoch 1 on; expected those of epoch 0"),
        ({0: 5, -1: 5}, InputError, "epoch -1"),
        ({0: 0}, InputError, "particles 0"),
        ({0.5: 3, 0: 2}, ArgumentTypeError, "epoch 0.5"),
        ({"first": 3}, ArgumentTypeError, "epoch 'first'"),
        ({0: 2.5}, ArgumentTypeError, "particles 2.5"),
        ({0: 5, 3: 1}, InputError, "pure noise"),
        ([5, 25], ArgumentTypeError, "particles"),
    ],
)
@pytest.mark.parametrize("kind", [Reweighted, Bidirectional])
def test_what_makes_no_schedule_is_refused(kind, given, error, message: str) -> None:
    with pytest.raises(error, match=message):
        kind(particles=given)


def test_one_particle_late_is_allowed_without_recognition_awake() -> None:
    assert Reweighted(particles={0: 5, 3: 1}, wake_mix=0).at(3).particles == 1


def test_a_list_is_no_schedule() -> None:
    with pytest.raises(ArgumentTypeError, match="numbers by epoch"):
        ParticleSchedule([5, 25])
