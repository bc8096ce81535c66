"""Arguments written down and taken up again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurohm as nh
from neurohm.estimators.settings import (
    chosen_epochs,
    chosen_plasticity,
    chosen_seed,
    hidden_layers,
    plain,
    revived,
)

RULES = st.one_of(
    st.sampled_from(["reweighted", "wake-sleep"]),
    st.builds(nh.WakeSleep, dreams_per_sample=st.integers(1, 4)),
    st.builds(nh.Reweighted, particles=st.integers(2, 50), baseline=st.booleans()),
    st.builds(nh.Reweighted, particles=st.just({0: 5, 400: 25}), defensive=st.floats(0, 0.99)),
    st.builds(nh.Bidirectional, particles=st.integers(2, 50)),
)
RATES = st.floats(1e-5, 1.0)
PLASTICITY = st.one_of(
    st.sampled_from(["adam", "delta"]),
    st.builds(nh.Adam, RATES),
    st.builds(nh.Delta, RATES, momentum=st.floats(0, 0.99)),
    st.builds(nh.Delta, RATES, constraint=st.just(nh.NonNegative())),
    st.builds(nh.Adam, RATES, rates=st.just({"generative": 0.5}), weight_decay=st.floats(0, 0.1)),
)


def told(value):
    return (value.name, value.settings()) if hasattr(value, "settings") else value


@given(RULES, PLASTICITY, st.lists(st.integers(1, 99), min_size=1, max_size=3), st.integers(0, 9))
def test_round_trip_through_json(rule, plasticity, hidden, seed):
    arguments = {
        "hidden": tuple(hidden),
        "rule": rule,
        "plasticity": plasticity,
        "learning_rate": None,
        "bin_size": "auto",
        "random_state": np.int64(seed),
    }
    again = revived(json.loads(json.dumps(plain(arguments))))
    assert {name: told(value) for name, value in again.items()} == {
        name: told(value) for name, value in arguments.items()
    }


def test_particles_by_schedule_are_written_down():
    for particles in (nh.ParticleSchedule({0: 5, 20: 10}), {0: 5, 20: 10}):
        again = revived(json.loads(json.dumps(plain({"particles": particles}))))
        assert again == {"particles": nh.ParticleSchedule({0: 5, 20: 10})}


def test_revived_leaves_what_it_is_given():
    written = plain({"rule": nh.Reweighted(particles=2), "plasticity": nh.Adam(0.1)})
    assert told(revived(written)["rule"]) == told(revived(written)["rule"])


@pytest.mark.parametrize(
    "recognition", [None, ("nade:4", 3), (nh.NADE(4, inner=2), 3), (nh.AutoregressiveBernoulli(4),)]
)
def test_recognition_is_written_down(recognition):
    again = revived(json.loads(json.dumps(plain({"recognition": recognition}))))
    assert again == {"recognition": recognition}


@pytest.mark.parametrize("hidden", [4, [4], (4,), np.int64(4), np.array([4])])
def test_hidden_layers(hidden):
    assert hidden_layers(hidden) == (4,)


def test_seeds():
    assert chosen_seed(7) == chosen_seed(np.int32(7)) == 7
    assert chosen_seed(np.random.default_rng(0)) == chosen_seed(np.random.default_rng(0))
    assert chosen_seed(np.random.RandomState(0)) == chosen_seed(np.random.RandomState(0))
    assert chosen_seed(None) != chosen_seed(None)


def test_a_rate_goes_to_a_plasticity_by_name():
    assert chosen_plasticity("adam", 0.5).settings()["learning_rate"] == 0.5
    assert chosen_plasticity("delta", None).settings()["learning_rate"] == 0.1


@pytest.mark.parametrize("hidden", [4, (4,), [4], np.array([4])])
def test_the_same_layers_are_written_alike(hidden):
    assert plain({"hidden": hidden}) == {"hidden": [4]}


@pytest.mark.parametrize(
    ("rule", "samples", "epochs"),
    [
        ("wake-sleep", 1000, 400),
        ("wake-sleep", 100_000, 50),
        ("ddc", 1000, 100),
        (nh.DDC(window=3), 50_000, 2),
        ("ddc", 1_000_000, 1),
    ],
)
def test_rules_whose_steps_take_long_have_fewer_of_them(rule, samples, epochs):
    assert chosen_epochs("auto", samples, 100, rule) == epochs
    assert chosen_epochs(7, samples, 100, rule) == 7
