"""``neurohm inspect`` as a new user meets it: how a file was understood, and a picture of it."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.cli.rate_picture import (
    ASCII,
    BLOCKS,
    bars,
    picture_lines,
    rate_course,
    rate_histogram,
)

SAMPLES = {"units/2": [30_000, 60_000], "units/10": [15_000, 45_000], "units/7": np.empty(0)}


def two_stretches():
    return nh.Recording.from_trains(
        {"a": [0.5, 1.5, 8.5], "b": [0.2]},
        t_stop=10.0,
        intervals={"observed": [[0.0, 2.0], [8.0, 10.0]]},
    )


# ---- what is said


def test_how_a_file_was_understood(call, write):
    path = write(SAMPLES | {"sampling_rate": 30_000, "lfp": np.zeros((2, 3, 4))})
    done = call("inspect", path)
    assert done.code == 0
    rows = dict(line.split("  ", 1) for line in done.out.splitlines() if "  " in line)
    assert rows["layout"].strip() == (
        "a list of spike times for each unit ('units/2' to 'units/10'), in samples of 30000 Hz "
        "(sampling_rate of the file); observed from the first spike to the last"
    )
    assert rows["not used"].strip() == "'lfp' 2 x 3 x 4 float64"
    assert rows["silent units"].strip() == "1: 7"
    assert done.err == (
        f"neurohm: warning: '{path}': 1 unit(s) without a spike: 7; leave them out with "
        "select_units\n"
    )


def test_the_rate_can_be_given(call, write):
    path = write(SAMPLES)
    assert call("inspect", path).code == 2
    facts = call("inspect", path, "--sampling-rate", 30_000, "--json").result
    assert (facts["t_start"], facts["t_stop"]) == (0.5, 2.0)
    scaled = call("inspect", path, "--time-scale", 0.001, "--json").result
    assert (scaled["t_start"], scaled["t_stop"]) == (15.0, 60.0)


def test_converted_files_hold_the_same(call, write, tmp_path):
    path = write(SAMPLES | {"fs": 30_000})
    done = call("convert", path, tmp_path / "own.h5", "--json")
    assert (
        call("inspect", tmp_path / "own.h5", "--json").result["fingerprint"]
        == (done.result["fingerprint"])
    )


COUNTS = np.random.default_rng(0).poisson(0.3, (400, 6))

WRONG = {
    "junk in a group": ({"units/a": b"text", "units/b": np.ones((2, 2, 2))}, ("'units/a' scalar",)),
    "samples without a rate": ({"units/1": [1, 2], "units/2": [3]}, ("--sampling-rate",)),
    "a rate of 0": ({"units/1": [1, 2], "units/2": [3], "fs": 0}, ("fs = 0", "positive number")),
    "unsorted": ({"units/1": [2.0, 1.0], "units/2": [3.0]}, ("unit 1", "--sort")),
    "negative": ({"units/1": [-2.0, 1.0], "units/2": [3.0]}, ("a negative spike time, -2",)),
    "NaN": ({"units/1": [np.nan, 1.0], "units/2": [3.0]}, ("a spike time is nan",)),
    "2-D": ({"units/1": [1.0], "units/2": np.ones((3, 2))}, ("'units/2' are 3 x 2",)),
    "no spikes": ({"units/1": np.empty(0), "units/2": np.empty(0)}, ("no spikes in it (2 units)",)),
    "columns, no spikes": ({"units/depth": [1.0, 2.0], "units/x": [1.0, 2.0]}, ("no layout",)),
    "duplicate ids": (
        {"spike_times": [1.0, 2.0], "spike_times_index": [1, 2], "id": [3, 3]},
        ("unit id 3 occurs 2 times",),
    ),
    "huge samples": (
        {"units/1": np.array([1, 2**63], dtype=np.uint64), "units/2": np.empty(0), "fs": 1000},
        ("below 2^53",),
    ),
    "two groups": (
        {f"{p}/unit_{u}": [1.0, 2.0][:u] for p in "ab" for u in (1, 2)},
        ("--dataset",),
    ),
    "two layouts": ({"units/1": [1.0], "units/2": [2.0, 3.0], "x": COUNTS}, ("--layout",)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_line(call, write, name):
    content, texts = WRONG[name]
    done = call("inspect", write(content))
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)
    assert done.err.startswith("neurohm: ")
    for text in texts:
        assert text in done.err


# ---- the picture


def test_the_picture(call, tmp_path):
    two_stretches().save(tmp_path / "a.h5")
    done = call("inspect", tmp_path / "a.h5")
    picture = done.out.partition("\n\n")[2].splitlines()
    assert picture[0] == "mean rate of the units over time: 0 to 3 Hz (· not observed)"
    assert picture[1].startswith("        3  █")
    # 60 columns of 1/6 s: those from 2 s to 8 s were not observed
    course = picture[3].removeprefix("        0 ")
    assert [place for place, sign in enumerate(course) if sign == "·"] == list(range(12, 48))
    assert [place for place, sign in enumerate(course) if sign == "█"] == [1, 3, 9, 51]
    assert picture[4].split() == ["0", "s", "10", "s"]
    assert picture[6] == "units by their rate, logarithmic"
    assert picture[-1].split() == ["0.25", "Hz", "0.75", "Hz"]
    assert "\x1b" not in done.out


def test_numbers_instead_of_the_picture(call, tmp_path):
    two_stretches().save(tmp_path / "a.h5")
    facts = call("inspect", tmp_path / "a.h5", "--json").result
    course, histogram = facts["rate_course"], facts["rate_histogram"]
    assert (len(course["edges"]), len(course["rates"])) == (61, 60)
    assert (course["edges"][0], course["edges"][-1]) == (0.0, 10.0)
    assert course["rates"][12] is None
    assert course["rates"][1] == pytest.approx(3.0)
    assert (histogram["units"], histogram["silent"]) == ([1, 0, 1], 0)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_encodings_without_blocks(run_neurohm, subprocess_environment, tmp_path, encoding):
    recording = two_stretches()
    nh.Recording.from_trains(
        {unit: recording.times(place) for place, unit in enumerate(["ü", "б"])},
        t_stop=10.0,
        positions=[[0.0, 1.0], [2.0, 3.0]],
        events={"Ω": [1.0]},
    ).save(tmp_path / "a.h5")
    environment = {**subprocess_environment, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = run_neurohm("inspect", tmp_path / "a.h5", env=environment, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("█" in done.stdout) == (encoding == "utf-8")
    assert ("###" in done.stdout) == (encoding != "utf-8")


@pytest.mark.parametrize("signs", [BLOCKS, ASCII])
def test_bars(signs):
    levels, gap = signs
    full, none, least = levels[-1], levels[0], levels[1]
    assert bars([0.0, None, 1e-9, 1.0], 2, signs) == [none * 3 + full, none + gap + least + full]
    assert bars([0.0, None], 1, signs) == [none + gap]


def test_course_of_a_matrix_has_whole_bins():
    recording = nh.Recording.from_counts(np.ones((100, 2), dtype=int), bin_width=0.1)
    course = rate_course(recording)
    np.testing.assert_allclose(course["edges"], np.arange(0, 10.1, 0.2))
    np.testing.assert_allclose(course["rates"], 10.0)
    few = rate_course(nh.Recording.from_counts(np.ones((3, 2), dtype=int)))
    assert few == {"edges": [0.0, 1.0, 2.0, 3.0], "rates": [1.0, 1.0, 1.0]}


def test_course_adds_up_to_all_spikes():
    recording = nh.simulate_assemblies(12, 1.0, 1, members=(4, 5), seed=1)
    course = rate_course(recording)
    spikes = np.diff(course["edges"]) * course["rates"] * recording.n_units
    assert spikes.sum() == pytest.approx(recording.n_spikes, abs=1e-6)
    histogram = rate_histogram(recording)
    assert sum(histogram["units"]) == 12
    assert histogram["edges"][0] == recording.rates.min()
    assert histogram["edges"][-1] == recording.rates.max()


def test_picture_of_equal_units_and_of_one_spike():
    for trains in ([[0.5], [0.2]], [[0.5]], [[0.5], []]):
        recording = nh.Recording.from_trains(trains, t_stop=1.0)
        lines = picture_lines(rate_course(recording), rate_histogram(recording), "s", ASCII)
        assert lines[-1].startswith(f"units by their rate: all {sum(map(bool, trains))} at 1 Hz")
