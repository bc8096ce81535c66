from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from neurohm.exceptions import InputError
from neurohm.plots import receptive_fields
from neurohm.plots.panels import PanelGrid


def panels(figure):
    return [axes for axes in figure.axes if axes.images and axes.get_title(loc="center")]


def texts(figure):
    return " ".join(text.get_text() for text in figure.texts).replace("\n", " ")


def beyond_view(figure):
    """Labels of ticks that lie outside the axis: they are there, but not drawn."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def boxes(figure):
    """What each panel and each piece of text covers, in pixels."""
    hidden = set(beyond_view(figure))
    words = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    words = [word for word in words if word not in hidden]
    return [a.get_window_extent() for a in panels(figure)], [t.get_window_extent() for t in words]


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_a_fitted_model(model):
    figure = receptive_fields(model)
    assert len(panels(figure)) == 5
    assert all(axes.images[0].get_array().shape == (12, 3) for axes in panels(figure))
    assert len(panels(receptive_fields(model, layer=2))) <= 2


def test_panels_hold_the_fields_in_order(fields_only):
    fields = normal(6, 9, 4)
    figure = receptive_fields(fields_only(fields), order=False)
    for axes in panels(figure):
        unit = int(axes.get_title(loc="center"))
        np.testing.assert_array_equal(axes.images[0].get_array(), fields[unit])


def test_colours_are_shared_and_symmetric(fields_only):
    figure = receptive_fields(fields_only(3 + normal(4, 10, 5)))
    limits = {axes.images[0].get_clim() for axes in panels(figure)}
    ((low, high),) = limits
    assert low == -high < 0


def test_labels_say_the_units(fields_only):
    figure = receptive_fields(fields_only(normal(3, 40, 5)))
    labels = {axes.get_xlabel() for axes in figure.axes} | {a.get_ylabel() for a in figure.axes}
    assert {"Time to the end of the window (ms)", "Hz above baseline", "Recorded unit"} <= labels
    assert panels(figure)[0].get_xlim() == pytest.approx((-100.0, 0.0))


def test_time_in_bins(fields_only):
    figure = receptive_fields(fields_only(normal(2, 3, 4), bin_size_=1.0, time_unit_="bin"))
    labels = {axes.get_xlabel() for axes in figure.axes} | {a.get_ylabel() for a in figure.axes}
    assert {"Time to the end of the window (bins)", "Spikes per bin above baseline"} <= labels
    assert panels(figure)[0].get_xlim() == (-4.0, 0.0)


def test_few_units_are_named(fields_only):
    figure = receptive_fields(fields_only(normal(3, 8, 2)))
    named = [label.get_text() for label in panels(figure)[0].get_yticklabels()]
    assert sorted(named) == [f"unit {i}" for i in range(8)]


def test_dead_units_are_left_out_and_said(fields_only):
    fields = normal(5, 8, 2)
    fields[[1, 3]] = 0.0
    figure = receptive_fields(fields_only(fields))
    assert {axes.get_title(loc="center") for axes in panels(figure)} == {"0", "2", "4"}
    assert "2 hidden units without effect left out" in texts(figure)


def test_nothing_but_dead_units(fields_only):
    figure = receptive_fields(fields_only(np.zeros((3, 4, 2))))
    assert panels(figure) == []
    assert "3 hidden units without effect left out" in texts(figure)
    figure.to_png()


def test_most(fields_only):
    figure = receptive_fields(fields_only(normal(30, 8, 2)), most=7)
    assert len(panels(figure)) == 7
    assert "The 7 strongest of 30 are shown" in texts(figure)
    with pytest.raises(InputError, match="most 0"):
        receptive_fields(fields_only(normal(2, 2, 2)), most=0)


def test_one_field_of_one_outlier_has_a_scale(fields_only):
    fields = np.zeros((1, 50, 20))
    fields[0, 3, 4] = 2.0
    ((low, high),) = {a.images[0].get_clim() for a in panels(receptive_fields(fields_only(fields)))}
    assert (low, high) == (-2.0, 2.0)


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (1, 60, 5), (4, 1, 1), (4, 12, 5), (40, 794, 5), (100, 60, 5), (7, 20, 50)]
)
def test_fits_on_a_page_without_overlap(fields_only, shape):
    figure = receptive_fields(fields_only(normal(*shape)))
    FigureCanvasAgg(figure).draw()
    assert figure.get_figwidth() <= 6.95
    assert figure.get_figheight() <= 9.0
    drawn, written = boxes(figure)
    assert len(drawn) == shape[0]
    for i, box in enumerate(everything := drawn + written):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in everything[i + 1 :])


def test_grid_is_filled_row_by_row():
    grid = PanelGrid.of(40, 794, 5)
    assert (grid.rows - 1) * grid.columns < 40 <= grid.rows * grid.columns


def test_ids_that_the_font_lacks_are_drawn_without_a_warning(fields_only):
    model = fields_only(np.random.default_rng(0).normal(size=(2, 3, 4)))
    model.unit_ids_ = np.array(["細胞1", "a$b$", "plain"])
    figure = receptive_fields(model, order=False)
    figure.to_png()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["□□1", r"a\$b\$", "plain"]
