"""NWB files: real, by hand, by pynwb, and damaged."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import neurohm as nh
from neurohm.exceptions import FileFormatError, NeurohmError, NeurohmWarning

REAL = "headdirection-nwb/A2929-200711.nwb"


def skeleton(path: Path) -> h5py.File:
    """An NWB file without anything in it."""
    file = h5py.File(path, "w")
    file.attrs["nwb_version"], file.attrs["neurodata_type"] = "2.7.0", "NWBFile"
    file["session_description"], file["identifier"] = "by hand", "hand 1"
    return file


def add_units(file: h5py.File, group: str = "units") -> h5py.Group:
    """Three units, the last one silent."""
    units = file.create_group(group)
    units.attrs["neurodata_type"] = "Units"
    units["spike_times"], units["spike_times_index"] = [0.5, 1.5, 1.0], np.array([2, 3, 3], "u1")
    units["id"] = [10, 11, 12]
    return units


@pytest.fixture
def by_hand(tmp_path: Path) -> Callable[..., Path]:
    """Write a file by hand; what is to be changed is given as a function of it."""

    def write(change: Callable[[h5py.File], None] = lambda file: None) -> Path:
        with skeleton(tmp_path / "hand.nwb") as file:
            add_units(file)
            change(file)
        return tmp_path / "hand.nwb"

    return write


def read(path: Path, **options: object) -> nh.Recording:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)  # of units without a spike
        return nh.load_recording(path, **options)


def test_real_file(shared_data: Path) -> None:
    recording = nh.load_recording(shared_data / REAL)
    assert (recording.n_units, recording.n_spikes) == (15, 98_794)
    assert list(recording.unit_columns) == ["location", "group", "electrode_group"]
    where, counts = np.unique(recording.unit_columns["location"], return_counts=True)
    assert dict(zip(where.tolist(), counts.tolist(), strict=True)) == {"adn": 7, "ca1": 8}
    assert set(recording.unit_columns["electrode_group"]) == {"group0_", "group1_"}
    assert recording.intervals["epochs"].tolist() == [[0.0, 600.0], [600.0, 1200.0]]
    assert recording.interval_columns["epochs"]["tags"].tolist() == ["sleep", "wake"]
    assert len(recording.intervals["sleep_ripples"]) == 594
    assert (recording.t_start, recording.t_stop) == (0.0, 1200.0)
    assert recording.metadata["identifier"] == "A2929-200711"
    assert "CompassDirection" in recording.layout  # what is not used is said


def test_spikes_ids_and_silent_units(by_hand: Callable[..., Path]) -> None:
    recording = read(by_hand())
    assert recording.unit_ids.tolist() == [10, 11, 12]
    assert recording.spike_counts.tolist() == [2, 1, 0]
    assert recording.metadata == {"session_description": "by hand", "identifier": "hand 1"}


def test_columns_of_every_kind(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        units, text = file["units"], h5py.string_dtype()
        units["quality"] = np.array(["good", "mua", "good"], dtype=object)
        units["accepted"] = np.array([True, False, True])
        group = file.create_group("general/extracellular_ephys/shank 1")
        units["electrode_group"] = np.array([group.ref, group.ref, None], dtype=h5py.ref_dtype)
        units.create_dataset("tags", data=["a", "b", "c"], dtype=text)
        units["tags_index"] = [2, 2, 3]
        units["peak"], units["peak_index"] = [1.0, 2.0, 3.0], [1, 2, 3]
        units["lags"], units["lags_index"] = [1.0, 2.0, 3.0], [0, 2, 3]
        units["waveform_mean"] = np.zeros((3, 40))

    columns = read(by_hand(change)).unit_columns
    assert columns["quality"].tolist() == ["good", "mua", "good"]
    assert columns["accepted"].tolist() == [True, False, True]
    assert columns["electrode_group"].tolist() == ["shank 1", "shank 1", ""]
    assert columns["tags"].tolist() == ["a, b", "", "c"]
    assert columns["peak"].tolist() == [1.0, 2.0, 3.0]
    assert not {"lags", "waveform_mean"} & columns.keys()
    assert "waveform_mean" in read(by_hand(change)).layout


def test_ids_that_repeat_become_a_column(by_hand: Callable[..., Path]) -> None:
    recording = read(by_hand(lambda file: file["units/id"].write_direct(np.array([1, 1, 2]))))
    assert recording.unit_ids.tolist() == [0, 1, 2]
    assert recording.unit_columns["id"].tolist() == [1, 1, 2]
    assert "unit ids repeat" in recording.layout


def add_electrodes(file: h5py.File, rows: list[int], index: list[int], x: list[float]) -> None:
    table = file.create_group("general/extracellular_ephys/electrodes")
    table["id"], table["x"], table["y"] = [7, 8, 9], x, [0.0, 10.0, 20.0]
    table["z"] = np.full(3, np.nan)
    table["location"], table["group_name"] = ["CA1", "CA1", "CA3"], ["s1", "s1", "s2"]
    file["units/electrodes"], file["units/electrodes_index"] = rows, index


def test_electrodes_give_positions_and_groups(by_hand: Callable[..., Path]) -> None:
    path = by_hand(lambda file: add_electrodes(file, [0, 1, 1, 2], [2, 3, 4], [1.0, 3.0, 5.0]))
    recording = read(path)
    assert recording.positions is not None
    assert recording.positions.tolist() == [[2.0, 5.0], [3.0, 10.0], [5.0, 20.0]]
    assert recording.unit_columns["electrodes"].tolist() == ["7, 8", "8", "9"]
    assert recording.unit_columns["electrode_location"].tolist() == ["CA1", "CA1", "CA3"]
    assert recording.unit_columns["electrode_group_name"].tolist() == ["s1", "s1", "s2"]
    assert "means of each unit's electrodes" in recording.layout


@pytest.mark.parametrize("x", [[np.nan, 1.0, 2.0]])
def test_unknown_positions_are_none(by_hand: Callable[..., Path], x: list[float]) -> None:
    path = by_hand(lambda file: add_electrodes(file, [0, 1, 2], [1, 2, 3], x))
    assert read(path).positions is None
    assert read(path).unit_columns["electrode"].tolist() == [7, 8, 9]


def test_electrodes_that_lead_nowhere_are_said(by_hand: Callable[..., Path]) -> None:
    path = by_hand(lambda file: add_electrodes(file, [0, 1, 99], [1, 2, 3], [1.0, 2.0, 3.0]))
    assert "lead nowhere" in read(path).layout


def add_observed(file: h5py.File, pairs: list[list[float]], index: list[int]) -> None:
    file["units/obs_intervals"], file["units/obs_intervals_index"] = pairs, index


def test_shared_observation_intervals_are_observed_time(by_hand: Callable[..., Path]) -> None:
    pairs = [[0.0, 1.2], [1.4, 4.0]]
    recording = read(by_hand(lambda file: add_observed(file, pairs * 3, [2, 4, 6])))
    assert recording.observed.tolist() == pairs
    assert (recording.t_start, recording.t_stop) == (0.0, 4.0)
    assert "outside" not in recording.layout


def test_spikes_outside_of_observed_time_are_said(by_hand: Callable[..., Path]) -> None:
    recording = read(by_hand(lambda file: add_observed(file, [[0.0, 1.2]] * 3, [1, 2, 3])))
    assert recording.n_spikes == 3
    assert recording.t_stop == 1.5
    assert "1 spikes outside of the observed time" in recording.layout


def test_observation_intervals_that_differ_are_said(by_hand: Callable[..., Path]) -> None:
    pairs = [[0.0, 2.0], [0.0, 2.0], [0.0, 1.0]]
    recording = read(by_hand(lambda file: add_observed(file, pairs, [1, 2, 3])))
    assert "which differ between units" in recording.layout
    assert [recording.observed_of(unit).tolist() for unit in range(3)] == [[pair] for pair in pairs]
    assert recording.units["observed_duration"].tolist() == [2.0, 2.0, 1.0]
    assert recording.observed.tolist() == [[0.0, 1.0]]


def test_observation_intervals_of_units_that_share_no_time(by_hand: Callable[..., Path]) -> None:
    pairs = [[0.0, 1.0], [1.0, 2.0], [0.0, 2.0]]
    recording = read(by_hand(lambda file: add_observed(file, pairs, [1, 2, 3])))
    assert len(recording.observed) == 0
    assert recording.select_units([10, 12]).observed.tolist() == [[0.0, 1.0]]


def test_a_unit_that_was_never_observed(by_hand: Callable[..., Path]) -> None:
    pairs = [[0.0, 1.0], [0.0, 2.0]]
    recording = read(by_hand(lambda file: add_observed(file, pairs, [1, 1, 2])))
    assert recording.observed_of(1).shape == (0, 2)
    assert np.isnan(recording.rates[1])


def test_trials_with_conditions_and_times_that_are_missing(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        trials = file.create_group("intervals/trials")
        trials["start_time"], trials["stop_time"] = [0.0, 1.0, 2.0], [0.5, np.nan, 2.5]
        trials["side"] = np.array(["left", "right", "left"], dtype=object)
        trials["start"] = [1, 2, 3]

    recording = read(by_hand(change))
    assert recording.intervals["trials"].tolist() == [[0.0, 0.5], [2.0, 2.5]]
    assert recording.interval_columns["trials"]["side"].tolist() == ["left", "left"]
    assert recording.interval_columns["trials"]["start_"].tolist() == [1, 3]
    assert "1 of 3 rows of 'trials' left out" in recording.layout


def test_events(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        notes = file.create_group("acquisition/notes")
        notes.attrs["neurodata_type"] = "AnnotationSeries"
        notes["timestamps"] = [0.5, 1.0, 2.0]
        notes["data"] = np.array(["on", "off", "on"], dtype=object)
        licks = file.create_group("processing/behavior/events/licks")
        file["processing/behavior/events"].attrs["neurodata_type"] = "BehavioralEvents"
        licks["timestamps"] = [0.1, 0.2]
        speed = file.create_group("acquisition/speed")
        speed.attrs["neurodata_type"] = "TimeSeries"
        speed["timestamps"], speed["data"] = [0.1, 0.2], [1.0, 2.0]

    events = read(by_hand(change)).events
    assert {name: moments.tolist() for name, moments in events.items()} == {
        "notes.off": [1.0],
        "notes.on": [0.5, 2.0],
        "licks": [0.1, 0.2],
    }


def test_subject_and_session(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        file["general/subject/species"], file["general/subject/age"] = "Mus musculus", "P10D"
        file["general/subject/description"] = "healthy"
        file["general/experimenter"] = np.array(["Ada", "Ben"], dtype=object)
        file["general/lab"] = ""

    metadata = read(by_hand(change)).metadata
    assert metadata["species"] == "Mus musculus"
    assert metadata["subject_description"] == "healthy"
    assert metadata["experimenter"] == "Ada, Ben"
    assert "lab" not in metadata


def test_several_tables_of_units_are_asked_for(by_hand: Callable[..., Path]) -> None:
    path = by_hand(lambda file: add_units(file, "processing/ecephys/other") and None)
    with pytest.raises(NeurohmError, match="spikes could be in 'processing"):
        read(path)
    assert read(path, dataset="units/spike_times").n_units == 3


def test_without_units_it_is_said(tmp_path: Path) -> None:
    with skeleton(tmp_path / "empty.nwb") as file:
        file["acquisition/lfp/data"] = np.zeros((100, 4))
    with pytest.raises(FileFormatError, match="an NWB file without spike times"):
        read(tmp_path / "empty.nwb")


def test_whole_numbers_in_double_precision_are_seconds(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        file["units/spike_times"][...] = [1.0, 3.0, 2.0]
        file["units"].attrs["sampling_rate"] = 30_000.0

    assert read(by_hand(change)).times(0).tolist() == [1.0, 3.0]


@pytest.mark.parametrize("index", [[2, 3, 4], [3, 2, 3], [2, 3, 2]])
def test_an_index_that_does_not_fit_is_refused(
    by_hand: Callable[..., Path], index: list[int]
) -> None:
    path = by_hand(lambda file: file["units/spike_times_index"].write_direct(np.array(index, "u1")))
    with pytest.raises(FileFormatError, match="spike_times_index"):
        read(path)


def test_attributes_and_types_without_a_value_are_passed_over(by_hand: Callable[..., Path]) -> None:
    def change(file: h5py.File) -> None:
        file["units"].attrs["colnames"] = h5py.Empty("f8")
        file["units/kind"] = np.dtype("f8")  # a type with a name, which holds nothing
        file["units/nothing"] = h5py.Empty("f8")
        file["units"].create_group("folder")

    assert read(by_hand(change)).n_spikes == 3


@pytest.fixture(scope="module")
def rich_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with all that is read, as bytes."""
    path = tmp_path_factory.mktemp("nwb") / "rich.nwb"
    with skeleton(path) as file:
        add_units(file)
        add_electrodes(file, [0, 1, 1, 2], [2, 3, 4], [1.0, 3.0, 5.0])
        add_observed(file, [[0.0, 4.0]] * 3, [1, 2, 3])
        trials = file.create_group("intervals/trials")
        trials["start_time"], trials["stop_time"] = [0.0, 1.0], [0.5, 1.5]
        trials["side"] = np.array(["left", "right"], dtype=object)
    return path.read_bytes()


@settings(max_examples=60)
@given(data=st.data())
def test_damaged_files_end_in_our_errors(
    rich_bytes: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    damaged = bytearray(rich_bytes)
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    end = data.draw(st.one_of(st.just(len(damaged)), st.integers(0, len(damaged))))
    path = tmp_path_factory.mktemp("damaged") / "damaged.nwb"
    path.write_bytes(bytes(damaged[:end]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)
        try:
            recording = nh.load_recording(path)
        except NeurohmError:
            return
    assert recording.n_spikes == recording.spike_times_index[-1]
