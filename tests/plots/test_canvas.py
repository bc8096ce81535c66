from __future__ import annotations

import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from neurohm.plots.canvas import figure_of, one_panel, panels, whole
from neurohm.plots.style import Picture

BACKEND = """
from matplotlib.backends import backend_agg
from matplotlib.backend_bases import FigureManagerBase

FigureCanvas, FigureManager = backend_agg.FigureCanvas, FigureManagerBase
"""  # one of neither windows nor matplotlib's own, as that of notebooks is


@pytest.fixture
def figures(tmp_path, subprocess_environment):
    """How many figures pyplot has after a program that draws, with some backend."""
    (tmp_path / "shown.py").write_text(BACKEND)

    def run(program, backend):
        done = subprocess.run(
            [sys.executable, "-c", f"{program}\nprint(len(plt.get_fignums()))"],
            cwd=tmp_path,
            env={**subprocess_environment, "MPLBACKEND": backend},
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return int(done.stdout)

    return run


DRAW = """
import matplotlib.pyplot as plt
import neurohm as nh
from neurohm.training import History
history = History({'bound': [-2.0, -1.0]})
"""


def test_pyplot_shows_a_new_figure_where_it_shows_figures(figures):
    draw = f"{DRAW}grid = nh.plots.learning_curve(history)\n"
    assert figures(draw, "module://shown") == 1
    assert figures(f"{draw}assert plt.gcf() is grid[0, 0].figure", "module://shown") == 1
    assert figures(draw, "agg") == 0


def test_pyplot_does_not_manage_what_is_drawn_elsewhere(figures):
    given = f"{DRAW}_, axes = plt.subplots(); nh.plots.learning_curve(history, axes=axes)"
    assert figures(given, "module://shown") == 1
    page = (
        f"{DRAW}recording = nh.simulate_assemblies(4, 1.0, 0)\n"
        "model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1).fit(recording)\n"
        "nh.report.render_report(model, recording)"
    )
    assert figures(page, "module://shown") == 0


def test_a_notebook_shows_a_picture_once(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.delenv("MPLBACKEND")
    cells = [DRAW.replace("import matplotlib.pyplot as plt\n", "")]
    cells += ["nh.plots.learning_curve(history)", "x = nh.plots.learning_curve(history)"]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    images = [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in notebook.cells
    ]
    assert images == [0, 1, 1]


def test_outside_of_pyplot_a_figure_is_a_picture():
    assert isinstance(figure_of(one_panel(None)), Picture)
    assert isinstance(figure_of(whole(None, 2.0, 1.0)), Picture)


def test_given_axes_are_divided_from_the_top_left():
    axes = Figure(figsize=(4, 4)).subplots()
    grid = panels(axes, 2, 2, height=1.0, heights=[1, 3], share_x=True)
    figure_of(axes).canvas.draw()
    boxes = [[panel.get_window_extent() for panel in row] for row in grid]
    assert boxes[0][0].y0 > boxes[1][0].y1
    assert boxes[0][0].x1 < boxes[0][1].x0
    assert boxes[1][0].height == pytest.approx(3 * boxes[0][0].height)
    place = axes.get_window_extent()
    assert boxes[0][0].y1 == pytest.approx(place.y1)
    assert boxes[1][1].x1 == pytest.approx(place.x1)
    grid[0, 0].set_xlim(3, 4)
    assert grid[1, 0].get_xlim() == (3, 4)


def test_figure_of_axes_in_a_part_of_a_figure():
    figure = Figure()
    assert figure_of(figure.subfigures(1, 2)[1].subplots()) is figure
