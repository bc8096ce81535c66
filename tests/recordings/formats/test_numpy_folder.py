"""Folders of arrays, as Kilosort, phy and ALF leave them."""

import numpy as np
import pytest

from neurohm.exceptions import FileFormatError, InputError, MissingFileError
from neurohm.recordings import load_recording

SAMPLES = np.array([300, 600, 900, 1500], np.uint64)
CLUSTERS = np.array([7, 3, 7, 3], np.uint32)


@pytest.fixture
def folder(tmp_path):
    """A folder of arrays by their names, columns of one as MATLAB's programs write them."""

    def filled(**arrays):
        for name, array in arrays.items():
            np.save(tmp_path / f"{name.replace('__', '.')}.npy", array)
        return tmp_path

    return filled


def trains_of(recording):
    return [recording.times(place).tolist() for place in range(recording.n_units)]


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_kilosort_and_phy(folder, shape):
    path = folder(
        spike_times=SAMPLES.reshape(shape),
        spike_clusters=CLUSTERS.reshape(shape),
        spike_templates=CLUSTERS,
        templates=np.zeros((2, 3, 4)),
    )
    with pytest.raises(InputError, match="--sampling-rate"):
        load_recording(path)
    program = "dat_path = 'a.dat'\nn_channels_dat = 72\nsample_rate = 30000.\nraise SystemExit\n"
    (path / "params.py").write_text(program)
    recording = load_recording(path)
    assert recording.unit_ids.tolist() == [3, 7]
    assert trains_of(recording) == [[0.02, 0.05], [0.01, 0.03]]
    assert "sample_rate of the file" in recording.layout
    assert "not opened: 'templates.npy'" in recording.layout


def test_tables_of_units(folder):
    path = folder(spike_times=SAMPLES / 30000, spike_clusters=CLUSTERS)
    (path / "cluster_group.tsv").write_text("cluster_id\tgroup\n7\tgood\n3\tnoise\n5\tmua\n")
    (path / "cluster_Amplitude.tsv").write_text("cluster_id\tAmplitude\n7\t12.5\n")
    (path / "cluster_notes.csv").write_text("a,b\n1,2\n")
    recording = load_recording(path)
    assert recording.unit_columns["group"].tolist() == ["noise", "good"]
    np.testing.assert_array_equal(recording.unit_columns["Amplitude"], [np.nan, 12.5])
    assert recording.select(where="group == 'good'").unit_ids.tolist() == [7]
    (path / "cluster_group.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileFormatError, match=r"cluster_group.tsv' is no table"):
        load_recording(path)


def test_alf(folder):
    path = folder(
        spikes__times=SAMPLES / 30000,
        spikes__clusters=CLUSTERS,
        spikes__amps=np.ones(4),
        _ibl_trials__intervals=np.zeros((3, 2)),
        clusters__channels=np.arange(9),
    )
    assert trains_of(load_recording(path)) == [[0.02, 0.05], [0.01, 0.03]]
    version = "spikes.times.0123abcd-0123-4567-89ab-0123456789ab.npy"
    (path / "spikes.times.npy").rename(path / version)
    assert load_recording(path).n_spikes == 4


def test_arrays_named_by_the_user(folder):
    path = folder(when=[0.5, 0.75], who=[2, 1], other=np.arange(3))
    with pytest.raises(MissingFileError, match="is a folder, without spike times.*--time-column"):
        load_recording(path)
    assert load_recording(path, time_column="when", unit_column="who").unit_ids.tolist() == [1, 2]
    folder(events__when=[0.5, 0.75, 1.0], events__who=[3, 1, 3])
    named = {"time_column": "events.when.npy", "unit_column": "events.who"}
    assert load_recording(path, **named).unit_ids.tolist() == [1, 3]


def test_one_array_of_a_folder(folder):
    path = folder(spike_times=SAMPLES[:, None], spike_clusters=CLUSTERS)
    with pytest.raises(FileFormatError, match="one list of 4 numbers.*give the folder"):
        load_recording(path / "spike_times.npy")


def test_unequal_arrays_are_no_table(folder):
    with pytest.raises(FileFormatError, match="no layout of spikes"):
        load_recording(folder(spike_times=SAMPLES / 3, spike_clusters=CLUSTERS[:3]))


def test_objects_are_not_unpickled(folder):
    path = folder(spike_times=np.array([1, "a"], dtype=object), spike_clusters=CLUSTERS)
    with pytest.raises(FileFormatError, match="Python objects"):
        load_recording(path)
