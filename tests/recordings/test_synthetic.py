"""Simulated recordings: what is said to be planted is there, and nothing else."""

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import simulate_assemblies


def hits(recording, unit, moments, tolerance=0.015):
    """Share of the moments with a spike of the unit nearby."""
    times = recording.times(int(unit))
    near = np.searchsorted(times, moments + tolerance) - np.searchsorted(times, moments - tolerance)
    return (near > 0).mean()


def test_members_fire_at_their_lags():
    recording = simulate_assemblies(40, 5.0, 4, members=(5, 7), jitter=0.004, seed=1)
    truth = recording.truth
    for members, lags, moments in zip(
        truth["members"], truth["lags"], truth["occurrences"], strict=True
    ):
        assert 50 < len(moments) < 140
        for unit, lag in zip(members, lags, strict=True):
            at_lag = hits(recording, unit, moments + lag)
            by_chance = hits(recording, unit, moments + lag + 1.0)
            assert at_lag > 0.7 > 3 * by_chance
        others = np.setdiff1d(np.arange(40), np.concatenate(truth["members"]))
        assert all(hits(recording, unit, moments) < 0.3 for unit in others)


def test_settings_are_followed():
    recording = simulate_assemblies(60, 10.0, 6, lag=0.06, rate=2.0, overlap=0.25, seed=2)
    truth = recording.truth
    assert recording.duration == 600.0
    assert all(6 <= len(members) <= 10 for members in truth["members"])
    assert all(len(np.unique(members)) == len(members) for members in truth["members"])
    assert all(lags.min() == 0.0 and lags.max() <= 0.06 for lags in truth["lags"])
    assert 1.6 < truth["background_rates"].mean() < 2.4
    seen = set(truth["members"][0].tolist())
    for members in truth["members"][1:]:
        assert len(seen & set(members.tolist())) == round(0.25 * len(members))
        seen |= set(members.tolist())


def test_same_seed_same_recording():
    arguments = {"n_units": 20, "minutes": 0.5, "n_assemblies": 2, "members": (3, 5)}
    one, two = (simulate_assemblies(**arguments, seed=5) for _ in range(2))
    assert one.fingerprint() == two.fingerprint()
    assert simulate_assemblies(**arguments, seed=6).fingerprint() != one.fingerprint()


def test_without_assemblies_and_with_comodulation():
    def slow_variance(depth):
        recording = simulate_assemblies(30, 5.0, 0, comodulation=depth, seed=3)
        total = np.histogram(recording.spike_times, bins=60)[0]
        return total.var() / total.mean()

    assert slow_variance(0.0) < 2.0
    assert slow_variance(0.8) > 20.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_units": 0}, "n_units=0; expected at least 1"),
        ({"minutes": 0.0}, "minutes=0.0; expected a positive number"),
        ({"minutes": float("nan")}, "minutes=nan"),
        ({"rate": -1.0}, "rate=-1.0"),
        ({"participation": 1.5}, "participation=1.5; expected a number from 0 to 1"),
        ({"overlap": -0.1}, "overlap=-0.1"),
        ({"comodulation": 2.0}, "comodulation=2.0"),
        ({"jitter": -0.1}, "jitter=-0.1"),
        ({"lag": 700.0}, "lag=700 s; expected less than 600 s"),
        ({"members": (5, 4)}, r"members\[1\]=4; expected at least 5"),
        ({"members": (1, 4)}, r"members\[0\]=1; expected at least 2"),
        ({"members": (3, 4, 5)}, "the fewest and the most members"),
        ({"n_units": 20}, "20 units for 6 assemblies of 6 to 10 .*; expected at least 50 units"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": 10**20}, "seed=100000000000000000000; expected at most"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(InputError, match=message):
        simulate_assemblies(**arguments)


def test_arguments_of_the_wrong_type():
    with pytest.raises(ArgumentTypeError, match=r"n_units=2\.5"):
        simulate_assemblies(n_units=2.5)
