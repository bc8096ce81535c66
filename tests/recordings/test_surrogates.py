"""Surrogates keep exactly what they say they keep, and destroy what they say they destroy."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import (
    SURROGATES,
    Recording,
    bin_spikes,
    circular_shift,
    dither_spikes,
    jitter_spikes,
    jittered,
    rate_only,
    simulate_assemblies,
    stretches_of,
    surrogate,
    trial_shuffle,
)
from neurohm.recordings.spike_times import inside

TICK = 2e-9  # times are rounded to about half of this
TRIALS = np.array([[10.0, 11.5], [13.3, 14.8], [16.1, 17.6], [17.6, 19.1]])
OBSERVED = {"gap": [[2.0, 9.25], [9.5, 20.0]], "early end": [[2.0, 19.75]]}


def recording_of(seed, *, resolution=None, observed=None, n_units=4, t_start=2.0, t_stop=20.0):
    """Random trains; at a resolution many spikes share moments and lie on edges."""
    rng = np.random.default_rng(seed)
    trains = [rng.uniform(t_start, t_stop, rng.integers(0, 200)) for _ in range(n_units)]
    if resolution:
        trains = [np.append(np.rint(train / resolution) * resolution, t_stop) for train in trains]
    intervals = {"trials": TRIALS}
    if observed:
        intervals["observed"] = OBSERVED[observed]
    return Recording.from_trains(
        [np.sort(np.clip(train, t_start, t_stop)) for train in trains],
        t_start=t_start,
        t_stop=t_stop,
        intervals=intervals,
        events={"tone": [3.0, 5.0]},
        positions=rng.normal(size=(n_units, 2)),
        unit_columns={"depth": np.arange(n_units)},
        truth={"planted": "nothing"},
        layout="random trains",
    )


recordings = st.builds(
    recording_of,
    st.integers(0, 10_000),
    resolution=st.sampled_from([None, 0.001, 0.05]),
    observed=st.sampled_from([None, *OBSERVED]),
)
binned_recordings = st.builds(
    lambda seed, width, cut: Recording.from_counts(
        np.random.default_rng(seed).poisson(0.3, (400, 3)),
        width,
        intervals={"trials": np.array([[40, 80], [80, 120], [250, 290]]) * (width or 1.0)},
    ).between(cut * (width or 1.0), 380 * (width or 1.0)),
    st.integers(0, 10_000),
    st.sampled_from([None, 0.02, 1 / 3]),
    st.sampled_from([0, 7]),
)
kinds = st.sampled_from(list(SURROGATES))
seeds = st.integers(0, 10_000)


def observed_spikes(recording):
    return inside(recording.spike_times, recording.observed, recording.t_stop)


def trains(recording):
    return [recording.times(unit) for unit in range(recording.n_units)]


# ---- what every kind keeps


@given(recordings, kinds, seeds)
def test_every_kind_keeps_counts_and_all_but_the_times(recording, kind, seed):
    made = surrogate(recording, kind, seed=seed)
    np.testing.assert_array_equal(made.spike_counts, recording.spike_counts)
    np.testing.assert_array_equal(made.rates, recording.rates)  # in observed time as well
    assert all((np.diff(train) >= 0).all() for train in trains(made))
    for name in ("unit_ids", "positions", "t_start", "t_stop", "bin_width", "time_unit", "source"):
        np.testing.assert_array_equal(getattr(made, name), getattr(recording, name))
    for name in ("unit_columns", "intervals", "events"):
        np.testing.assert_equal(dict(getattr(made, name)), dict(getattr(recording, name)))
    assert made.truth is None
    assert made.layout.startswith("surrogate (")
    assert made.layout.endswith(f"seed {seed}) of random trains")


@given(recordings, kinds, seeds)
def test_unobserved_spikes_stay(recording, kind, seed):
    made = surrogate(recording, kind, seed=seed)
    np.testing.assert_array_equal(
        made.spike_times[~observed_spikes(made)],
        recording.spike_times[~observed_spikes(recording)],
    )


@given(recordings, kinds, seeds)
def test_same_seed_same_surrogate(recording, kind, seed):
    made = surrogate(recording, kind, seed=seed)
    assert made.fingerprint() == surrogate(recording, kind, seed=seed).fingerprint()


@pytest.mark.parametrize("kind", SURROGATES)
def test_another_seed_another_surrogate(kind):
    recording = recording_of(0)
    prints = {surrogate(recording, kind, seed=seed).fingerprint() for seed in range(5)}
    assert len(prints | {recording.fingerprint()}) == 6


@pytest.mark.parametrize("kind", SURROGATES)
def test_no_spikes_and_no_units(kind):
    for silent in ([[], [], []], []):
        recording = Recording.from_trains(silent, t_stop=20.0, intervals={"trials": TRIALS})
        assert surrogate(recording, kind).fingerprint() == recording.fingerprint()


# ---- jitter


@given(recordings, st.sampled_from([0.05, 0.1, 1 / 3, 0.007, 7.0]), seeds)
def test_jitter_keeps_the_counts_of_each_window(recording, window, seed):
    made = jitter_spikes(recording, window, seed=seed)
    for start, stop in recording.observed:  # windows start anew in each stretch
        before, after = (
            bin_spikes(each.between(start, stop), window).toarray() for each in (recording, made)
        )
        np.testing.assert_array_equal(after, before)


def test_jitter_is_uniform_in_the_window():
    # Kolmogorov-Smirnov; false-alarm rate 1e-6.
    times = np.full(20_000, 7.03)
    rng = np.random.default_rng(0)
    moved = jittered(times, 0.25, np.array([[2.0, 9.0]]), rng)
    assert stats.kstest(moved, stats.uniform(7.0, 0.25).cdf).pvalue > 1e-6


def test_jitter_in_a_shorter_last_window_is_uniform_too():
    # Kolmogorov-Smirnov; false-alarm rate 1e-6.
    moved = jittered(
        np.full(5000, 2.4), 1.0, np.array([[0.0, 2.5], [3.0, 9.0]]), np.random.default_rng(0)
    )
    assert stats.kstest(moved, stats.uniform(2.0, 0.5).cdf).pvalue > 1e-6


@given(recordings, seeds)
def test_jittered_is_what_jitter_spikes_uses(recording, seed):
    times = recording.spike_times[observed_spikes(recording)]
    moved = jittered(times, 0.1, recording.observed, np.random.default_rng(seed))
    made = jitter_spikes(recording, 0.1, seed=seed)
    np.testing.assert_array_equal(np.sort(moved), np.sort(made.spike_times[observed_spikes(made)]))


@given(seeds)
def test_jittered_leaves_order_and_arguments_alone(seed):
    rng = np.random.default_rng(seed)
    times = rng.uniform(0.0, 10.0, 300)
    given_times = times.copy()
    stretches = np.array([[1.0, 4.0], [5.0, 9.9]])
    moved = jittered(times, 0.1, stretches, rng)
    np.testing.assert_array_equal(times, given_times)
    assert np.abs(moved - times).max() < 0.1
    outside = ~inside(times, stretches, 9.9)
    np.testing.assert_array_equal(moved[outside], times[outside])


# ---- dither


@given(recordings, st.sampled_from([0.02, 0.3, 7.0]), seeds)
def test_dither_moves_no_spike_farther_and_none_out_of_its_stretch(recording, dither, seed):
    made = dither_spikes(recording, dither, seed=seed)
    for before, after in zip(trains(recording), trains(made), strict=True):
        # Moving each by at most d moves the k-th of them by at most d.
        assert before.size == 0 or np.abs(after - before).max() <= dither + TICK
    for start, stop in recording.observed:
        kept = [each.between(start, stop).spike_counts for each in (recording, made)]
        np.testing.assert_array_equal(*kept)


def test_dither_leaves_uniform_spikes_uniform_up_to_the_ends():
    # Kolmogorov-Smirnov on the ends alone; false-alarm rate 1e-6.
    train = np.linspace(0.0, 2.0, 20_000)
    made = dither_spikes(Recording.from_trains([train], t_stop=2.0), 0.8).times(0)
    assert stats.kstest(made, stats.uniform(0.0, 2.0).cdf).pvalue > 1e-6


# ---- circular shift


@given(recordings, seeds)
def test_circular_shift_keeps_the_intervals_but_for_the_seam(recording, seed):
    recording = recording.between(*recording.observed[-1])
    made = circular_shift(recording, seed=seed)
    for before, after in zip(trains(recording), trains(made), strict=True):
        around = [
            np.diff(train, append=train[:1] + recording.duration) for train in (before, after)
        ]
        # The same circle of intervals, begun elsewhere.
        matches = [
            np.allclose(np.roll(around[1], places), around[0], rtol=0, atol=2 * TICK)
            for places in range(max(1, len(before)))
        ]
        assert any(matches)


@given(seeds, st.sampled_from([0.0, 1.0, 8.0, 8.75]))
def test_circular_shift_is_at_least_so_much_either_way(seed, least):
    observed = np.array(OBSERVED["gap"])  # 17.75 s
    recording = Recording.from_trains(
        [[5.0]] * 8, t_start=2.0, t_stop=20.0, intervals={"observed": observed}
    )
    made = circular_shift(recording, least=least, seed=seed).spike_times
    shift = (made - 0.25 * (made > 9.3) - 5.0) % 17.75  # in observed time
    assert (least - TICK <= shift).all()
    assert (shift <= 17.75 - least + TICK).all()


# ---- trial shuffle


def psth(recording, trials, width):
    return sum(bin_spikes(recording.between(*trial), width).toarray() for trial in trials)


@given(recordings, st.sampled_from([0.01, 0.1, 0.3, 1.5]), seeds)
def test_trial_shuffle_keeps_the_psth(recording, width, seed):
    made = trial_shuffle(recording, seed=seed)
    np.testing.assert_array_equal(psth(made, TRIALS, width), psth(recording, TRIALS, width))


@given(recordings, seeds)
def test_trial_shuffle_keeps_the_trains_of_trials_and_what_lies_between(recording, seed):
    made = trial_shuffle(recording, TRIALS[::-1], seed=seed)

    def same(first, second):
        return len(first) == len(second) and np.allclose(first, second, rtol=0, atol=TICK)

    for unit in range(recording.n_units):
        before, after = (
            [each.between(*trial).times(unit) - trial[0] for trial in TRIALS]
            for each in (recording, made)
        )
        found = np.array([[same(first, second) for second in after] for first in before])
        assert found.any(axis=0).all()
        assert found.any(axis=1).all()
    outside = [
        each.spike_times[~inside(each.spike_times, TRIALS, 20.0)] for each in (recording, made)
    ]
    np.testing.assert_array_equal(*outside)


def test_trials_may_meet_with_a_rounding_error():
    starts = np.arange(50) * 0.1
    trials = np.stack([starts, starts + 0.1], axis=1)  # some overlap by an ulp
    recording = Recording.from_trains([starts + 0.05, starts], t_stop=5.5)
    made = trial_shuffle(recording, trials)
    np.testing.assert_allclose(made.spike_times, recording.spike_times, atol=TICK)


def test_trials_that_overlap_a_little_are_cut_to_one_length():
    starts = np.array([0.0, 1.0, 2.0 - 5e-7, 3.0 - 5e-7])
    trials = np.stack([starts, starts + 1.0], axis=1)
    recording = Recording.from_trains([starts[3:] + 0.25] * 20, t_stop=4.0)
    made = trial_shuffle(recording, trials).spike_times
    assert len(np.unique(np.floor(made))) == 4
    since = (made[:, None] - starts - 0.25)[np.arange(20), np.floor(made + 1e-6).astype(int)]
    np.testing.assert_allclose(since, 0.0, atol=TICK)


# ---- recordings that came in bins


@given(binned_recordings, kinds, seeds)
def test_spikes_stay_at_the_centres_of_bins(recording, kind, seed):
    least = {"least": 50.0 * recording.bin_width} if kind == "shift" else {}
    made = surrogate(recording, kind, seed=seed, **least)
    counts = bin_spikes(made, made.bin_width).toarray()
    np.testing.assert_array_equal(counts.sum(axis=0), recording.spike_counts)
    centres = Recording.from_counts(counts, made.bin_width).spike_times + made.t_start
    np.testing.assert_allclose(made.spike_times, centres, rtol=1e-12)


@given(binned_recordings, st.integers(2, 9), seeds)
def test_jitter_by_whole_bins_keeps_the_counts_of_each_window(recording, bins, seed):
    window = bins * recording.bin_width
    made = jitter_spikes(recording, window, seed=seed)
    np.testing.assert_array_equal(
        bin_spikes(made, window).toarray(), bin_spikes(recording, window).toarray()
    )


def test_jitter_reaches_every_bin_of_a_window():
    # Each bin of 5 is missed by all 200 spikes with probability 0.8**200 = 4e-20.
    counts = np.zeros((10, 1), dtype=int)
    counts[7] = 200
    made = jitter_spikes(Recording.from_counts(counts))
    assert (bin_spikes(made, 1.0).toarray().ravel() > 0).tolist() == [False] * 5 + [True] * 5


def test_defaults_are_whole_bins():
    by_bin = Recording.from_counts(np.ones((200, 2), dtype=int))
    assert "windows of 5 bins" in jitter_spikes(by_bin).layout
    assert "by up to 1 bin," in dither_spikes(by_bin).layout
    wide = Recording.from_counts(np.ones((200, 2), dtype=int), 0.04)
    assert "windows of 0.08 s" in jitter_spikes(wide).layout
    assert "by up to 0.04 s" in dither_spikes(wide).layout


def test_partly_observed_bins_are_not_touched():
    counts = np.ones((40, 2), dtype=int)
    observed = {"observed": [[0.5, 10.5], [11.2, 40.0]]}
    recording = Recording.from_counts(counts, 1.0, intervals=observed)
    assert stretches_of(recording).tolist() == [[1.0, 10.0], [12.0, 40.0]]
    made = bin_spikes(rate_only(recording), 1.0).toarray()
    assert (made[[0, 10, 11]] == 1).all()
    assert (made != 1).any()


# ---- what is destroyed


def coincidences(recording, within=0.002):
    first, second = trains(recording)
    return int(np.diff(np.searchsorted(second, [first - within, first + within]), axis=0).sum())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("jitter", {"window": 0.2}),
        ("dither", {"dither": 0.1}),
        ("shift", {}),
        ("trial-shuffle", {"trials": np.arange(600.0)[:, None] + [0.0, 1.0]}),
        ("rate", {}),
    ],
)
def test_planted_coincidences_are_destroyed(kind, options):
    # 300 planted among 3 + 0.5 Hz in 600 s. By chance 600 * 3.5**2 * 0.004 = 30 remain, by
    # jitter or dither another 300 * 0.004 / 0.2 * 2 = 12 at most. Above 80 of 42 expected:
    # Poisson, false-alarm rate 1e-7 a kind.
    rng = np.random.default_rng(5)
    planted = rng.uniform(0.0, 600.0, 300)
    made_of = [np.sort(np.append(planted, rng.uniform(0.0, 600.0, 1800))) for _ in range(2)]
    recording = Recording.from_trains(made_of, t_stop=600.0)
    assert coincidences(recording) > 300
    assert coincidences(surrogate(recording, kind, seed=3, **options)) < 80


def test_refractoriness_is_kept_by_shift_and_destroyed_by_jitter():
    recording = Recording.from_trains([np.arange(0.005, 100.0, 0.02)], t_stop=100.0)
    shortest = {
        kind: np.diff(surrogate(recording, kind).times(0)).min() for kind in ("shift", "jitter")
    }
    assert shortest["shift"] == pytest.approx(0.02, abs=2 * TICK)
    # 5000 spikes: no two within 1 ms has a probability far below 1e-9.
    assert shortest["jitter"] < 0.001


def test_noise_correlation_is_destroyed_and_the_psth_is_not():
    # Under independence the correlation of 400 trials has a standard deviation of 0.05, and
    # 0.3 is six of them: false-alarm rate 2e-9.
    rng = np.random.default_rng(0)
    starts = 2.0 * np.arange(400)
    trials = np.stack([starts, starts + 1.0], axis=1)
    gain = rng.gamma(1.0, 10.0, 400)
    made_of = [
        np.sort(np.repeat(starts, n) + rng.beta(2, 5, n.sum())) for n in rng.poisson(gain, (2, 400))
    ]
    recording = Recording.from_trains(made_of, t_stop=800.0, intervals={"trials": trials})

    def correlation(each):
        counts = bin_spikes(each, 1.0).toarray()[::2]
        return np.corrcoef(counts.T)[0, 1]

    made = trial_shuffle(recording)
    assert correlation(recording) > 0.8
    assert abs(correlation(made)) < 0.3
    np.testing.assert_array_equal(psth(made, trials, 0.05), psth(recording, trials, 0.05))


def test_slow_changes_are_kept_by_jitter_and_destroyed_by_rate_only():
    # 1000 spikes in the first half: binomial, more than 600 of them there after rate_only has a
    # probability of 2e-10.
    train = np.linspace(0.0, 49.99, 1000)
    recording = Recording.from_trains([train], t_stop=100.0)
    assert (jitter_spikes(recording).times(0) < 50.0).sum() == 1000
    assert 400 < (rate_only(recording).times(0) < 50.0).sum() < 600


def test_truth_of_a_simulation_is_gone():
    recording = simulate_assemblies(n_units=8, minutes=0.5, n_assemblies=1, members=(4, 5))
    made = jitter_spikes(recording)
    assert made.truth is None
    assert made.layout == (
        "surrogate (spikes jittered in windows of 0.1 s, seed 0) of "
        "simulated recording with planted assemblies"
    )


# ---- the table


@pytest.mark.parametrize("kind", SURROGATES.values(), ids=SURROGATES)
def test_each_kind_says_what_it_keeps_and_destroys(kind):
    assert kind.keeps
    assert kind.destroys
    for heading in ("Keeps: ", "Destroys: "):
        assert f"\n    {heading}" in kind.make.__doc__
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.keeps = "everything"


def test_settings_of_each_kind():
    names = {kind.name: kind.settings for kind in SURROGATES.values()}
    assert names == {
        "jitter": ("window",),
        "dither": ("dither",),
        "shift": ("least",),
        "trial-shuffle": ("trials",),
        "rate": (),
    }


# ---- bad input


def bad(make, message, error=InputError):
    return pytest.param(make, message, error, id=message[:40])


@pytest.mark.parametrize(
    ("make", "message", "error"),
    [
        bad(lambda r: jitter_spikes(r, 0), "surrogate window 0; expected a number above 0"),
        bad(lambda r: jitter_spikes(r, -1.0), "surrogate window -1"),
        bad(lambda r: jitter_spikes(r, np.nan), "surrogate window nan"),
        bad(lambda r: jitter_spikes(r, "0.1"), "surrogate window '0.1'", ArgumentTypeError),
        bad(
            lambda r: jitter_spikes(r, 30.0),
            "surrogate window larger than the recording: 30 s; expected at most 10.5 s, the "
            "longest observed stretch; give a smaller window=, in seconds",
        ),
        bad(lambda r: dither_spikes(r, 30), "surrogate dither larger than the recording: 30 s"),
        bad(lambda r: dither_spikes(r, 0.0), "surrogate dither 0"),
        bad(
            lambda r: circular_shift(r, least=9.0),
            "least shift 9 s; expected at most 8.875 s, half of the observed time",
        ),
        bad(lambda r: circular_shift(r, least=-1), "least shift -1; expected a number of at least"),
        bad(lambda r: rate_only(r, seed=-1), "seed -1; expected at least 0"),
        bad(lambda r: rate_only(r, seed=0.5), "seed 0.5; expected a whole", ArgumentTypeError),
        bad(
            lambda r: trial_shuffle(r, "epochs"),
            "no intervals 'epochs'; expected one of 'trials', 'observed'",
        ),
        bad(lambda r: trial_shuffle(r, TRIALS[:1]), "1 trials to shuffle; expected at least 2"),
        bad(lambda r: trial_shuffle(r, [[3, 4], [5, 7]]), "trials of 1 s to 2 s; expected trials"),
        bad(lambda r: trial_shuffle(r, [[3, 3], [5, 5]]), "trials of 0 s to 0 s"),
        bad(lambda r: trial_shuffle(r, [[4, 3], [5, 4]]), "trials of -1 s to -1 s"),
        bad(
            lambda r: trial_shuffle(r, [[5, 7], [4, 6]]),
            "a trial that starts at 5, before the one before it ends at 6; expected trials that "
            "do not overlap",
        ),
        bad(lambda r: trial_shuffle(r, [3, 4]), "trials of shape (2,); expected finite starts"),
        bad(lambda r: trial_shuffle(r, [[3, np.inf]] * 2), "trials of shape (2, 2); expected fin"),
        bad(lambda r: trial_shuffle(r, [["a", "b"]]), "trials that are no numbers; expected"),
        bad(
            lambda r: trial_shuffle(r, [[3, 4], [9, 10]]),
            "a trial from 9 to 10 not wholly observed",
        ),
        bad(lambda r: trial_shuffle(r, [[0, 1], [3, 4]]), "a trial from 0 to 1 not wholly obs"),
        bad(
            lambda r: surrogate(r, "shuffle"),
            "surrogate 'shuffle'; expected one of 'jitter', 'dither', 'shift', 'trial-shuffle', "
            "'rate'",
        ),
        bad(lambda r: surrogate(r, ["rate"]), "surrogate ['rate']; expected one of"),
        bad(
            lambda r: surrogate(r, "jitter", dither=0.1),
            "setting 'dither' of surrogate 'jitter'; expected 'window'",
        ),
        bad(
            lambda r: surrogate(r, "rate", window=0.1),
            "setting 'window' of surrogate 'rate'; expected none but the seed",
        ),
    ],
)
def test_bad_input(make, message, error):
    with pytest.raises(error) as caught:
        make(recording_of(0, observed="gap"))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda r: jitter_spikes(r, 0.05),
            "surrogate window 0.05 s for a recording that came in bins of 0.02 s; expected a "
            "whole multiple of that width, at least 2 bins; give window=0.04",
        ),
        (lambda r: jitter_spikes(r, 0.02), "surrogate window 0.02 s for a recording that came in"),
        (lambda r: dither_spikes(r, 0.001), "surrogate dither 0.001 s for a recording that came"),
        (lambda r: jitter_spikes(r, 1.02), "surrogate window larger than the recording: 1.02 s"),
        (lambda r: circular_shift(r), "least shift 1 s; expected at most 0.5 s"),
        (lambda r: trial_shuffle(r), "no intervals 'trials'; expected a recording with intervals"),
        (
            lambda r: trial_shuffle(r, [[0.0, 0.01], [0.5, 0.51]]),
            "trials shorter than a bin of 0.02 s; expected at least one bin",
        ),
    ],
)
def test_bad_input_for_bins(make, message):
    with pytest.raises(InputError) as caught:
        make(Recording.from_counts(np.ones((50, 2), dtype=int), 0.02, source="a.csv"))
    assert str(caught.value).startswith(f"'a.csv': {message}")


def test_no_bin_wholly_observed():
    observed = {"observed": [[0.5, 1.4]]}
    recording = Recording.from_counts(np.ones((4, 1), dtype=int), intervals=observed)
    with pytest.raises(InputError, match="no bin of 1 bin is wholly observed"):
        jitter_spikes(recording)


@settings(max_examples=20)
@given(seeds)
def test_times_of_a_unix_clock(seed):
    """Far from zero a tick is longer, and counts are kept all the same."""
    start = 1.7e9
    rng = np.random.default_rng(seed)
    train = np.sort(rng.uniform(start, start + 10.0, 5000))
    recording = Recording.from_trains([train], t_start=start, t_stop=start + 10.0)
    made = jitter_spikes(recording, 0.001, seed=seed)
    np.testing.assert_array_equal(
        bin_spikes(made, 0.001).toarray(), bin_spikes(recording, 0.001).toarray()
    )
