"""``neurohm plot``: every kind, every format, and nothing half written."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import neurohm as nh
from neurohm.cli.plot_kinds import KINDS
from neurohm.estimators.assembly_files import save_assemblies

HEADS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.fixture(scope="module")
def placed_file(recording_file, tmp_path_factory):
    """The recording, with positions."""
    recording = nh.load_recording(recording_file)
    trains = {unit: recording.times(row) for row, unit in enumerate(recording.unit_ids.tolist())}
    path = tmp_path_factory.mktemp("placed") / "placed.h5"
    places = 100.0 * np.indices((4, 3)).reshape(2, -1).T
    nh.Recording.from_trains(trains, t_stop=recording.t_stop, positions=places).save(path)
    return path


@pytest.fixture
def found(monkeypatch):
    """Let every model find the same assembly, or as many as one asks for."""

    def find(number=1):
        def assemblies(model, recording=None, **_options):
            field = np.zeros((len(model.unit_ids_), 2))
            field[[2, 5], [0, 1]] = 20.0
            row = {
                "members": (2, 5),
                "lags": (0.0, 0.02),
                "times": np.array([10.0, 20.0]),
                "field": field,
            }
            table = pd.DataFrame([row] * number, columns=list(row))
            table.attrs = {"bin_size": 0.02, "time_unit": "s", "unit_ids": list(model.unit_ids_)}
            return table

        monkeypatch.setattr(nh.SpikeHelmholtz, "assemblies", assemblies)

    find()
    return find


@pytest.fixture
def saved(found, model_file, tmp_path, monkeypatch):
    """A file with that assembly; nothing is searched from now on."""
    path = tmp_path / "assemblies.h5"
    save_assemblies(path, nh.load(model_file).assemblies())
    monkeypatch.delattr(nh.SpikeHelmholtz, "assemblies")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(call, model_file, placed_file, tmp_path, found, kind):
    picture = tmp_path / "picture.png"
    done = call("plot", kind, model_file, placed_file, "-o", picture, "--dpi", 40)
    assert done.code == 0, done.err
    assert picture.read_bytes().startswith(HEADS["png"])
    assert str(picture) in done.out
    assert list(tmp_path.iterdir()) == [picture]


@pytest.mark.parametrize("kind", ["fields", "learning", "weights", "locality"])
def test_pictures_of_a_model_need_no_recording(call, model_file, tmp_path, kind):
    assert call("plot", kind, model_file, "-o", tmp_path / "a.png", "--dpi", 40).code == 0


@pytest.mark.parametrize("ending", [*HEADS, "PNG"])
def test_formats_by_the_ending(call, model_file, tmp_path, ending):
    pictures = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for picture in pictures:
        assert call("plot", "learning", model_file, "-o", picture).code == 0
    first, second = (picture.read_bytes() for picture in pictures)
    assert first.startswith(HEADS[ending.lower()])
    assert first == second


def test_as_json_with_the_size_in_inches_and_dots(call, model_file, tmp_path):
    picture = tmp_path / "a.png"
    done = call("plot", "learning", model_file, "-o", picture, "--dpi", 100, "--json")
    width, height = done.result["inches"]
    header = picture.read_bytes()[16:24]
    assert int.from_bytes(header[:4]) == round(100 * width)
    assert int.from_bytes(header[4:]) == round(100 * height)
    assert (done.result["kind"], done.result["picture"]) == ("learning", str(picture))


def test_a_picture_is_replaced(call, model_file, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"old")
    assert call("plot", "learning", model_file, "-o", picture, "--dpi", 40).code == 0
    assert picture.read_bytes().startswith(HEADS["png"])


def test_start_and_seconds_are_shown(call, model_file, recording_file, tmp_path):
    picture = tmp_path / "a.svg"
    stretch = ("--start", 30, "--seconds", 2)
    assert call("plot", "raster", model_file, recording_file, "-o", picture, *stretch).code == 0
    times = re.findall(r">(\d+\.\d+)</text>", picture.read_text(encoding="utf8"))
    assert times
    assert all(30 <= float(time) <= 32 for time in times)


@pytest.mark.parametrize("kind", [name for name in KINDS if "assemblies" in KINDS[name].of])
def test_a_saved_table_is_drawn_without_a_search(
    call, model_file, placed_file, saved, tmp_path, kind
):
    picture = tmp_path / "a.png"
    arguments = ("plot", kind, model_file, "-o", picture, "--dpi", 40, "--assemblies", saved)
    recording = () if KINDS[kind].of == ("assemblies",) else (placed_file,)
    done = call(*arguments, *recording)
    assert (done.code, done.err) == (0, "")
    assert picture.read_bytes().startswith(HEADS["png"])


def test_tables_that_cannot_be_drawn(call, recording_file, model_file, saved, tmp_path):
    nh.SpikeHelmholtz(2, lags=2, epochs=1).fit(nh.simulate_assemblies(9, 1.0, 0)).save(
        tmp_path / "nine.h5"
    )
    before = set(tmp_path.iterdir())
    for arguments, text in (
        (("matrix", tmp_path / "nine.h5", "--assemblies", saved), "of 12 units, unit 9 among them"),
        (("matrix", model_file, "--assemblies", recording_file), "a neurohm-assemblies file"),
        (("matrix", model_file, "--assemblies", "nowhere.h5"), "does not exist"),
        (("averages", model_file, "--assemblies", saved), "'averages' without a recording"),
        (("fields", model_file, "--assemblies", saved), "it with assemblies, averages, matrix"),
    ):
        done = call("plot", *arguments, "-o", tmp_path / "a.png")
        assert (done.code, done.out, len(done.lines)) == (2, "", 1)
        assert text in done.err
    assert set(tmp_path.iterdir()) == before


def test_help_lists_what_each_kind_shows(call):
    out = call("plot", "--help").out
    for name, kind in KINDS.items():
        (line,) = (line for line in out.splitlines() if line.split()[:1] == [name])
        assert kind.shows in line


def test_the_functions_of_all_kinds_are_public():
    assert {kind.draws for kind in KINDS.values()} <= set(nh.plots.__all__)


REFUSED = {
    "unknown kind": (("heat", "MODEL", "-o", "a.png"), ("'heat'", *KINDS)),
    "no recording": (
        ("raster", "MODEL", "-o", "a.png"),
        ("'raster' without a recording", "neurohm plot raster MODEL RECORDING"),
    ),
    "no output": (("fields", "MODEL"), ("--output",)),
    "format": (("fields", "MODEL", "-o", "a.jpg"), ("a.jpg", ".png, .pdf, .svg")),
    "no ending": (("fields", "MODEL", "-o", "a"), (".png, .pdf, .svg",)),
    "folder": (("fields", "MODEL", "-o", "none/a.png"), ("none does not exist",)),
    "no model": (("fields", "none.h5", "-o", "a.png"), ("none.h5", "does not exist")),
    "a recording as model": (("fields", "RECORDING", "-o", "a.png"), ("model",)),
    "start of fields": (
        ("fields", "MODEL", "-o", "a.png", "--start", "3"),
        ("--start with picture 'fields'", "raster"),
    ),
    "layer": (("fields", "MODEL", "-o", "a.png", "--layer", "7"), ("layer 7", "1 to 1")),
    "start": (
        ("raster", "MODEL", "RECORDING", "-o", "a.png", "--start", "9999"),
        ("start 9999",),
    ),
    "seconds": (("raster", "MODEL", "RECORDING", "-o", "a.png", "--seconds", "nan"), ("nan",)),
    "dpi": (("fields", "MODEL", "-o", "a.png", "--dpi", "0"), ("--dpi",)),
    "positions": (("map", "MODEL", "RECORDING", "-o", "a.png"), ("without positions",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input(call, model_file, recording_file, tmp_path, monkeypatch, found, name):
    arguments, texts = REFUSED[name]
    paths = {"MODEL": model_file, "RECORDING": recording_file}
    monkeypatch.chdir(tmp_path)
    done = call("plot", *(paths.get(argument, argument) for argument in arguments))
    assert done.code == 2
    assert done.out == ""
    *notes, line = done.lines
    assert all("finding assemblies" in note for note in notes)
    for text in texts:
        assert text in line
    assert list(tmp_path.iterdir()) == []


def test_no_assembly(call, model_file, recording_file, tmp_path, found):
    found(0)
    picture = tmp_path / "a.png"
    done = call("plot", "assemblies", model_file, recording_file, "-o", picture)
    assert done.code == 2
    assert "without an assembly" in done.lines[-1]
    assert not picture.exists()


def test_never_over_an_input(call, model_file, tmp_path):
    model = tmp_path / "model.png"
    model.write_bytes(model_file.read_bytes())
    done = call("plot", "fields", model, "-o", model)
    assert done.code == 2
    assert "is the input" in done.err
    assert model.read_bytes() == model_file.read_bytes()
