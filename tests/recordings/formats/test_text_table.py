"""Tables in text files: how they are written, and what is said of those that are not well."""

import gzip

import numpy as np
import pandas as pd
import pytest

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings import Recording, load_recording

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(implausible|only one unit):neurohm.exceptions.NeurohmWarning"
)

TIMES = [0.5, 0.75, 0.8, 1.25]
UNITS = ["b", "a", "b", "a"]


@pytest.fixture
def load(tmp_path):
    """Load a text, or bytes, as a file of no telling name."""

    def loader(content, **options):
        path = tmp_path / "file.dat"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_recording(path, **options)

    return loader


def rows(separator=",", *, heading="time,unit", end="\n", decimal="."):
    lines = [heading.replace(",", separator)] if heading else []
    for time, unit in zip(TIMES, UNITS, strict=True):
        lines.append(f"{time}".replace(".", decimal) + separator + unit)
    return end.join([*lines, ""])


def assert_read(recording):
    assert recording.unit_ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(recording.times(0), [0.75, 1.25])
    np.testing.assert_array_equal(recording.times(1), [0.5, 0.8])


# ---- how it is written


@pytest.mark.parametrize(
    "content",
    [
        rows(),
        rows("\t"),
        rows(";"),
        rows("|"),
        rows(" "),
        rows("   "),
        rows(", "),
        rows(";", decimal=","),
        rows("\t", decimal=","),
        rows(end="\r\n"),
        rows(end="\r"),
        rows().rstrip("\n"),
        rows().replace("\n", "\n\n"),
        "# written by hand\n\n" + rows(),
        "# time unit\n" + rows(" ", heading=""),
        rows(heading=""),
        "\ufeff" + rows(),
        rows().encode("utf-16"),
        rows(heading="Spike Time (s),Neuron ID"),
        rows(heading='"time","unit"'),
        gzip.compress(rows().encode(), mtime=0),
        gzip.compress(rows()[:20].encode(), mtime=0) + gzip.compress(rows()[20:].encode(), mtime=0),
    ],
    ids=lambda content: repr(content)[:30],
)
def test_ways_to_write_a_table(load, content):
    assert_read(load(content))


def test_latin_1(load):
    content = rows().replace("a\n", "µ\n").encode("latin-1")
    recording = load(content)
    assert recording.unit_ids.tolist() == ["b", "µ"]
    assert "Latin-1" in recording.layout


def test_quoted_units_with_separators_in_them(load):
    recording = load('time,unit\n0.5,"a, left"\n0.75,"b ""x"""\n')
    assert recording.unit_ids.tolist() == ["a, left", 'b "x"']


def test_what_is_missing_is_text_too(load):
    assert load("time,unit\n0.5,NA\n0.75,None\n").unit_ids.tolist() == ["NA", "None"]


def test_what_pandas_writes_reads_back_to_the_bit(tmp_path):
    rng = np.random.default_rng(0)
    times = np.sort(10.0 ** rng.uniform(-4, 4, 5000))
    units = rng.integers(0, 20, 5000)
    frame = pd.DataFrame({"time": times, "unit": units})
    frame.to_csv(tmp_path / "a.csv")  # with the index as a column without a heading
    recording = load_recording(tmp_path / "a.csv")
    for place, unit in enumerate(recording.unit_ids):
        np.testing.assert_array_equal(recording.times(place), times[units == unit])


# ---- time


@pytest.mark.parametrize(
    ("heading", "rate"),
    [("time_ms", 1e3), ("Time [ms]", 1e3), ("timeUs", 1e6), ("spike_times_s", 1), ("t", 1)],
)
def test_unit_of_time_in_the_heading(load, heading, rate):
    recording = load(f"{heading},unit\n100.0,1\n200.0,2\n")
    assert (recording.t_start, recording.t_stop) == (100 / rate, 200 / rate)


def test_samples(load):
    content = "sample_index,unit\n15000,1\n30000,2\n"
    with pytest.raises(InputError, match="whole numbers .*--sampling-rate"):
        load(content)
    assert load(content, sampling_rate=30_000).t_stop == 1.0
    assert load("time,unit,fs\n15000,1,30000\n30000,2,30000\n").t_stop == 1.0
    with pytest.raises(InputError, match=r"no numbers of samples: 0\.5"):
        load(rows(), sampling_rate=30_000)


def test_times_can_be_scaled(load):
    assert load("time,unit\n100,1\n200,2\n", time_scale=0.001).t_stop == 0.2


# ---- columns


def test_named_columns(load):
    content = "when,who\n0.5,b\n0.75,a\n0.8,b\n1.25,a\n"
    with pytest.raises(InputError, match=r"spike times among 'when', 'who'; .*--time-column"):
        load(content)
    with pytest.raises(InputError, match=r"--unit-column"):
        load(content, time_column="when")
    assert_read(load(content, time_column="when", unit_column="Who"))
    with pytest.raises(InputError, match=r"no column 'x' \(time_column=\)"):
        load(content, time_column="x")


def test_columns_without_headings_are_numbered(load):
    recording = load("1,10\n2,20\n", time_column="2", unit_column="1", time_scale=1)
    assert recording.unit_ids.tolist() == [1, 2]
    assert recording.t_stop == 20.0


def test_units_of_several_columns(load):
    content = "channel,sort,time,region\n10,1,0.5,CA1\n2,1,0.7,CA3\n10,2,0.8,CA1\n10,1,0.9,CA1\n"
    recording = load(content)
    assert recording.unit_ids.tolist() == ["2-1", "10-1", "10-2"]
    assert recording.unit_columns["channel"].tolist() == [2, 10, 10]
    assert recording.unit_columns["region"].tolist() == ["CA3", "CA1", "CA1"]
    assert load(content, unit_column="sort").unit_ids.tolist() == [1, 2]
    assert load(content, unit_column="channel,sort").unit_ids.tolist() == ["2-1", "10-1", "10-2"]


def test_numbers_of_units_that_are_nowhere_the_same_need_no_channel(load):
    recording = load("channel,unit,time\n5,1,0.5\n5,2,0.7\n6,3,0.9\n")
    assert recording.unit_ids.tolist() == [1, 2, 3]
    assert recording.unit_columns["channel"].tolist() == [5, 5, 6]


def test_columns_that_are_of_no_unit_are_named(load):
    recording = load("time,unit,amplitude,depth\n0.5,1,20,300\n0.7,1,21,300\n0.9,2,22,400\n")
    assert recording.unit_columns["depth"].tolist() == [300, 400]
    assert recording.layout.endswith("; not used: 'amplitude'")


# ---- order


def test_few_rows_out_of_order_are_sorted_and_told(load):
    times = np.arange(1000) / 100 + 0.005
    times[[500, 501]] = times[[501, 500]]
    recording = load("time,unit\n" + "".join(f"{time},1\n" for time in times))
    np.testing.assert_array_equal(recording.times(0), np.sort(times))
    assert "1 row out of the order of time, sorted" in recording.layout


def test_rows_in_no_order_are_refused(load):
    content = "time,unit\n3.5,1\n0.5,1\n2.5,1\n"
    with pytest.raises(InputError, match=r"unit 1: a spike at 0.5 after one at 3.5; .*--sort"):
        load(content)
    assert load(content, sort=True).times(0).tolist() == [0.5, 2.5, 3.5]


# ---- faults


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("time,unit\n0.5,1\nnan,2\n", "line 3: 'nan' in the column of times"),
        ("time,unit\n0.5,1\n\n,2\n", "line 4: no time"),
        ("time,unit\n0.5,1\ninf,2\n", "line 3: .*inf"),
        ("time,unit\n0.5,1\n0.7\n", "line 3: nothing in column 'unit'"),
        ("time,unit\n0.5,1.5\n0.7,2\n", "line 2: 1.5 in column 'unit'; .*whole numbers"),
        ("time,unit\n0.5,1\n0.7,2,3\n", "line 3 has 3 fields"),
        ("time,unit\n0.5,1,3\n0.7,2,3\n", "line 2 has 3 fields"),
        ("# a\n\ntime,unit\n0.5,1\nx,2\n", "line 5: 'x'"),
        ('time,unit\n0.5,"a\n0.7,b\n', "quotation mark in line 2 is never closed"),
        ("time,unit\n0.5,1\n" + "0.6,2\n" * 2000 + "0.7,\x00\n", "line 2003: a zero byte"),
        ('time,unit\n0.5,a\n0.6,"a\n0.7,b\n0.8,b"\n0.9,a\n', "line 3 is closed in another line"),
        ("time,unit\n", "without rows"),
        ("hello\nworld\n", "a text without columns"),
        ("just words in a file\n", "no column|without"),
        (gzip.compress(rows().encode() * 2000, mtime=0)[:-60], "damaged or cut off"),
        (b"\xff\xfet\x00i", "cut off|without columns"),
        ("time,unit\n-0.5,1\n0.5,1\n", "negative spike time, -0.5"),
    ],
)
def test_faults_name_the_line(load, content, said):
    with pytest.raises(InputError, match=said):
        load(content)


def test_what_grows_without_end_is_refused(load, monkeypatch):
    monkeypatch.setattr("neurohm.recordings.formats.text_table._UNSUSPICIOUS", 1000)
    monkeypatch.setattr("neurohm.recordings.formats.text_table._MOST_GROWTH", 3)
    with pytest.raises(FileFormatError, match="grows to more than"):
        load(gzip.compress(rows().encode() * 1000))


def test_options_of_other_formats_are_refused(load):
    with pytest.raises(InputError, match="bin_width= given for a table"):
        load(rows(), bin_width=0.1)


# ---- the spike list of Axion's instruments

AXION = """Investigator,,Time (s),Electrode,Amplitude(mV)\r
Experiment ID,,0.01,D3_31,0.09\r
Maestro Settings,,0.02,B6_22,0.05\r
   Sampling Frequency,12500 Hz,0.03,D3_31,0.04\r
   Voltage Scale,6.5E-08 V/sample,0.04,D3_12,0.04\r
Digital Filter Settings,,,,\r
   Voltage Scale,1,,,\r
"""
WELLS = "Well Information\r\nWell,D3,B6,A1\r\nTreatment,drug,,none\r\nActive,,,\r\n"


@pytest.mark.parametrize("wells", ["", WELLS, "\r\n" + WELLS])
def test_axion(load, wells):
    recording = load(AXION + wells)
    assert recording.unit_ids.tolist() == ["B6_22", "D3_12", "D3_31"]
    assert recording.spike_counts.tolist() == [1, 1, 2]
    assert recording.unit_columns["well"].tolist() == ["B6", "D3", "D3"]
    assert recording.metadata == {
        "Sampling Frequency": "12500 Hz",
        "Voltage Scale": "6.5E-08 V/sample",
        "Digital Filter Settings Voltage Scale": "1",
    }
    if wells:
        assert recording.unit_columns["Treatment"].tolist() == ["", "drug", "drug"]


def test_axion_keeps_to_the_lines_of_the_file(load):
    with pytest.raises(FileFormatError, match="line 4: no time"):
        load(AXION.replace("0.03", ""))


def test_a_converted_table_holds_the_same(load, tmp_path):
    recording = load(AXION + WELLS)
    recording.save(tmp_path / "a.h5")
    again = load_recording(tmp_path / "a.h5")
    assert isinstance(again, Recording)
    assert again.fingerprint() == recording.fingerprint()
    assert again.metadata == recording.metadata
