"""Units observed at different times: a bin that was not observed is no zero, anywhere."""

from __future__ import annotations

import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurohm as nh
from neurohm.exceptions import InputError, NeurohmError, NeurohmWarning
from neurohm.recordings import Recording, Windows, bin_spikes, merge_recordings, stretches_of
from neurohm.recordings.rate_course import spikes_and_time
from neurohm.recordings.unit_observation import (
    TimeLeftOut,
    observed_together,
    require_shared,
    time_left_out,
    warn_of_time_left_out,
)

SPANS = [[[0.0, 8.0]], [[2.0, 8.0]], [[0.0, 1.0], [3.0, 7.0]]]


def partly(**fields: object) -> Recording:
    """Three units: one always observed, one found late, one lost twice."""
    trains = {"a": [0.5, 2.5, 7.5], "b": [1.0, 2.5, 4.0], "c": [0.5, 2.0, 6.5, 8.0]}
    return Recording.from_trains(trains, t_stop=8.0, **{"observed_by_unit": SPANS, **fields})


def test_what_looks_at_units_together_sees_the_time_that_all_share() -> None:
    recording = partly()
    assert recording.observed.tolist() == [[3.0, 7.0]]
    assert bin_spikes(recording, 1.0).observed.tolist() == [False] * 3 + [True] * 4 + [False]
    assert Windows(bin_spikes(recording, 1.0), lags=2).times.tolist() == [5.0, 6.0, 7.0]
    assert stretches_of(recording).tolist() == [[3.0, 7.0]]
    train, test = recording.split(0.25, gap=0.0)
    assert (train.observed.tolist(), test.observed.tolist()) == ([[3.0, 6.0]], [[6.0, 7.0]])


def test_rates_are_over_the_time_in_which_each_unit_was_observed() -> None:
    assert partly().rates.tolist() == [3 / 8, 2 / 6, 2 / 5]
    assert partly().units["observed_duration"].tolist() == [8.0, 6.0, 5.0]
    assert partly().select(where="observed_duration > 5.5").unit_ids.tolist() == ["a", "b"]
    assert partly().select(max_rate=0.38).unit_ids.tolist() == ["a", "b"]
    assert np.isnan(partly().between(1.0, 2.0).rates[1])


def test_rate_courses_count_what_each_unit_was_observed_for() -> None:
    spikes, time = spikes_and_time(partly(), np.array([0.0, 2.0, 4.0, 8.0]))
    assert spikes.tolist() == [2, 2, 3]  # without b at 1, c at 2 and c at 8
    assert time.tolist() == [3.0, 5.0, 11.0]


def test_selecting_units_gives_their_time_back() -> None:
    assert partly().select_units(["a", "b"]).observed.tolist() == [[2.0, 8.0]]
    assert partly().select_units(["a"]).observed.tolist() == [[0.0, 8.0]]


def test_parts_keep_what_lies_in_them() -> None:
    part = partly().between(2.5, 5.0)
    assert part.observed_by_unit is not None
    spans = [each.tolist() for each in part.observed_by_unit]
    assert spans == [[[2.5, 5.0]], [[2.5, 5.0]], [[3.0, 5.0]]]


@pytest.mark.parametrize("suffix", ["h5", "npz"])
def test_files_keep_it(suffix: str, tmp_path: Path) -> None:
    never = partly(observed_by_unit=[[], [[2.0, 8.0]], [[0.0, 1.0], [3.0, 7.0]]])
    for number, recording in enumerate((partly(), never)):
        recording.save(tmp_path / f"{number}.{suffix}")
        back = nh.load_recording(tmp_path / f"{number}.{suffix}")
        assert back.fingerprint() == recording.fingerprint()
        for unit in range(3):
            np.testing.assert_array_equal(back.observed_of(unit), recording.observed_of(unit))


def test_the_fingerprint_depends_on_it() -> None:
    assert partly().fingerprint() != partly(observed_by_unit=None).fingerprint()
    other = [*SPANS[:2], [[3.0, 7.0]]]  # the same time is shared
    assert partly().fingerprint() != partly(observed_by_unit=other).fingerprint()


def test_scaled_times_scale_it(tmp_path: Path) -> None:
    partly().save(tmp_path / "a.h5")
    scaled = nh.load_recording(tmp_path / "a.h5", time_scale=0.5)
    assert scaled.observed.tolist() == [[1.5, 3.5]]


def test_merged_side_by_side_each_keeps_its_own() -> None:
    late = Recording.from_trains({"z": [5.0]}, t_start=4.0, t_stop=9.0)
    both = merge_recordings([partly(), late])
    assert both.observed.tolist() == [[4.0, 7.0]]
    assert both.rates.tolist() == [*partly().rates.tolist(), 1 / 5]


def test_merged_one_after_the_other() -> None:
    whole = partly(observed_by_unit=None)
    both = merge_recordings([partly(), whole], "time", gap=1.0)
    np.testing.assert_allclose(both.observed, [[3.0, 7.0], [9.0, 17.0]])
    np.testing.assert_allclose(both.observed_of(2), [[0.0, 1.0], [3.0, 7.0], [9.0, 17.0]])


def test_who_costs_most() -> None:
    assert time_left_out(partly(observed_by_unit=None)) is None
    assert time_left_out(partly(observed_by_unit=[[[0.0, 8.0]]] * 3)) is None
    assert time_left_out(partly()) == TimeLeftOut(8.0, 4.0, (2,), 6.0)
    lost = [[[0.0, 8.0]], [[6.0, 7.0]], [[0.0, 0.5]]]  # neither alone gives anything back
    assert time_left_out(partly(observed_by_unit=lost)) == TimeLeftOut(8.0, 0.0, (2, 1), 8.0)


def test_the_warning_says_how_much_and_why() -> None:
    with pytest.warns(NeurohmWarning, match=r"4 s of 8 s are left out.*without unit 'c' it would"):
        warn_of_time_left_out(partly())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_time_left_out(partly(observed_by_unit=None))
        warn_of_time_left_out(observed_together(partly()))


def test_the_condition_that_is_proposed_does_what_it_says() -> None:
    with pytest.warns(NeurohmWarning) as told:
        warn_of_time_left_out(partly())
    condition = str(told[0].message).partition('select(where="')[2].partition('"')[0]
    assert partly().select(where=condition).observed_duration == 6.0


def test_no_time_that_all_share_is_an_error_that_names_whom_to_leave_out() -> None:
    lost = partly(observed_by_unit=[[[0.0, 8.0]], [[0.0, 1.0]], [[2.0, 8.0]]])
    for work in (
        lambda: bin_spikes(lost, 0.5),
        lambda: lost.split(),
        lambda: list(lost.folds(2)),
        lambda: stretches_of(lost),
        lambda: nh.SpikeHelmholtz(hidden=2, epochs=1).fit(lost),
        lambda: nh.compare(lost, ["mixture"], folds=2),
    ):
        with pytest.raises(InputError, match="no time in which all 3 units.*leave out unit 'b'"):
            work()


def test_almost_no_time_is_an_error_of_a_fit() -> None:
    little = partly(observed_by_unit=[[[0.0, 8.0]], [[0.0, 0.05]], [[0.0, 8.0]]])
    with pytest.raises(InputError, match=r"only 0.05 s of 8 s.*unit 'b', and it is 8 s of 8 s"):
        warn_of_time_left_out(little)
    require_shared(little)  # who looks at it may


def test_a_fit_sees_nothing_of_what_was_not_observed() -> None:
    """Other spikes where a unit was not observed change no bit of the fit, nor of the score."""
    base = nh.simulate_assemblies(n_units=6, minutes=0.5, n_assemblies=1, members=(3, 4), seed=2)
    trains = [base.times(unit) for unit in range(6)]
    spans = [[[0.0, 30.0]]] * 5 + [[[5.0, 25.0]]]
    other = [*trains[:5], trains[5][(trains[5] > 5.0) & (trains[5] < 25.0)]]
    scores = []
    for each in (trains, other):
        recording = Recording.from_trains(each, t_stop=30.0, observed_by_unit=spans)
        model = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=2)
        with pytest.warns(NeurohmWarning, match="10 s of 30 s are left out"):
            model.fit(recording, label=None)
        scores.append(model.score_report(recording, particles=5))
    assert scores[0] == scores[1]
    assert scores[0].n_bins == 1000


spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), min_size=0, max_size=4
)


@settings(max_examples=60)
@given(by_unit=st.lists(spans, min_size=1, max_size=4), size=st.sampled_from([0.5, 1.0, 2.0]))
def test_bins_are_those_that_every_unit_was_observed_in(
    by_unit: list[list[list[int]]], size: float
) -> None:
    recording = Recording.from_trains(
        [[0.25]] * len(by_unit), t_stop=20.0, observed_by_unit=[np.array(s, float) for s in by_unit]
    )
    half = np.arange(40) / 2
    seen = np.array(
        [
            np.any([(half >= a) & (half + 0.5 <= b) for a, b in each] or [half < 0], axis=0)
            for each in by_unit
        ]
    )
    expected = seen.all(axis=0).reshape(-1, round(size / 0.5)).all(axis=1)
    assert recording.observed_duration == pytest.approx(seen.all(axis=0).sum() / 2)
    if expected.any():
        assert bin_spikes(recording, size).observed.tolist() == expected.tolist()
    left = time_left_out(recording)
    some, shared = seen.any(axis=0).sum() / 2, seen.all(axis=0).sum() / 2
    assert (left is None) == (some == shared)
    if left is not None:
        rest = [unit for unit in range(len(by_unit)) if unit not in left.units]
        assert left.regained == pytest.approx(seen[rest].all(axis=0).sum() / 2)
        assert (left.some, left.shared) == (some, shared)


@pytest.mark.parametrize(
    ("given_spans", "message"),
    [
        ([[[0.0, 1.0]]], "1 units"),
        ([[[1.0, 0.0]], [], []], "start after its stop"),
        ([[[0.0, np.nan]], [], []], "not finite"),
        ([[[0.0, 1.0, 2.0]], [], []], r"shape \(1, 3\)"),
        ([["a"], [], []], "observed_by_unit"),
    ],
)
def test_what_makes_no_sense_is_refused(given_spans: list[list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        partly(observed_by_unit=given_spans)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("index", [1, 2]),
        ("index", [1, 2, 5]),
        ("index", [2, 1, 4]),
        ("index", [-1, 2, 4]),
        ("index", [1.0, 2.0, 4.0]),
        ("start", [0.0]),
        ("start", [[0.0, 2.0, 0.0, 3.0]]),
        ("start", ["a", "b", "c", "d"]),
        ("stop", [8.0, 8.0, np.nan, 7.0]),
    ],
)
def test_a_file_whose_spans_do_not_fit_is_refused(tmp_path: Path, name: str, values: list) -> None:
    partly().save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        del file["observed_by_unit"][name]
        file["observed_by_unit"][name] = values
    with pytest.raises(NeurohmError, match="observed_by_unit"):
        nh.load_recording(tmp_path / "a.h5")
