"""Batches from a few blocks of the recording at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import neurohm as nh
from neurohm.estimators.block_shuffle import TOGETHER
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import BinnedSpikes, Recording, bin_entries, bin_spikes, load_recording


def binned(n_bins: int, gap: tuple[int, int] = (0, 0)) -> BinnedSpikes:
    observed = [[0.0, float(gap[0])], [float(gap[1]), float(n_bins)]]
    recording = Recording.from_trains(
        [[0.5]], t_stop=float(n_bins), intervals={"observed": observed} if any(gap) else {}
    )
    return bin_spikes(recording, 1.0)


@settings(max_examples=40)
@given(
    bins=st.integers(8, 400),
    lags=st.integers(1, 3),
    window=st.integers(1, 500),
    epoch=st.integers(0, 5),
    seed=st.integers(0, 2**32),
    size=st.integers(1, 60),
)
def test_every_window_of_the_epoch_comes_once(bins, lags, window, epoch, seed, size) -> None:
    spikes = binned(bins, (3, 5))
    usual = WindowBatches(spikes, lags).order(epoch, seed)
    order = WindowBatches(spikes, lags, shuffle_window=window).order(epoch, seed)
    parts = [order[first : first + size] for first in range(0, len(order), size)]
    assert sorted(np.concatenate(parts)) == sorted(usual)
    again = WindowBatches(spikes, lags, shuffle_window=window).order(epoch, seed)
    np.testing.assert_array_equal(again[: len(again)], np.concatenate(parts))


def test_no_more_than_the_window_is_touched_at_a_time() -> None:
    batches = WindowBatches(binned(64_000), 2, shuffle_window=3200.0)
    order = batches.order(0, 3)
    assert batches.block == 100
    places = order[: len(order)] // 2
    for first in range(0, 32_000, TOGETHER * 100):
        blocks = np.unique(places[first : first + TOGETHER * 100] // 100)
        assert len(blocks) == TOGETHER
        assert np.diff(np.sort(blocks)).max() > 1  # from all over the recording


def test_the_order_changes_with_epoch_and_seed() -> None:
    batches = WindowBatches(binned(2000), 1, shuffle_window=160.0)
    orders = {tuple(batches.order(epoch, seed)[:50]) for epoch in range(3) for seed in range(3)}
    assert len(orders) == 9


def test_within_a_group_every_place_holds_every_window_equally_often() -> None:
    """Chi squared, false alarms 1 in 10,000."""
    batches, n, repeats = WindowBatches(binned(12), 1, shuffle_window=16.0), 12, 2000
    counts = np.zeros((n, n), dtype=int)
    for seed in range(repeats):
        counts[np.arange(n), batches.order(0, seed)[:n]] += 1
    statistic = ((counts - repeats / n) ** 2 / (repeats / n)).sum()
    assert statistic < chi2.isf(1e-4, (n - 1) ** 2)


def test_out_of_core_equals_in_memory_bit_for_bit_with_the_same_order(tmp_path, monkeypatch):
    recording = nh.simulate_assemblies(n_units=8, minutes=1, n_assemblies=1, members=(3, 4), seed=1)
    recording.save(tmp_path / "recording.h5")
    options = {"hidden": 3, "lags": 2, "epochs": 3, "shuffle_window": 10.0}
    in_memory = nh.SpikeHelmholtz(**options).fit(recording, label=None)
    monkeypatch.setattr(bin_entries, "MOST_IN_MEMORY", 500)
    lazily = load_recording(tmp_path / "recording.h5", lazy=True)
    out_of_core = nh.SpikeHelmholtz(**options).fit(lazily, label=None)
    for name, array in in_memory.machine_.parameters().items():
        np.testing.assert_array_equal(array, out_of_core.machine_.parameters()[name])
    other = nh.SpikeHelmholtz(**{**options, "shuffle_window": None}).fit(recording, label=None)
    name = next(iter(other.machine_.parameters()))
    assert (other.machine_.parameters()[name] != in_memory.machine_.parameters()[name]).any()


def test_it_is_kept_with_the_model_and_asked_for_when_resumed(tmp_path) -> None:
    recording = nh.simulate_assemblies(n_units=6, minutes=0.5, n_assemblies=1, members=(3, 4))
    model = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=2, shuffle_window=5.0)
    model.fit(recording, checkpoint=tmp_path / "c", keep_checkpoint=True, label=None)
    model.save(tmp_path / "m.h5")
    assert nh.load(tmp_path / "m.h5").shuffle_window == 5.0
    other = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=2)
    with pytest.raises(InputError, match="shuffle_window None; expected 5.0"):
        other.fit(recording, checkpoint=tmp_path / "c", resume=True, label=None)


@pytest.mark.parametrize("window", [0, -1.0, np.nan, "5"])
def test_what_is_no_length_of_time_is_refused(window) -> None:
    model = nh.SpikeHelmholtz(hidden=2, shuffle_window=window)
    with pytest.raises((InputError, ArgumentTypeError), match="shuffle_window"):
        model.fit(np.eye(20, 4, dtype=int), label=None)
