"""Texts and tables with a column, or a line, for each unit."""

import numpy as np
import pytest

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings import bin_spikes, load_recording

pytestmark = pytest.mark.filterwarnings("ignore:.*implausible:neurohm.exceptions.NeurohmWarning")

COUNTS = np.random.default_rng(0).integers(0, 2, (50, 6))


@pytest.fixture
def load(tmp_path):
    """Load a text as a file of no telling name."""

    def loader(text, **options):
        path = tmp_path / "file.dat"
        path.write_text(text)
        return load_recording(path, **options)

    return loader


def trains_of(recording):
    return [recording.times(place).tolist() for place in range(recording.n_units)]


def lines(rows, separator=","):
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


# ---- spike times


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_column_for_each_unit(load, separator):
    rows = [["ch_12a", "ch_9a", "ch_31b"], [0.5, 0.25, 1.5], [0.75, "", 2.5], [1.25, "", ""]]
    recording = load(lines(rows, separator))
    assert recording.unit_ids.tolist() == ["ch_12a", "ch_9a", "ch_31b"]
    assert trains_of(recording) == [[0.5, 0.75, 1.25], [0.25], [1.5, 2.5]]


def test_numbers_of_rows_are_no_unit(load):
    recording = load(",a,b\n0,0.5,0.25\n1,0.75,\n2,1.25,\n")
    assert recording.unit_ids.tolist() == ["a", "b"]


def test_columns_of_samples_need_a_rate(load):
    text = "u1,u2\n30,60\n90,\n150,\n"
    with pytest.raises(InputError, match="--sampling-rate"):
        load(text)
    assert trains_of(load(text, sampling_rate=30)) == [[1.0, 3.0, 5.0], [2.0]]


@pytest.mark.parametrize("separator", [" ", ",", "\t"])
def test_a_line_for_each_unit(load, separator):
    trains = [[0.5, 1.25, 2.0], [0.75], [0.1, 2.5]]
    recording = load("# spike trains\n\n" + lines(trains, separator))
    assert recording.unit_ids.tolist() == [0, 1, 2]
    assert trains_of(recording) == trains
    wide = np.sort(np.random.default_rng(0).random((3, 40)).round(4)).tolist()
    assert trains_of(load(lines(wide, separator))) == wide


def test_a_faulty_table_is_no_set_of_trains(load):
    rows = [[0.5, 1], [0.75, 2], [0.8, 1], [0.9, 3, 4]]
    with pytest.raises(FileFormatError, match="line 4 has 3 fields"):
        load(lines(rows))
    with pytest.raises(FileFormatError, match="a single one"):
        load("0.5\n0.75\n")


def test_lines_that_do_not_ascend_are_no_trains(load):
    with pytest.raises((FileFormatError, InputError)):
        load("0.5 1.25 0.75 3 4 5\n0.75 2\n0.1 0.2 0.3 0.4 0.5 0.6\n")


def test_whole_numbers_too_large_for_samples(load):
    large = "1.5 2 3 4 5 6\n1 2 3 4 99999999999999999999\n"
    assert trains_of(load(large))[1] == [1, 2, 3, 4, 1e20]


# ---- counts


@pytest.mark.parametrize("separator", [",", " ", "\t"])
def test_words_without_headings(load, separator):
    recording = load(lines(COUNTS, separator), bin_width=0.02)
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), COUNTS)
    assert load(lines(COUNTS.T, separator)).n_units == 6


def test_words_without_anything_between(load):
    recording = load(lines(COUNTS, ""), bin_width=0.02)
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), COUNTS)


def test_spins(load):
    recording = load(lines(2 * COUNTS - 1), bin_width=0.02)
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), COUNTS)


def test_counts_under_headings(load):
    names = [f"n{unit}" for unit in range(6)]
    rows = [["time_ms", *names], *([20 * place, *row] for place, row in enumerate(3 * COUNTS))]
    recording = load(lines(rows))
    assert recording.unit_ids.tolist() == names
    assert recording.bin_width == 0.02
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), 3 * COUNTS)
    few = load(lines([names, *COUNTS[:4].tolist()]))  # fewer bins than units: headings tell
    assert few.n_units == 6


@pytest.mark.parametrize(
    "rows",
    [
        [["time", "a", "b"], [0.0, 0, 1], [0.1, 1, 0], [0.5, 1, 1]],  # unevenly spaced
        [["x", "y"], [3, 4], [5, 6], [7, 2]],  # whole numbers of anything
        [["neuron_id", "depth"], [0, 100], [1, 200], [2, 350]],
    ],
)
def test_other_numbers_are_refused(load, rows):
    with pytest.raises(InputError, match="no column that is called like"):
        load(lines(rows))
