"""``neurohm convert`` and ``inspect`` of tables and arrays, whole and in part."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh

from .conftest import SMALL

TIMES = np.sort(np.random.default_rng(0).uniform(-0.25, 0.72, (6, 40))).ravel()
TABLE = "trial,time,channel,unit,side\n" + "".join(
    f"{k // 40},{time:.6f},{k % 3 // 2},{k % 3},{'lr'[k // 40 % 2]}\n"
    for k, time in enumerate(TIMES)
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_a_table_converted(call, table, tmp_path, name):
    done = call("convert", table, tmp_path / name, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.result["units"] == 3
    assert done.result["spikes"] == 240
    again = nh.load_recording(tmp_path / name)
    assert again.fingerprint() == nh.load_recording(table).fingerprint()
    assert again.interval_columns["trials"]["side"].tolist() == ["l", "r"] * 3
    assert call("inspect", tmp_path / name, "--json").result["spikes"] == 240


def test_it_is_said_how_a_table_was_read(call, table):
    out = call("inspect", table).out
    assert "a text table (commas between columns) of the time ('time') and the unit" in out
    assert "6 trials (column 'trial')" in " ".join(out.split())
    assert "trials (6), observed (6)" in out


def test_columns_are_named(call, tmp_path):
    (tmp_path / "a").write_text("when,who\n0.5,x\n0.75,y\n1.0,x\n")
    done = call("inspect", tmp_path / "a")
    assert done.code == 2
    assert "--time-column" in done.err
    named = ("--time-column", "when", "--unit-column", "who", "--json")
    assert call("inspect", tmp_path / "a", *named).result["unit_ids"] == ["x", "y"]


@pytest.mark.parametrize(
    ("options", "units", "spikes"),
    [
        (("--units", "0-1"), [0, 1], 160),
        (("--units", "2,0"), [2, 0], 160),
        (("--where", "channel == 1 and rate > 1"), [2], 80),
        (("--min-rate", 1), [0, 1, 2], 240),
        (("--between", "0,2s"), [0, 1, 2], 40),
        (("--during", "trials"), [0, 1, 2], 240),
    ],
)
@pytest.mark.filterwarnings("ignore:.*only one unit")
def test_parts(call, table, tmp_path, options, units, spikes):
    result = call("convert", table, tmp_path / "a.h5", *options, "--json").result
    assert (result["unit_ids"], result["spikes"]) == (units, spikes)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--units", "7"), "no unit '7'"),
        (("--where", "depth > 3"), "no column 'depth'"),
        (("--where", "__import__('os')"), "more than comparisons"),
        (("--min-rate", 1000), "none of 3 units is left"),
        (("--min-rate", -1), "min_rate"),
        (("--between", "3s"), "--between 60s,360s"),
        (("--between", "1,2min"), "--between 60s,360s"),
        (("--between", "-9,-3"), "no observed time"),
        (("--between", "3s,2s"), "a stop after the start"),
        (("--between", "100s,200s"), "no observed time"),
        (("--during", "sleep"), "no intervals 'sleep'"),
    ],
)
def test_parts_that_are_none(call, table, tmp_path, options, said):
    done = call("convert", table, tmp_path / "a.h5", *options)
    assert (done.code, len(done.lines)) == (2, 1)
    assert said in done.err
    assert not (tmp_path / "a.h5").exists()


def test_archives_of_spikes_are_recordings_and_others_images(call, tmp_path):
    np.savez(tmp_path / "spikes.npz", times=[0.5, 0.75, 1.0], units=[1, 2, 1])
    np.savez(tmp_path / "images.npz", train=np.eye(4).reshape(1, 4, 4).repeat(10, 0))
    assert call("inspect", tmp_path / "spikes.npz", "--json").result["kind"] == "recording"
    assert call("inspect", tmp_path / "images.npz", "--json").result["kind"] == "images"
    np.save(tmp_path / "counts.npy", np.ones((40, 3), dtype=int))
    options = ("--kind", "recording", "--bin-width", "20ms", "--json")
    assert call("inspect", tmp_path / "counts.npy", *options).result["duration"] == 0.8


def test_folders_and_lists_of_arrays_are_recordings(call, tmp_path):
    np.save(tmp_path / "spike_times.npy", np.array([[0.5], [0.75], [1.0]]))
    np.save(tmp_path / "spike_clusters.npy", [1, 2, 1])
    facts = call("inspect", tmp_path, "--json").result
    assert (facts["kind"], facts["units"]) == ("recording", 2)
    assert call("convert", tmp_path, tmp_path / "a.h5").code == 0
    done = call("inspect", tmp_path / "spike_times.npy")
    assert (done.code, len(done.lines)) == (2, 1)
    assert "give the folder" in done.err


def test_a_matrix_in_an_array_is_what_the_model_is_of(call, tmp_path):
    """Once fitted as a recording, ``.npy`` files need not be said to be none of images."""
    words = (np.random.default_rng(0).random((400, 4)) < 0.2).astype(np.uint8)
    np.save(tmp_path / "words.npy", words)
    options = ("--kind", "recording", "--bin-width", "20ms", *SMALL)
    assert call("fit", tmp_path / "words.npy", "-o", tmp_path / "fit.h5", *options).code == 0
    assert call("score", tmp_path / "fit.h5", tmp_path / "words.npy", "--particles", 20).code == 0


def test_archives_are_used_like_other_recordings(call, model_file, recording_file, tmp_path):
    archive = tmp_path / "a.npz"
    assert call("convert", recording_file, archive).code == 0
    score = ("score", model_file, archive, "--particles", 5, "--json")
    expected = call("score", model_file, recording_file, *score[3:]).result
    assert call(*score).result["nats_per_bin"] == expected["nats_per_bin"]
    compare = ("compare", archive, "--models", "independent", "--folds", 2, "--json")
    assert call(*compare).result["n_units"] == 12


def test_a_model_of_a_matrix_of_numpy_scores_it(call, tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).poisson(0.3, (300, 4)))
    fit = ("--kind", "recording", "--lags", 1, "--hidden", 2, "--epochs", 1)
    fit = ("fit", tmp_path / "a.npy", "-o", tmp_path / "fit.h5", *fit, "--score-particles", 5)
    assert call(*fit).code == 0
    assert call("score", tmp_path / "fit.h5", tmp_path / "a.npy", "--particles", 5).code == 0


def test_no_file_of_another_kind_is_replaced(call, table, tmp_path):
    np.savez(tmp_path / "images.npz", train=np.eye(4))
    done = call("convert", table, tmp_path / "images.npz")
    assert done.code == 2
    assert "no neurohm-recording file" in done.err
    assert call("convert", table, tmp_path / "a.npz").code == 0
    assert call("convert", table, tmp_path / "a.npz").code == 0  # over one of the same kind
    assert call("convert", tmp_path / "a.npz", tmp_path / "a.npz").code == 2


def test_a_model_of_a_table(call, table, tmp_path):
    fit = ("--lags", 2, "--hidden", 4, "--epochs", 1, "--score-particles", 5, "--bin", "50ms")
    done = call("fit", table, "-o", tmp_path / "fit.h5", *fit, "--units", "0,1")
    assert done.code == 0
    assert call("score", tmp_path / "fit.h5", table, "--units", "0,1", "--particles", 5).code == 0
