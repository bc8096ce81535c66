"""The cascade over windows of a recording: found, kept, scored, and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError
from neurohm.recordings import trigger_windows

TRIGGER, BIN = 2, 0.01


def recording(seconds: float = 100.0, seed: int = 0, rate: float = 1.0) -> nh.Recording:
    """Six units at 10 Hz; one pattern, two sure spikes of each unit around one of the trigger."""
    rng = np.random.default_rng(seed)
    bins = round(seconds / BIN)
    counts = rng.poisson(0.1, (bins, 6))
    for onset in rng.choice(bins - 9, rng.poisson(rate * seconds), replace=False):
        for unit in range(6):
            for lag in (4,) if unit == TRIGGER else (unit, 8 - unit):
                counts[onset + lag, unit] += 1
    return nh.Recording.from_counts(counts, bin_width=BIN)


@pytest.fixture(scope="module")
def model() -> nh.SpikeCascade:
    return nh.SpikeCascade(TRIGGER, lags=9, max_units=3, starts=3).fit(recording())


def test_the_pattern_is_found_in_another_recording(model) -> None:
    test = recording(seed=1)
    scores = model.match_scores(test)
    assert scores["occurrences"].sum() == len(model.codes(test))
    background, pattern = scores.iloc[0], scores[scores["detected"]].iloc[0]
    assert not background["detected"]
    assert 60 < pattern["occurrences"] < 150
    times = model.occurrences(test)[pattern["code"]]
    assert len(times) == pattern["occurrences"]


def test_its_expected_counts_are_those_planted(model) -> None:
    code = model.match_scores(recording(seed=1)).sort_values("match").iloc[-1]["code"]
    expected = model.patterns([code])[0]
    assert expected.shape == (6, 9)
    for unit in set(range(6)) - {TRIGGER}:
        planted = {unit, 8 - unit}
        assert set(np.flatnonzero(expected[unit] > 0.6)) == planted
    assert expected[TRIGGER, 4] == 0


def test_scores(model) -> None:
    test = recording(seed=1)
    bound, exact = (model.score_samples(test, kind=kind) for kind in ("bound", "exact"))
    assert (bound <= exact + 1e-12).all()
    machine = nh.exact_log_likelihood(model.machine_, model.windows(test).counts)
    np.testing.assert_allclose(exact, machine, rtol=1e-12)
    assert model.score(test) == pytest.approx(bound.mean())
    report = model.score_report(test)
    assert report.gain_nats_per_window > 5 * report.standard_error > 0
    assert report.nats_per_window == pytest.approx(bound.mean())
    assert report.to_dict()["n_windows"] == len(bound)


def test_the_triggers_own_bin_is_not_scored(model) -> None:
    """Its expected count is next to nothing, and so is what it adds to any score."""
    windows = model.windows(recording(seed=1))
    assert not windows.cube[:, TRIGGER, 4].any()
    column = TRIGGER * 9 + 4
    codes = np.vstack([np.zeros(model.n_units_), np.eye(model.n_units_)])
    assert (model.network_.means(codes)[:, column] < 1e-4).all()


def test_it_is_the_same_from_a_file(model, tmp_path: Path) -> None:
    model.save(tmp_path / "cascade.h5")
    same, test = nh.load(tmp_path / "cascade.h5"), recording(20.0, seed=1)
    assert isinstance(same, nh.SpikeCascade)
    assert same.get_params() == model.get_params()
    np.testing.assert_array_equal(same.score_samples(test), model.score_samples(test))
    np.testing.assert_array_equal(same.codes(test).states, model.codes(test).states)
    assert same.trials_ == model.trials_
    assert same.score_report(test) == model.score_report(test)
    np.testing.assert_array_equal(same.sample(5), model.sample(5))


def test_dreams_are_windows(model) -> None:
    dreamt = model.sample(2000, seed=3)
    assert dreamt.shape == (2000, 6, 9)
    assert not dreamt[:, TRIGGER, 4].any()
    windows = trigger_windows(recording(), TRIGGER, lags=9)
    np.testing.assert_allclose(dreamt.mean(axis=0), windows.cube.mean(axis=0), atol=0.08)


def test_the_same_seed_gives_the_same(model) -> None:
    again = nh.SpikeCascade(TRIGGER, lags=9, max_units=3, starts=3).fit(recording())
    np.testing.assert_array_equal(again.network_.weights, model.network_.weights)


def test_without_patterns_there_is_one_code() -> None:
    null = nh.SpikeCascade(TRIGGER, lags=9, starts=3).fit(recording(rate=0.0))
    assert null.n_units_ == 0
    scores = null.match_scores(recording(rate=0.0, seed=1))
    assert scores["code"].tolist() == [()]
    assert not scores["detected"].any()
    assert null.score_report(recording(rate=0.0, seed=1)).gain_nats_per_window == 0


def test_by_wake_sleep_alone() -> None:
    """The fully local variant: the same graph, from dreams."""
    model = nh.SpikeCascade(TRIGGER, lags=9, rule="wake-sleep", max_units=3, epochs=40)
    model.fit(recording())
    assert model.n_units_ == 3
    assert model.machine_.edges == nh.machine.cascade(4)
    report = model.score_report(recording(seed=1), kind="exact")
    assert report.gain_nats_per_window > 5 * report.standard_error


def test_a_recording_of_its_own_validates() -> None:
    model = nh.SpikeCascade(TRIGGER, lags=9, max_units=1, starts=2)
    model.fit(recording(40.0), validation=recording(40.0, seed=1))
    assert model.n_windows_ == tuple(
        len(trigger_windows(recording(40.0, seed=seed), TRIGGER, lags=9)) for seed in (0, 1)
    )


def test_a_matrix_is_a_recording_in_bins() -> None:
    counts = np.random.default_rng(0).poisson(0.1, (4000, 3))
    model = nh.SpikeCascade(1, lags=5, max_units=1, starts=2).fit(counts)
    assert (model.time_unit_, model.bin_size_) == ("bin", 1.0)
    assert len(model.codes(counts)) > 100


def test_a_mapping_of_spike_times_is_a_recording() -> None:
    rng = np.random.default_rng(0)
    trains = {name: np.sort(rng.uniform(0, 60, 600)) for name in "abc"}
    model = nh.SpikeCascade("b", lags=5, max_units=1, starts=2).fit(trains)
    assert model.unit_ids_.tolist() == ["a", "b", "c"]
    other_order = {name: trains[name] for name in "cab"}
    np.testing.assert_array_equal(model.codes(other_order).states, model.codes(trains).states)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trigger": "a"}, "no unit 'a' to trigger on"),
        ({"lags": 10}, "an odd number"),
        ({"rule": "reweighted"}, "rule 'reweighted'; expected one of 'cascade', 'wake-sleep'"),
        ({"observation": "gaussian"}, "observation 'gaussian'"),
        ({"validation": 0.0}, "validation 0"),
        ({"validation": 0.01}, "to validate on; expected at least 20"),
        ({"max_units": 0}, "max_units 0"),
        ({"observation": "bernoulli"}, "spikes of a unit in a bin"),
        ({"bin_size": 0.02}, "an odd multiple"),
        ({"pseudo_count": -1.0}, "pseudo_count"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        nh.SpikeCascade(**{"trigger": TRIGGER, "lags": 9, **arguments}).fit(recording(40.0))


def test_a_unit_that_hardly_fires_is_refused() -> None:
    trains = [np.linspace(1, 99, 500), np.linspace(1, 99, 25)]
    quiet = nh.Recording.from_trains(trains, t_stop=100.0)
    with pytest.raises(InputError, match="15 windows around spikes of unit 1 to learn from"):
        nh.SpikeCascade(1).fit(quiet)


def test_other_units_are_refused(model) -> None:
    with pytest.raises(InputError, match="without unit"):
        model.codes(recording().select_units([0, 1, 2]))
    with pytest.raises(ArgumentTypeError, match="nh.load_recording"):
        model.codes("recording.h5")
    with pytest.raises(ArgumentTypeError, match="nh.load_recording"):
        model.codes(Path("recording.h5"))
    with pytest.raises(InputError, match="codes of shape"):
        model.patterns([[0, 1, 0, 1, 1, 1, 1]])
    with pytest.raises(NotFittedError):
        nh.SpikeCascade(TRIGGER).codes(recording())


def test_no_trigger_spike_to_look_at(model) -> None:
    silent = nh.Recording.from_counts(np.zeros((100, 6), int), bin_width=BIN)
    with pytest.raises(InputError, match="no window around a spike"):
        model.codes(silent)
