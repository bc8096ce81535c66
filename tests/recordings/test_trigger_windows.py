"""Windows around the spikes of one unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import Recording, trigger_windows


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 5, 11]))
def test_counts_are_those_of_a_loop_over_spikes(seed: int, lags: int) -> None:
    rng = np.random.default_rng(seed)
    trains = [np.sort(rng.uniform(0, 2, rng.integers(0, 30))) for _ in range(3)]
    recording = Recording.from_trains(trains, t_stop=2.0)
    windows = trigger_windows(recording, 1, bin_size=0.05, lags=lags)
    half = lags * 0.05 / 2
    times = [t for t in trains[1] if t - half >= 0 and t + half <= 2]
    np.testing.assert_array_equal(windows.times, times)
    for window, time in zip(windows.cube, times, strict=True):
        edges = time + (np.arange(lags + 1) - lags / 2) * 0.05
        expected = np.array([np.histogram(train, edges)[0] for train in trains])
        expected[1, lags // 2] = 0
        np.testing.assert_array_equal(window, expected)


def test_of_counts_the_windows_are_rows_of_the_matrix() -> None:
    counts = np.random.default_rng(0).poisson(0.3, (400, 4))
    recording = Recording.from_counts(counts, bin_width=0.01)
    windows = trigger_windows(recording, 2, bin_size=0.01, lags=7)
    bins = np.floor(windows.times / 0.01).astype(int)
    for window, middle in zip(windows.cube, bins, strict=True):
        expected = counts[middle - 3 : middle + 4].T.copy()
        expected[2, 3] = 0
        np.testing.assert_array_equal(window, expected)
    inside = counts[3:-3, 2].sum()
    assert len(windows) == inside


def test_no_window_leaves_observed_time() -> None:
    recording = Recording.from_trains(
        [[0.5, 1.95, 2.05, 3.5]],
        t_stop=4.0,
        intervals={"observed": np.array([[0.0, 2.0], [3.0, 4.0]])},
    )
    windows = trigger_windows(recording, 0, bin_size=0.1, lags=3)
    assert windows.times.tolist() == [0.5, 3.5]


def test_the_trigger_may_be_named_by_its_text() -> None:
    recording = Recording.from_trains({7: [0.5], 8: [0.6]}, t_stop=1.0)
    assert trigger_windows(recording, "8").trigger == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trigger": 9}, "no unit 9 to trigger on; expected one of 2: 0, 1"),
        ({"lags": 4}, "lags 4; expected an odd number"),
        ({"lags": 0}, "at least 1"),
        ({"bin_size": 0.0}, "bin size"),
    ],
)
def test_what_cannot_be_is_refused(options: dict, message: str) -> None:
    recording = Recording.from_trains([[0.5], [0.6]], t_stop=1.0)
    with pytest.raises(InputError, match=message):
        trigger_windows(recording, **{"trigger": 0, **options})
    with pytest.raises(ArgumentTypeError):
        trigger_windows(recording, 0, lags=2.5)


@pytest.mark.parametrize("bin_size", [0.02, 0.015])
def test_bins_of_counts_have_the_spike_in_their_middle(bin_size: float) -> None:
    recording = Recording.from_counts(np.ones((50, 2), int), bin_width=0.01)
    with pytest.raises(InputError, match="an odd multiple"):
        trigger_windows(recording, 0, bin_size=bin_size)
    assert trigger_windows(recording, 0, bin_size=0.03, lags=3).cube[0, 1].tolist() == [3, 3, 3]
