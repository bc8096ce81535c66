"""Sortings, data frames, mappings, sequences and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError


class Sorting:
    """What a sorting of SpikeInterface's offers, without it."""

    def __init__(self, segments: list[dict[Any, list[int]]], rate: float = 1000.0) -> None:
        self.segments, self.rate = segments, rate

    def get_unit_ids(self) -> list[Any]:
        return list(self.segments[0])

    def get_num_segments(self) -> int:
        return len(self.segments)

    def get_sampling_frequency(self) -> float:
        return self.rate

    def get_unit_spike_train(self, unit_id: Any, segment_index: int = 0) -> np.ndarray:
        return np.array(self.segments[segment_index][unit_id])

    def get_property_keys(self) -> list[str]:
        return ["quality", "template"]

    def get_property(self, name: str) -> np.ndarray:
        return np.array(["good", "mua"]) if name == "quality" else np.zeros((2, 30))


class Simple:
    """The least of a sorting."""

    unit_ids = np.array(["x", "y"])
    sampling_frequency = 100.0

    def get_unit_spike_train(self, unit_id: str) -> np.ndarray:
        return np.array([50] if unit_id == "x" else [25, 75])


def test_a_sorting() -> None:
    recording = nh.as_recording(Sorting([{3: [100, 300], 5: [200]}]))
    assert recording.unit_ids.tolist() == [3, 5]
    assert recording.times(0).tolist() == [0.1, 0.3]
    assert recording.unit_columns["quality"].tolist() == ["good", "mua"]
    assert "template" not in recording.unit_columns
    assert nh.as_recording(Simple()).times(1).tolist() == [0.25, 0.75]


def test_segments_of_a_sorting_are_laid_out() -> None:
    recording = nh.as_recording(Sorting([{3: [100, 500], 5: []}, {3: [], 5: [250]}]))
    assert recording.observed.tolist() == [[0.0, 0.5], [1.5, 1.75]]
    assert recording.times(1).tolist() == [1.75]


@pytest.mark.parametrize("rate", [0.0, np.nan, None])
def test_a_sorting_without_a_rate_is_refused(rate: Any) -> None:
    with pytest.raises(InputError, match="sampling frequency"):
        nh.as_recording(Sorting([{3: [1], 5: [2]}], rate))


def test_a_sorting_by_spikeinterface() -> None:
    core = pytest.importorskip("spikeinterface.core")
    sorting = core.NumpySorting.from_samples_and_labels(
        [np.array([100, 200, 300])], [np.array([0, 1, 0])], sampling_frequency=1000.0
    )
    sorting.set_property("quality", np.array(["good", "mua"]))
    recording = nh.as_recording(sorting)
    assert recording.times(0).tolist() == [0.1, 0.3]
    assert recording.unit_columns["quality"].tolist() == ["good", "mua"]


def test_a_data_frame_with_a_row_for_each_spike() -> None:
    table = pd.DataFrame(
        {
            "spike_time": [0.1, 0.2, 0.4, 0.3],
            "cluster": [7, 3, 7, 3],
            "area": ["V1", "V4", "V1", "V4"],
            "amplitude": [1.0, 2.0, 3.0, 4.0],
        }
    )
    recording = nh.as_recording(table)
    assert recording.unit_ids.tolist() == [3, 7]
    assert recording.times(0).tolist() == [0.2, 0.3]
    assert {k: v.tolist() for k, v in recording.unit_columns.items()} == {"area": ["V4", "V1"]}


def test_durations_are_seconds_and_dates_are_refused() -> None:
    seconds = [0.1, 0.2, 0.4]
    table = pd.DataFrame({"time": pd.to_timedelta(seconds, unit="s"), "unit": [1, 2, 1]})
    assert nh.as_recording(table).times(0).tolist() == [0.1, 0.4]
    assert nh.as_recording({"a": table["time"]}).times(0).tolist() == seconds
    epochs = {"light": np.array([[100, 200]], dtype="timedelta64[ms]")}
    made = nh.Recording.from_trains([seconds], intervals=epochs)
    assert made.intervals["light"].tolist() == [[0.1, 0.2]]
    table["time"] = pd.to_datetime(seconds, unit="s")
    with pytest.raises(InputError, match="column 'time': values of type datetime64"):
        nh.as_recording(table)
    with pytest.raises(InputError, match="spike times of unit 'a': values of type datetime64"):
        nh.as_recording({"a": table["time"]})


def test_what_is_no_time_or_no_unit_is_named() -> None:
    with pytest.raises(InputError, match="spike times of unit 'b': could not convert"):
        nh.as_recording({"a": [0.1], "b": ["none"]})
    with pytest.raises(InputError, match="column 'time': could not convert"):
        nh.as_recording(pd.DataFrame({"time": ["none", "0.2"], "unit": [1, 2]}))
    with pytest.raises(InputError, match="several kinds in column 'unit'"):
        nh.as_recording(pd.DataFrame({"time": [0.1, 0.2, 0.3], "unit": ["a", None, "b"]}))


def test_unit_ids_beyond_64_bits_are_text() -> None:
    made = nh.Recording.from_trains([[0.1], [0.2]], unit_ids=np.array([2**63, 5], dtype=np.uint64))
    assert made.unit_ids.tolist() == ["9223372036854775808", "5"]


def test_mappings_sequences_and_matrices() -> None:
    assert nh.as_recording({"a": [0.1], "b": []}).unit_ids.tolist() == ["a", "b"]
    assert nh.as_recording([[0.2, 0.1], [0.3]], sort=True).times(0).tolist() == [0.1, 0.2]
    counts = np.random.default_rng(0).poisson(0.5, (50, 3))
    assert nh.as_recording(counts, bin_width=0.1).spike_counts.tolist() == counts.sum(0).tolist()
    frame = pd.DataFrame(counts, columns=["x", "y", "z"])
    assert nh.as_recording(frame).unit_ids.tolist() == ["x", "y", "z"]


def test_a_recording_is_returned_as_it_is() -> None:
    recording = nh.Recording.from_trains([[0.1]])
    assert nh.as_recording(recording) is recording


@pytest.mark.parametrize("thing", ["spikes.h5", 7, None, object()])
def test_other_things_are_refused(thing: Any) -> None:
    with pytest.raises(ArgumentTypeError):
        nh.as_recording(thing)


def test_estimators_take_them_as_they_take_recordings() -> None:
    rng = np.random.default_rng(3)
    trains = {name: np.sort(rng.uniform(0.0, 20.0, 200)) for name in "abcd"}
    settings = {"hidden": (3,), "epochs": 1, "random_state": 0, "bin_size": 0.02}
    by_mapping = nh.SpikeHelmholtz(**settings).fit(trains, label=None)
    by_recording = nh.SpikeHelmholtz(**settings).fit(nh.as_recording(trains), label=None)
    assert by_mapping.unit_ids_.tolist() == ["a", "b", "c", "d"]
    assert by_mapping.recording_["fingerprint"] == by_recording.recording_["fingerprint"]
    turned = dict(reversed(trains.items()))
    assert by_mapping.score(turned) == by_mapping.score(trains)
