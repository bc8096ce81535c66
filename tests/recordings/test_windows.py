"""Windows equal to those cut out of the dense matrix one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import BinnedSpikes, Recording, Windows, bin_spikes


def binned_spikes(seed, n_bins, n_units, p_gap, density=0.3):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(density, (n_bins, n_units))
    binned = bin_spikes(Recording.from_counts(counts), 1.0)
    observed = rng.random(n_bins) >= p_gap
    return counts, BinnedSpikes(
        binned.indptr, binned.unit, binned.count, observed, 0.5, 100.0, n_units
    )


def brute_force(counts, observed, lags, stride, offset):
    """Starts and rows, by walking along the bins."""
    starts, since = [], 0
    for b in range(len(counts) + 1):
        if b == len(counts) or not observed[b]:
            starts += range(since + offset, b - lags + 1, stride)
            since = b + 1
    rows = [
        [counts[s + lag, unit] for unit in range(counts.shape[1]) for lag in range(lags)]
        for s in starts
    ]
    return starts, rows


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_bins=st.integers(1, 60),
    n_units=st.integers(1, 5),
    p_gap=st.sampled_from([0.0, 0.05, 0.3]),
    lags=st.integers(1, 6),
    stride=st.integers(1, 7),
    offset=st.integers(0, 4),
)
def test_equal_to_brute_force(seed, n_bins, n_units, p_gap, lags, stride, offset):
    counts, binned = binned_spikes(seed, n_bins, n_units, p_gap)
    starts, rows = brute_force(counts, binned.observed, lags, stride, offset)
    if not starts:
        with pytest.raises(InputError, match="shorter than one window"):
            Windows(binned, lags, stride, offset)
        return
    windows = Windows(binned, lags, stride, offset)
    np.testing.assert_array_equal(windows.starts, starts)
    np.testing.assert_array_equal(windows.dense(np.arange(len(windows))), rows)
    np.testing.assert_allclose(windows.times, [100.0 + 0.5 * (s + lags) for s in starts])
    assert (len(windows), windows.n_columns) == (len(starts), n_units * lags)


def test_slices_and_out():
    _, binned = binned_spikes(0, 30, 3, 0.0)
    windows = Windows(binned, lags=2, stride=2)
    out = np.full((5, 6), 7.0)
    assert windows.dense(slice(0, 5), out=out) is out
    np.testing.assert_array_equal(out, windows.dense(range(5)))
    assert windows.dense([1], dtype=np.uint8).dtype == np.uint8
    with pytest.raises(InputError, match=r"out of shape \(5, 6\); expected shape \(1, 6\)"):
        windows.dense([0], out=out)
    with pytest.raises(IndexError):
        windows.dense([len(windows)])


def test_windows_that_do_not_overlap_count_each_bin_once():
    counts, binned = binned_spikes(0, 60, 3, 0.0)
    assert Windows(binned, lags=5, stride=5).dense(slice(None)).sum() == counts.sum()


def test_too_short():
    binned = bin_spikes(Recording.from_trains([[0.1, 0.25]], t_stop=0.3), 0.1)
    with pytest.raises(InputError, match=r"recording of 0.3 s, shorter than one window of 0.5 s"):
        Windows(binned, lags=5)
    gaps = {"observed": [[0.0, 0.2], [0.3, 0.6]]}
    binned = bin_spikes(Recording.from_trains([[0.1]], t_stop=0.6, intervals=gaps), 0.1)
    with pytest.raises(InputError, match=r"longest observed stretch of 0.3 s, shorter"):
        Windows(binned, lags=4)


@pytest.mark.parametrize("arguments", [{"lags": 0}, {"stride": 0}, {"offset": -1}])
def test_arguments_out_of_range(arguments):
    _, binned = binned_spikes(0, 30, 3, 0.0)
    with pytest.raises(InputError, match=next(iter(arguments))):
        Windows(binned, **({"lags": 1} | arguments))


def test_arguments_of_the_wrong_type():
    _, binned = binned_spikes(0, 30, 3, 0.0)
    with pytest.raises(ArgumentTypeError, match=r"lags 2\.5; expected a whole number"):
        Windows(binned, lags=2.5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), lags=st.integers(1, 4), stride=st.integers(1, 5))
def test_windows_by_their_first_bin(seed, lags, stride):
    _, binned = binned_spikes(seed, 60, 2, 0.2)
    windows = Windows(binned, lags, stride)
    starts = windows.starts
    np.testing.assert_array_equal(windows.indices_of(starts), np.arange(len(windows)))
    chosen = np.random.default_rng(seed).integers(-len(windows), len(windows), 20)
    np.testing.assert_array_equal(windows.starts_of(chosen), starts[chosen])
    np.testing.assert_array_equal(windows.starts_of(slice(-3, None)), starts[-3:])


@pytest.mark.parametrize("index", [30, -31])
def test_no_such_window(index):
    _, binned = binned_spikes(0, 30, 3, 0.0)
    with pytest.raises(IndexError, match=f"window {index} of 30"):
        Windows(binned, lags=1).dense([0, index])
