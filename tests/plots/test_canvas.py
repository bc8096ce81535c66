from __future__ import annotations

import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from neurohm.plots.canvas import figure_of, one_panel, size_of, whole
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


def test_figure_of_axes_in_a_part_of_a_figure():
    figure = Figure()
    assert figure_of(figure.subfigures(1, 2)[1].subplots()) is figure


def test_size_of_axes_is_that_after_layout():
    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel="Time (s)", title="Title")
    size = size_of(axes)
    figure.draw_without_rendering()
    box = axes.get_window_extent()
    assert size == pytest.approx((box.width / figure.dpi, box.height / figure.dpi))
