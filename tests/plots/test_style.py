from __future__ import annotations

import subprocess
import sys

import matplotlib
from matplotlib.figure import Figure

from neurohm.plots import learning_curve
from neurohm.plots.canvas import figure_of
from neurohm.plots.style import STYLE, Picture, styled
from neurohm.training import History

HISTORY = History({"bound": [-2.0, -1.0]})


def test_pictures_are_figures_that_notebooks_show():
    figure = figure_of(learning_curve(HISTORY))
    assert isinstance(figure, Figure)
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_the_users_settings_neither_matter_nor_change():
    with matplotlib.rc_context({"font.size": 31.0}):
        ((axes,),) = learning_curve(HISTORY)
        assert axes.yaxis.label.get_size() == 8
        assert matplotlib.rcParams["font.size"] == 31.0


def test_the_style_is_read():
    @styled
    def size() -> float:
        return matplotlib.rcParams["font.size"]

    assert STYLE.exists()
    assert size() == 8


def test_same_picture_same_bytes():
    pictures = [Picture(figsize=(1, 1)) for _ in range(2)]
    assert pictures[0].to_png() == pictures[1].to_png()


def test_plots_open_no_window_and_load_no_pyplot(subprocess_environment, tmp_path):
    program = (
        "import sys, neurohm as nh; from neurohm.training import History; "
        "panels = nh.plots.learning_curve(History({'bound': [-2.0, -1.0]})); "
        "panels[0, 0].figure.savefig('x.png'); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=subprocess_environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "False"
