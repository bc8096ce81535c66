"""No spike is lost or invented: binned, split, merged, converted, for any bins and any gaps."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurohm.recordings import Recording, bin_spikes, load_recording, merge_recordings
from neurohm.recordings.spike_times import inside

pytestmark = pytest.mark.filterwarnings("ignore::neurohm.exceptions.NeurohmWarning")

FEW = settings(max_examples=40)
WIDTHS = st.one_of(st.floats(0.01, 0.4), st.sampled_from([0.02, 0.1, 0.3, 1 / 3]))

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)


@st.composite
def recordings(draw, *, gaps=True, least_spikes=0):
    """A few units, with spikes on edges, at ends and at equal times, and any layout of gaps."""
    start = draw(st.sampled_from([0.0, 0.1, 0.3, 1e6]))
    stop = start + draw(st.floats(0.5, 50.0))
    ticks = st.integers(0, 1000).map(lambda tick: start + (stop - start) * tick / 1000)
    moments = st.one_of(st.floats(start, stop), ticks, st.sampled_from([start, stop]))
    trains = draw(st.lists(st.lists(moments, max_size=12).map(sorted), min_size=1, max_size=4))
    while sum(map(len, trains)) < least_spikes:
        trains[0] = sorted([*trains[0], start + 0.25])
    ids = draw(
        st.one_of(
            st.just(np.arange(len(trains))),
            st.lists(NAMES, min_size=len(trains), max_size=len(trains), unique=True).map(np.array),
        )
    )
    edges = np.array(draw(st.lists(ticks, min_size=2, max_size=8, unique=True).map(sorted)))
    pieces = edges[: len(edges) // 2 * 2].reshape(-1, 2)
    return Recording.from_trains(
        trains,
        t_start=start,
        t_stop=stop,
        unit_ids=ids,
        unit_columns={"depth": np.arange(len(trains)) / 3},
        intervals={"observed": pieces} if gaps and draw(st.booleans()) else {},
    )


def observed_spikes(recording):
    return int(inside(recording.spike_times, recording.observed, recording.t_stop).sum())


@FEW
@given(recordings(), WIDTHS)
def test_binning(recording, width):
    binned = bin_spikes(recording, width)
    assert binned.n_spikes == recording.n_spikes
    np.testing.assert_array_equal(binned.toarray().sum(axis=0), recording.spike_counts)


@FEW
@given(recordings(), st.floats(0.05, 0.95))
def test_splitting_in_time(recording, share):
    cut = recording.t_start + share * recording.duration
    pieces = [(recording.t_start, cut), (cut, recording.t_stop)]
    observed = [np.clip(recording.observed, *piece) for piece in pieces]
    assume(all((rows[:, 1] > rows[:, 0]).any() for rows in observed))
    parts = [recording.between(*piece) for piece in pieces]
    assert sum(part.n_spikes for part in parts) == recording.n_spikes
    assert sum(part.observed_duration for part in parts) == pytest.approx(
        recording.observed_duration, abs=1e-9
    )


@FEW
@given(recordings(), st.data())
def test_units_taken_apart_and_put_together(recording, data):
    assume(recording.n_units > 1)
    place = data.draw(st.integers(1, recording.n_units - 1))
    ids = recording.unit_ids
    merged = merge_recordings([recording.select(ids[:place]), recording.select(ids[place:])])
    assert merged.fingerprint() == recording.fingerprint()
    np.testing.assert_array_equal(merged.unit_columns["depth"], recording.unit_columns["depth"])


@FEW
@given(recordings(), st.sampled_from([0.0, 0.5, 1.0, 0.3]), st.integers(2, 3))
def test_one_after_the_other(recording, gap, times):
    merged = merge_recordings([recording] * times, "time", gap=gap)
    np.testing.assert_array_equal(merged.spike_counts, times * recording.spike_counts)
    assert observed_spikes(merged) == times * observed_spikes(recording)
    assert merged.observed_duration == pytest.approx(times * recording.observed_duration)
    for part, (start, _) in enumerate(merged.intervals["recordings"]):
        for unit in range(recording.n_units):
            train = recording.times(unit)
            mine = merged.times(unit)[part * len(train) : (part + 1) * len(train)]
            np.testing.assert_allclose(mine - start, train - recording.t_start, atol=1e-8)


@FEW
@given(recordings(least_spikes=1), st.sampled_from(["a.h5", "a.npz"]))
def test_converting(recording, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        recording.save(path)
        again = load_recording(path)
    assert again.fingerprint() == recording.fingerprint()
    np.testing.assert_array_equal(again.unit_columns["depth"], recording.unit_columns["depth"])


@FEW
@given(
    recordings(gaps=False, least_spikes=1),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([None, "gzip"]),
    st.booleans(),
)
def test_tables_that_pandas_writes(recording, separator, compression, by_time):
    assume(recording.n_spikes > 1)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(recording.unit_ids, recording.spike_counts),
            "time": np.asarray(recording.spike_times),
            "depth": np.repeat(recording.unit_columns["depth"], recording.spike_counts),
        }
    )
    frame = frame.sort_values("time", kind="stable") if by_time else frame
    # A number as text, or text that begins a comment, is another thing once written.
    assume(not any(str(unit).startswith(("#", "%")) for unit in recording.unit_ids))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        frame.to_csv(path, sep=separator, index=False, compression=compression)
        again = load_recording(path)
    trains = {str(unit): recording.times(k) for k, unit in enumerate(recording.unit_ids)}
    if not all(_is_plain(unit) for unit in trains):
        assert again.n_spikes == recording.n_spikes
        return
    for place, unit in enumerate(again.unit_ids):
        np.testing.assert_array_equal(again.times(place), trains[str(unit)])
        depth = recording.unit_columns["depth"][list(trains).index(str(unit))]
        assert again.unit_columns["depth"][place] == depth
    assert again.n_spikes == recording.n_spikes


def _is_plain(unit):
    """Whether a name in a text can only be taken for itself."""
    return unit.isascii() and (unit.isalpha() or (unit.isdecimal() and str(int(unit)) == unit))


@FEW
@given(st.integers(1, 6), st.integers(1, 40), st.integers(0, 5))
def test_matrices(n_units, n_bins, most):
    assume(n_bins >= 2 * n_units)
    counts = np.random.default_rng(n_bins).integers(0, most + 1, (n_bins, n_units))
    assume(counts.any())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npy"
        np.save(path, counts)
        for options in ({}, {"bin_width": 0.02}):
            recording = load_recording(path, units_axis=1, **options)
            binned = bin_spikes(recording, options.get("bin_width", 1.0))
            np.testing.assert_array_equal(binned.toarray(), counts)
    assert isinstance(recording, Recording)
