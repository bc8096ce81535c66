"""In what unit the times of a file are: found where it is stated, asked for where it is not."""

import h5py
import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError
from neurohm.recordings import load_recording

SAMPLES = {"units/1": [15_000, 45_000], "units/2": [30_000, 60_000]}
SECONDS = [0.5, 1.0, 1.5, 2.0]


@pytest.fixture
def write(tmp_path):
    """Write datasets to an HDF5 file; a name with an @ is an attribute of what comes before it."""

    def writer(contents):
        path = tmp_path / "file.h5"
        with h5py.File(path, "w") as file:
            for name, value in contents.items():
                place, _, attribute = name.partition("@")
                if attribute:
                    file.require_group(place or "/") if place not in file else None
                    file[place or "/"].attrs[attribute] = value
                else:
                    file[place] = value
        return path

    return writer


def seconds(recording):
    return sorted(recording.spike_times.tolist())


@pytest.mark.parametrize(
    "stated",
    [
        {"@sampling_rate": 30_000},
        {"@Fs": 30_000.0},
        {"@samplerate": [[30_000.0]]},
        {"fs": 30_000},
        {"units@sampling_frequency": 30_000},
        {"units/1@fs": 30_000, "units/2@fs": 30_000},
        {"recording/sample_rate": 30_000},
        {"meta@sampleRate": 30_000},
        {"@rate": 30_000},
        {"units/1@units": "samples", "units/2@units": "samples", "@frequency": 30_000},
    ],
)
def test_rates_are_found(write, stated):
    loaded = load_recording(write(SAMPLES | stated))
    assert seconds(loaded) == SECONDS
    assert "in samples of 30000 Hz" in loaded.layout


def test_a_rate_that_is_given_goes_first(write):
    loaded = load_recording(write(SAMPLES | {"@fs": 10_000}), sampling_rate=30_000)
    assert seconds(loaded) == SECONDS
    assert loaded.unit_columns == {}


def test_whole_numbers_without_a_rate_are_refused(write):
    with pytest.raises(
        InputError, match=r"'units/1' are whole numbers \(int64\).*sampling_rate= / --sampling-rate"
    ):
        load_recording(write(SAMPLES))
    assert seconds(load_recording(write(SAMPLES), sampling_rate=30_000)) == SECONDS
    in_ms = {name: [sample / 30 for sample in train] for name, train in SAMPLES.items()}
    in_ms = {name: np.array(train, dtype=np.int32) for name, train in in_ms.items()}
    assert seconds(load_recording(write(in_ms), time_scale=0.001)) == SECONDS
    assert seconds(load_recording(write({"units/1": [1, 2], "units/2": [3]}), time_scale=1)) == [
        1.0,
        2.0,
        3.0,
    ]


def test_a_firing_rate_is_no_sampling_rate(write):
    stated = {"unit_1/rate": 5.0, "unit_2/rate": 6.0, "@rate": 5.5}
    nested = {"unit_1/times": [1, 2], "unit_2/times": [3]}
    with pytest.raises(InputError, match="--sampling-rate"):
        load_recording(write(nested | stated))


def test_rates_that_differ(write):
    with pytest.raises(FileFormatError, match="fs of 'units/1' is 1000 but fs of 'units/2' is 500"):
        load_recording(write(SAMPLES | {"units/1@fs": 1000, "units/2@fs": 500}))


@pytest.mark.parametrize("value", [0, -1.0, np.nan, np.inf, "30 kHz", [1, 2]])
def test_a_rate_that_is_none(write, value):
    with pytest.raises(FileFormatError, match=r"fs = .*expected a positive number of Hz; .*--samp"):
        load_recording(write(SAMPLES | {"@fs": value}))


@pytest.mark.parametrize(
    ("unit", "factor"), [("s", 1), ("Seconds", 1), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9)]
)
@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_units_of_time(write, unit, factor, dtype):
    times = {"a": np.array([1, 3]) * factor, "b": np.array([2]) * factor}
    contents = {f"units/unit_{name}1": array.astype(dtype) for name, array in times.items()}
    loaded = load_recording(write(contents | {"@time_unit": unit, "@fs": 30_000}), dataset="units")
    assert seconds(loaded) == [1.0, 2.0, 3.0]


def test_a_unit_that_is_unknown(write):
    path = write({"units/1": [0.5, 1.0], "units/2": [1.5], "units/1@units": "fortnights"})
    with pytest.raises(FileFormatError, match="units of 'units/1' is 'fortnights'; .*--time-scale"):
        load_recording(path)
    assert seconds(load_recording(path, time_scale=1.0)) == [0.5, 1.0, 1.5]


def test_a_rate_beside_seconds_does_not_change_them(write):
    path = write({"units/1": [0.5, 1.0], "units/2": [1.5], "@sampling_rate": 30_000})
    assert seconds(load_recording(path)) == [0.5, 1.0, 1.5]
    with pytest.raises(InputError, match=r"'units/1' are no numbers of samples: 0\.5"):
        load_recording(path, sampling_rate=30_000)


def test_samples_that_matlab_stored_as_doubles(write):
    doubles = {name: np.array(train, dtype=float) for name, train in SAMPLES.items()}
    assert seconds(load_recording(write(doubles | {"Fs": [[30_000.0]]}))) == SECONDS


def test_samples_are_divided_once_in_double_precision(write):
    samples = np.array([1, 7, 2**53 - 1], dtype=np.uint64)
    with pytest.warns(UserWarning, match="implausible"):
        loaded = load_recording(write({"units/1": samples, "units/2": samples, "@fs": 24_414.0625}))
    np.testing.assert_array_equal(loaded.times(0), samples.astype(float) / 24_414.0625)


def test_negative_numbers_that_were_stored_as_unsigned(write):
    wrapped = np.array([5, 2**64 - 3], dtype=np.uint64)
    with pytest.raises(InputError, match=r"go up to 18446744073709551613; .*below 2\^53"):
        load_recording(write({"units/1": wrapped, "units/2": np.empty(0), "@fs": 1000}))


def test_negative_samples(write):
    with pytest.raises(InputError, match=r"unit 1: a negative spike time, -0\.5"):
        load_recording(write({"units/1": [-15_000, 5], "units/2": [5], "@fs": 30_000}))


def test_options_that_contradict(write):
    with pytest.raises(InputError, match="both sampling_rate= and time_scale="):
        load_recording(write(SAMPLES), sampling_rate=1.0, time_scale=1.0)
    with pytest.raises(InputError, match="sampling_rate= given for a 2-D dataset"):
        load_recording(write({"x": np.eye(9, 3, dtype=int)}), sampling_rate=1.0)
    for value in (0, -1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="sampling_rate .* give it in Hz"):
            load_recording(write(SAMPLES), sampling_rate=value)
    with pytest.raises(ArgumentTypeError, match="sampling_rate '30 kHz'; expected a number"):
        load_recording(write(SAMPLES), sampling_rate="30 kHz")
