"""Fits to parts of a recording: which parts, with which seeds, and that they are fits like it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurohm as nh
from neurohm.estimators.candidates import candidates
from neurohm.estimators.refits import plans, refits
from neurohm.exceptions import InputError
from neurohm.recordings import Recording, bin_spikes

GAP = 5
SETTINGS = {"hidden": 4, "lags": 2, "epochs": 25, "batch_size": 50}


def recording_of(t_stop=100.0, **options):
    return Recording.from_trains([np.arange(0.5, t_stop)], t_stop=t_stop, **options)


def folds_of(recording, bin_size=1.0, folds=2, gap=GAP):
    return plans(recording, bin_size, folds=folds, halves=False, seeds=0, gap=gap)


def observed_of(made):
    return [plan.recording.observed.tolist() for plan in made]


# ---- which fits


def test_folds_then_halves_then_seeds():
    recording = recording_of()
    made = plans(recording, 1.0, folds=3, halves=True, seeds=2, gap=GAP)
    assert [plan.purpose for plan in made] == ["fold"] * 3 + ["half"] * 2 + ["seed"] * 2
    assert [plan.recording is recording for plan in made] == [False] * 5 + [True] * 2
    assert all(plan.tested == (0, 0) for plan in made[3:])
    seeds = [plan.seed for plan in made]
    assert len({0, *seeds}) == 8  # none is the model's own


def test_nothing_to_make():
    assert plans(recording_of(), 1.0, folds=0, halves=False, seeds=0, gap=GAP) == []


@given(
    st.integers(2, 6), st.integers(0, 9), st.floats(0.02, 0.9), st.floats(0, 50), st.floats(60, 99)
)
def test_every_bin_is_tested_once_far_from_what_is_learned(folds, gap, size, start, stop):
    recording = recording_of().between(start, start + stop / 2)
    edges = bin_spikes(recording, size).edges
    end = 0
    for plan in folds_of(recording, size, folds, gap):
        first, previous, end = plan.tested[0], end, plan.tested[1]
        assert previous <= first < end < len(edges)
        # A bin that two blocks share is tested in neither.
        assert first - previous <= 1
        # Spikes nearer to an edge than a nanosecond are on it.
        before = plan.recording.observed[:, 1] <= edges[first] - gap * size + 1e-5
        after = plan.recording.observed[:, 0] >= edges[end] + gap * size - 1e-5
        assert (before | after).all()
    assert recording.t_stop - edges[end] < size + 1e-5


def test_learned_and_tested_time_and_the_gaps_are_everything():
    made = folds_of(recording_of(), folds=4)
    assert observed_of(made) == [
        [[30.0, 100.0]],
        [[0.0, 20.0], [55.0, 100.0]],
        [[0.0, 45.0], [80.0, 100.0]],
        [[0.0, 70.0]],
    ]
    assert [plan.tested for plan in made] == [(0, 25), (25, 50), (50, 75), (75, 100)]
    # The spikes are those of the recording, none anew and none lost.
    assert [plan.recording.n_spikes for plan in made] == [70, 65, 65, 70]


def test_blocks_have_the_same_observed_time():
    gap = recording_of(intervals={"observed": [[0.0, 30.0], [50.0, 100.0]]})
    made = plans(gap, 1.0, folds=2, halves=True, seeds=0, gap=GAP)
    assert [plan.tested for plan in made[:2]] == [(0, 60), (60, 100)]
    assert observed_of(made) == [
        [[65.0, 100.0]],
        [[0.0, 30.0], [50.0, 55.0]],
        [[0.0, 30.0], [50.0, 60.0]],
        [[60.0, 100.0]],
    ]


def test_bins_count_from_the_start_of_the_recording():
    assert [plan.tested for plan in folds_of(recording_of().between(40, 80), 0.5)] == [
        (0, 40),
        (40, 80),
    ]


@pytest.mark.parametrize("width", [None, 0.02])
@pytest.mark.parametrize("n_bins", [100, 101])
@pytest.mark.parametrize("folds", [3, 7])
def test_a_recording_that_came_binned_is_cut_between_bins(width, n_bins, folds):
    counts = np.arange(n_bins)[:, None] % 3
    recording = Recording.from_counts(counts, bin_width=width)
    # Not all of the cuts, in seconds, are whole bins to the last digit.
    made = folds_of(recording, width or 1.0, folds=folds, gap=2)
    assert made[0].tested[0] == 0
    assert made[-1].tested[1] == n_bins
    for plan, following in pairwise(made):
        assert plan.tested[1] == following.tested[0]
    for plan in made:
        first, end = plan.tested
        learned = np.r_[: max(0, first - 2), end + 2 : n_bins]
        assert plan.recording.n_spikes == counts[learned].sum()


@pytest.mark.parametrize(("duration", "gap"), [(10.0, 5), (9.0, 5), (100.0, 60)])
def test_no_room_for_the_blocks(duration, gap):
    words = rf"{duration:g} s for 2 blocks, each with a gap of {gap} s.*fewer folds=, or refit="
    with pytest.raises(InputError, match=words):
        folds_of(recording_of(duration), gap=gap)


# ---- the fits


@pytest.fixture(scope="module")
def recording():
    return nh.simulate_assemblies(10, 2.0, 1, members=(5, 5), occurrence_rate=1.0, rate=1.0, seed=0)


@pytest.fixture(scope="module")
def model(recording):
    return nh.SpikeHelmholtz(**SETTINGS, random_state=7).fit(recording)


def test_a_refit_is_a_fit_with_the_same_settings_and_the_seed_of_its_plan(model, recording):
    made = plans(recording, model.bin_size_, folds=2, halves=False, seeds=1, gap=10)
    found = refits(model, made, 1, "units", 1, sharpen=True)
    for refit, plan in zip(found, made, strict=True):
        assert refit.plan is plan
        fitted = nh.SpikeHelmholtz(**SETTINGS, random_state=7 + plan.seed)
        fitted.fit(plan.recording)
        np.testing.assert_array_equal(refit.baseline, fitted.independent_.mean)
        expected = candidates(fitted, plan.recording, 1, "units", 1, sharpen=True).templates
        assert len(refit.found.templates) == len(expected) > 0
        for one, other in zip(refit.found.templates, expected, strict=True):
            np.testing.assert_array_equal(one.field, other.field)


def test_the_model_stays_as_it_was(model, recording):
    before = {name: array.copy() for name, array in model.machine_.parameters().items()}
    refits(model, plans(recording, 0.02, folds=0, halves=True, seeds=0, gap=0), 1, "units", 1)
    assert (model.random_state, model.seed_) == (7, 7)
    for name, array in model.machine_.parameters().items():
        np.testing.assert_array_equal(array, before[name])


def test_refits_have_the_bins_and_counts_of_the_model(recording):
    binned = Recording.from_counts(bin_spikes(recording, 0.04).toarray(), bin_width=0.04)
    model = nh.SpikeHelmholtz(4, lags=2, epochs=1).fit(binned)
    # A recording in continuous time has no bins of its own: those of the model are meant.
    made = plans(recording, 0.04, folds=0, halves=True, seeds=1, gap=0)
    for refit in refits(model, made, 1, "units", 1):
        learned = refit.plan.recording
        rate = learned.n_spikes / learned.observed_duration
        assert refit.baseline.sum() == pytest.approx(0.04 * rate, rel=0.02)


def test_what_is_too_short_to_fit_is_named(model, recording):
    short = recording.between(0, 0.07)
    made = plans(short, 0.02, folds=0, halves=True, seeds=0, gap=0)
    with pytest.raises(InputError, match="too little to fit the first half .*longer recording"):
        refits(model, made, 1, "units", 1)


def test_nothing_to_fit(model):
    assert refits(model, [], 1, "units", -1) == []
