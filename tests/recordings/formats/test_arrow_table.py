"""Feather and Parquet files, written by pyarrow."""

import sys

import numpy as np
import pandas as pd
import pytest

from neurohm.exceptions import FileFormatError, InputError, MissingExtraError, NeurohmWarning
from neurohm.recordings import load_recording

RNG = np.random.default_rng(0)
TIMES = np.sort(RNG.uniform(0, 100, 500))
UNITS = RNG.integers(0, 5, 500)


@pytest.fixture(params=["feather", "feather-uncompressed", "parquet"])
def write(request, tmp_path):
    pytest.importorskip("pyarrow")
    import pyarrow
    from pyarrow import feather, parquet

    def writer(columns, metadata=None):
        path = tmp_path / "table"
        table = pyarrow.table(columns)
        table = table.replace_schema_metadata(metadata)
        if request.param == "parquet":
            parquet.write_table(table, path)
        else:
            compression = "lz4" if request.param == "feather" else "uncompressed"
            feather.write_feather(table, str(path), compression=compression)
        return path

    return writer


def test_tables_read_back_to_the_bit(write):
    recording = load_recording(write({"time": TIMES, "unit": UNITS}))
    for place, unit in enumerate(recording.unit_ids):
        np.testing.assert_array_equal(recording.times(place), TIMES[unit == UNITS])


def test_text_and_columns(write):
    names = np.array(["b", "a", "a10", "a2", "c"])[UNITS]
    path = write({"t": TIMES, "neuron": names, "depth": UNITS * 100.0, "x": TIMES})
    recording = load_recording(path)
    assert recording.unit_ids.tolist() == ["a", "a2", "a10", "b", "c"]
    assert recording.unit_columns["depth"].tolist() == [100, 300, 200, 0, 400]
    assert recording.layout.endswith("not used: 'x'")


def test_metadata_and_samples(write):
    samples = np.cumsum(RNG.integers(1, 200, 300))
    columns = {"sample": samples, "unit": samples % 3}
    recording = load_recording(write(columns, {"sampling_rate": "10000", "species": "mouse"}))
    assert recording.t_stop == samples[-1] / 10_000
    assert recording.metadata == {"sampling_rate": "10000", "species": "mouse"}


def test_data_frames_of_pandas(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"time": TIMES, "unit": pd.Categorical(UNITS.astype(str))})
    frame.index = pd.Index(np.arange(500), name="spike")
    frame.to_parquet(tmp_path / "a")
    recording = load_recording(tmp_path / "a")
    assert recording.unit_ids.tolist() == ["0", "1", "2", "3", "4"]
    assert recording.n_spikes == 500


def test_missing_values_name_the_row(write):
    with pytest.raises(FileFormatError, match="row 2: no time"):
        load_recording(write({"time": [0.5, None, 0.7], "unit": [1, 2, 3]}))
    with pytest.raises(FileFormatError, match="row 3: nothing in column 'unit'"):
        load_recording(write({"time": [0.5, 0.6, 0.7], "unit": ["a", "b", None]}))
    with pytest.raises(InputError, match="no column that is called like the spike times"):
        load_recording(write({"a": [0.5, 0.6, 0.7], "unit": ["a", "b", "c"]}))


def test_damage(write):
    whole = write({"time": TIMES, "unit": UNITS}).read_bytes()
    path = write({"time": TIMES, "unit": UNITS})
    for share in (0.1, 0.5, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(FileFormatError, match="damaged or cut off"):
            load_recording(path)


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"PAR1 and more")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"neurohm\[parquet\]"):
        load_recording(tmp_path / "a")


def test_a_row_for_each_unit_with_a_list_of_its_times(write):
    columns = {"unit": ["a", "b", "c"], "spike_times": [[0.5, 1.0], [], [1.5]], "depth": [1, 2, 3]}
    with pytest.warns(NeurohmWarning, match="without a spike: 'b'"):
        recording = load_recording(write(columns))
    assert recording.unit_ids.tolist() == ["a", "b", "c"]
    assert [recording.times(unit).tolist() for unit in range(3)] == [[0.5, 1.0], [], [1.5]]
    assert recording.unit_columns["depth"].tolist() == [1, 2, 3]
    assert "table with a list for each unit" in recording.layout


def test_lists_of_samples_with_their_rate(write):
    columns = {"cluster_id": [3, 7], "sample_index": [[300, 600], [900]]}
    recording = load_recording(write(columns, {"sampling_rate": "300"}))
    assert recording.unit_ids.tolist() == [3, 7]
    assert recording.times(0).tolist() == [1.0, 2.0]
