from __future__ import annotations

import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError, MissingFileError

MACHINE = nh.HelmholtzMachine([6, 2])
STARTS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "PNG": b"\x89PNG"}


@pytest.mark.parametrize("ending", STARTS)
def test_the_same_picture_is_the_same_file(tmp_path, ending):
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        nh.plots.save(nh.plots.locality(MACHINE, "wake-sleep"), path, dpi=50)
    assert paths[0].read_bytes().startswith(STARTS[ending])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_grid_of_axes_and_a_figure_of_ones_own(tmp_path):
    figure = Figure(figsize=(2, 2))
    nh.plots.save(nh.plots.weights(MACHINE, axes=figure.subplots()), str(tmp_path / "own.png"))
    assert [path.name for path in tmp_path.iterdir()] == ["own.png"]


def test_bad_files(tmp_path):
    axes = Figure().subplots()
    with pytest.raises(InputError, match=r"ends in \.png, \.pdf, \.svg"):
        nh.plots.save(axes, tmp_path / "picture.jpg")
    with pytest.raises(MissingFileError, match="does not exist"):
        nh.plots.save(axes, tmp_path / "missing" / "picture.png")
    assert list(tmp_path.iterdir()) == []
