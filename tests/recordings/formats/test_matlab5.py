"""MATLAB 5 files: real, by SciPy, and damaged; and the same nests in MATLAB 7.3."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.io import savemat
from scipy.sparse import csc_array

import neurohm as nh
from neurohm.exceptions import FileFormatError, InputError, NeurohmError, NeurohmWarning

Write = Callable[..., Path]


def cell(*items: Any) -> np.ndarray:
    """A row of cells."""
    row = np.empty((1, len(items)), dtype=object)
    for place, item in enumerate(items):
        row[0, place] = item
    return row


NOTHING = np.zeros((1, 0))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write variables to a MATLAB 5 file."""

    def save(**variables: Any) -> Path:
        savemat(tmp_path / "file.mat", variables)
        return tmp_path / "file.mat"

    return save


def read(path: Path, **options: Any) -> nh.Recording:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)
        return nh.load_recording(path, **options)


def test_real_nest(shared_data: Path) -> None:
    recording = read(shared_data / "hippocampus-linear-track/spikes.mat")
    assert recording.n_spikes == 28_829
    assert int((recording.spike_counts > 0).sum()) == 31
    assert recording.unit_ids[:3].tolist() == ["1.1", "1.2", "1.4"]
    full = recording.spike_counts > 0
    rates, stated = recording.rates[full], recording.unit_columns["meanrate"][full]
    assert np.abs(rates / stated - 1).max() < 0.01
    assert "'spikes{1}{1}{1}{1}.time'" in recording.layout
    assert "timerange" in recording.layout  # what is not used is said


@pytest.mark.parametrize(
    ("name", "shape", "spikes"),
    [("example15_spatiotemporal", (15, 40_000), 76_432), ("example50", (50, 40_000), None)],
)
def test_real_words(
    shared_data: Path, name: str, shape: tuple[int, int], spikes: int | None
) -> None:
    recording = read(shared_data / f"maxent-words/{name}.mat", bin_width=0.02)
    assert (recording.n_units, round(recording.duration / 0.02)) == shape
    assert spikes is None or recording.n_spikes == spikes


def test_structs_in_cells_in_cells(write: Write) -> None:
    first = {"time": np.array([0.5, 1.5]), "depth": 3.0, "area": "CA1", "span": [0.0, 9.0]}
    second = {"time": np.array([]), "depth": 4.0, "area": "CA3", "span": [0.0, 9.0]}
    third = {"time": np.array([2.25]), "depth": 5.0, "area": "CA1", "span": [0.0, 9.0]}
    recording = read(write(spikes=cell(cell(first, second), NOTHING, cell(NOTHING, third))))
    assert recording.unit_ids.tolist() == ["1.1", "1.2", "3.2"]
    assert [recording.times(unit).tolist() for unit in range(3)] == [[0.5, 1.5], [], [2.25]]
    assert recording.unit_columns["depth"].tolist() == [3.0, 4.0, 5.0]
    assert recording.unit_columns["area"].tolist() == ["CA1", "CA3", "CA1"]
    assert "of each unit 'span'" in recording.layout


def test_lists_in_cells_in_cells(write: Write) -> None:
    nest = cell(cell([0.5, 1.5], NOTHING, [0.25]), NOTHING, cell([3.5, 4.0]))
    recording = read(write(spikes=nest))
    assert recording.unit_ids.tolist() == ["1.1", "1.2", "1.3", "3.1"]
    assert recording.spike_counts.tolist() == [2, 0, 1, 2]


def test_fields_with_names_are_part_of_the_way(write: Write) -> None:
    units = {"ctx": cell({"ts": [0.5, 1.5]}), "hpc": cell({"ts": [0.25, 1.0]}, {"ts": [2.5, 4.5]})}
    recording = read(write(data={"rat": {"units": units}}))
    assert recording.unit_ids.tolist() == ["ctx.1", "hpc.1", "hpc.2"]


def test_a_matrix_whose_first_column_is_time(write: Write) -> None:
    one = {"data": np.array([[0.5, 9.0], [1.5, 8.0]]), "fields": "time x"}
    two = {"data": np.zeros((0, 0)), "fields": "time x"}
    recording = read(write(spikes=cell(cell(one, two))))
    assert [recording.times(unit).tolist() for unit in range(2)] == [[0.5, 1.5], []]


def test_a_unit_of_time_that_is_stated(write: Write) -> None:
    one = {"times": [500.0, 1500.0], "times_units": "ms"}
    two = {"times": [0.25, 2.5], "times_units": "s"}
    recording = read(write(units=cell(cell(one, two))))
    assert [recording.times(unit).tolist() for unit in range(2)] == [[0.5, 1.5], [0.25, 2.5]]
    assert "stated to be in ms and s" in recording.layout


def test_times_of_other_things_are_no_units(write: Write) -> None:
    spikes = cell(cell({"time": [0.5, 1.5]}))
    position = cell(cell({"time": np.arange(0.0, 9.0, 0.25), "x": np.arange(36.0)}))
    assert read(write(spikes=spikes, pos=position)).n_spikes == 2
    with pytest.raises(FileFormatError, match="no layout of spikes"):
        read(write(pos=position))


def test_trials_are_not_taken_for_units(write: Write) -> None:
    rectangle = cell(cell([0.1, 0.2], [0.3]), cell([0.15], [0.25, 0.35]))
    with pytest.raises(InputError, match="a rectangle of 4 lists: trials of units"):
        read(write(spikes=rectangle))
    assert read(write(spikes=rectangle), layout="nest").n_units == 4
    unit = {"times": [0.1, 0.2]}
    named = {"segments": cell({"spiketrains": cell(unit, unit)}, {"spiketrains": cell(unit, unit)})}
    with pytest.raises(InputError, match="holds 2 trials of its units"):
        read(write(block=named))


def test_plain_cells_are_read_as_in_version_7_3(write: Write) -> None:
    recording = read(write(spikes=cell([0.5, 1.5], NOTHING, [0.75])))
    assert recording.spike_counts.tolist() == [2, 0, 1]
    assert "the cells of 'spikes'" in recording.layout


def test_a_struct_array_with_columns(write: Write) -> None:
    units = np.zeros((1, 2), dtype=[("spikes", object), ("area", object), ("snr", object)])
    for place, (times, area, snr) in enumerate([([0.5, 1.5], "V1", 2.5), ([0.75, 3.0], "V4", 4.0)]):
        units[0, place] = (np.array(times), area, snr)
    recording = read(write(units=units))
    assert recording.spike_counts.tolist() == [2, 2]
    assert recording.unit_columns["area"].tolist() == ["V1", "V4"]
    assert recording.unit_columns["snr"].tolist() == [2.5, 4.0]


def test_lists_with_the_unit_of_each_spike(write: Write) -> None:
    path = write(spike_times=[0.5, 1.0, 1.5], clusters=np.array([3, 8, 3]))
    recording = read(path)
    assert recording.unit_ids.tolist() == [3, 8]
    assert recording.times(0).tolist() == [0.5, 1.5]


def test_variables_named_after_units(write: Write) -> None:
    recording = read(write(unit_1=[0.5, 1.5], unit_2=[0.25, 0.75], unit_10=[0.1, 0.3]))
    assert recording.unit_ids.tolist() == ["unit_1", "unit_2", "unit_10"]


@pytest.mark.parametrize("form", [np.asarray, csc_array])
def test_count_matrices(write: Write, form: Callable[..., Any]) -> None:
    counts = np.random.default_rng(1).poisson(0.3, (5, 100)).astype(np.float64)
    recording = read(write(counts=form(counts), binsize=0.01))
    assert recording.bin_width == 0.01
    assert recording.spike_counts.tolist() == counts.sum(axis=1).tolist()


def test_big_endian_headers_and_others_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.mat").write_bytes(
        b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"\x0e" * 9
    )
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        read(tmp_path / "a.mat")


def test_what_holds_no_numbers_is_no_recording(write: Write) -> None:
    with pytest.raises(FileFormatError, match="no layout of spikes"):
        read(write(note="text", nothing=np.zeros((0, 0)), c=np.array([1 + 2j])))


def test_a_nest_that_is_too_deep(write: Write) -> None:
    nest: Any = [0.5, 1.5]
    for _ in range(80):
        nest = cell(nest)
    with pytest.raises(FileFormatError, match="more than 64 deep"):
        read(write(spikes=nest))


@pytest.fixture(scope="module")
def nest_bytes() -> list[bytes]:
    """Files with a nest, plain and compressed."""
    unit = {"time": np.array([0.5, 1.5]), "depth": 3.0, "area": "CA1"}
    files = []
    for compressed in (False, True):
        file = io.BytesIO()
        nest = cell(cell(unit, unit), NOTHING, cell(unit))
        savemat(file, {"spikes": nest, "fs": 30_000.0}, do_compression=compressed)
        files.append(file.getvalue())
    return files


@settings(max_examples=80)
@given(data=st.data())
def test_damaged_files_end_in_our_errors(
    nest_bytes: list[bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    damaged = bytearray(data.draw(st.sampled_from(nest_bytes)))
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    end = data.draw(st.one_of(st.just(len(damaged)), st.integers(0, len(damaged))))
    path = tmp_path_factory.mktemp("damaged") / "damaged.mat"
    path.write_bytes(bytes(damaged[:end]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy has warnings of its own for odd files
        try:
            recording = nh.load_recording(path)
        except NeurohmError:
            return
    assert recording.n_spikes == recording.spike_times_index[-1]
