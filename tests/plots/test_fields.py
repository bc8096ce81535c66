from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import neurohm as nh
from neurohm.analysis import dreamt_fields
from neurohm.exceptions import InputError
from neurohm.plots import receptive_fields, spike_responses
from neurohm.plots.canvas import figure_of
from neurohm.plots.order import unit_order
from neurohm.plots.panels import PanelGrid


def panels(grid):
    return [axes for axes in grid.flat if axes.images]


def everything(grid):
    return figure_of(grid).findobj(Axes)


def texts(grid):
    return " ".join(text.get_text() for text in figure_of(grid).findobj(Text)).replace("\n", " ")


def labels(grid):
    return {label for axes in everything(grid) for label in (axes.get_xlabel(), axes.get_ylabel())}


def beyond_view(grid):
    """Labels of ticks that lie outside the axis: they are there, but not drawn."""
    for axis in (axis for axes in everything(grid) for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def boxes(grid):
    """What each panel and each piece of text covers, in pixels."""
    hidden = set(beyond_view(grid))
    for axes in everything(grid):
        if not axes.axison:
            hidden |= {*axes.xaxis.findobj(Text), *axes.yaxis.findobj(Text)}
    words = [t for t in figure_of(grid).findobj(Text) if t.get_visible() and t.get_text().strip()]
    words = [word for word in words if word not in hidden]
    return [a.get_window_extent() for a in panels(grid)], [t.get_window_extent() for t in words]


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_long_names_leave_room(recording):
    few = recording.select_units(recording.unit_ids[:6])
    names = np.array([f"unit {i} {'x' * 300}" for i in range(6)])
    named = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=1).fit(replace(few, unit_ids=names))
    grid = receptive_fields(named)
    figure_of(grid).to_png()
    assert min(panel.width for panel in boxes(grid)[0]) > 50
    assert "unit 3 xxxxxxxxxxxxxx…" in texts(grid)


def test_a_fitted_model(model):
    grid = receptive_fields(model)
    assert len(panels(grid)) == 5
    assert all(axes.images[0].get_array().shape == (12, 3) for axes in panels(grid))
    assert len(panels(receptive_fields(model, layer=2))) <= 2


def test_what_may_be_chance_is_faint(recording):
    model = nh.SpikeHelmholtz(hidden=5, lags=3, epochs=1).fit(recording)
    model.machine_.parameters()["generative/hidden1->visible"][:, 6:12] = 0
    plain, masked = (receptive_fields(model, significance=s) for s in (False, True))
    beyond = dreamt_fields(model.machine_, 1, seed=model.seed_).significant.reshape(5, 12, 3)
    assert not beyond[:, 2:4].any()
    assert beyond.any()
    rows = unit_order(model.receptive_fields())
    for one, other in zip(panels(plain), panels(masked), strict=True):
        share = np.where(beyond[int(one.get_title(loc="center"))][rows], 1.0, 0.25)
        whole, drawn = (axes.images[0].get_array() for axes in (one, other))
        np.testing.assert_allclose(drawn, share * whole, rtol=1e-6)
    assert "may be chance" in texts(masked)
    assert "may be chance" not in texts(plain)


def test_responses_to_a_recording(model, recording):
    grid = spike_responses(recording, model)
    assert all(axes.images[0].get_array().shape == (12, 3) for axes in panels(grid))
    assert "Hz above the mean when active" in labels(grid)
    assert "responds" in texts(grid)
    whitened = spike_responses(recording, model, layer=2, whitened=True)
    assert "Counts when active over their covariance" in labels(whitened)


def test_panels_hold_the_fields_in_order(fields_only):
    fields = normal(6, 9, 4)
    grid = receptive_fields(fields_only(fields), order=False)
    for axes in panels(grid):
        unit = int(axes.get_title(loc="center"))
        np.testing.assert_array_equal(axes.images[0].get_array(), fields[unit])


def test_colours_are_shared_and_symmetric(fields_only):
    grid = receptive_fields(fields_only(3 + normal(4, 10, 5)))
    limits = {axes.images[0].get_clim() for axes in panels(grid)}
    ((low, high),) = limits
    assert low == -high < 0


def test_labels_say_the_units(fields_only):
    grid = receptive_fields(fields_only(normal(3, 40, 5)))
    assert {"Time to the end of the window (ms)", "Hz above baseline", "Recorded unit"} <= labels(
        grid
    )
    assert panels(grid)[0].get_xlim() == pytest.approx((-100.0, 0.0))


def test_time_in_bins(fields_only):
    grid = receptive_fields(fields_only(normal(2, 3, 4), bin_size_=1.0, time_unit_="bin"))
    assert {"Time to the end of the window (bins)", "Spikes per bin above baseline"} <= labels(grid)
    assert panels(grid)[0].get_xlim() == (-4.0, 0.0)


def test_few_units_are_named(fields_only):
    grid = receptive_fields(fields_only(normal(3, 8, 2)))
    named = [label.get_text() for label in panels(grid)[0].get_yticklabels()]
    assert sorted(named) == [f"unit {i}" for i in range(8)]


def test_dead_units_are_left_out_and_said(fields_only):
    fields = normal(5, 8, 2)
    fields[[1, 3]] = 0.0
    grid = receptive_fields(fields_only(fields))
    assert {axes.get_title(loc="center") for axes in panels(grid)} == {"0", "2", "4"}
    assert "2 hidden units without effect left out" in texts(grid)


def test_nothing_but_dead_units(fields_only):
    grid = receptive_fields(fields_only(np.zeros((3, 4, 2))))
    assert panels(grid) == []
    assert "3 hidden units without effect left out" in texts(grid)
    figure_of(grid).to_png()


def test_most(fields_only):
    grid = receptive_fields(fields_only(normal(30, 8, 2)), most=7)
    assert len(panels(grid)) == 7
    assert "The 7 strongest of 30 are shown" in texts(grid)
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
    grid = receptive_fields(fields_only(normal(*shape)))
    figure = figure_of(grid)
    FigureCanvasAgg(figure).draw()
    assert figure.get_figwidth() <= 6.95
    assert figure.get_figheight() <= 9.0
    drawn, written = boxes(grid)
    assert len(drawn) == shape[0]
    for i, box in enumerate(covered := drawn + written):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in covered[i + 1 :])


def test_grid_is_filled_row_by_row():
    grid = PanelGrid.of(40, narrowest=0.3, widest=1.0, height=3.2)
    assert (grid.rows - 1) * grid.columns < 40 <= grid.rows * grid.columns


def test_ids_that_the_font_lacks_are_drawn_without_a_warning(fields_only):
    model = fields_only(np.random.default_rng(0).normal(size=(2, 3, 4)))
    model.unit_ids_ = np.array(["細胞1", "a$b$", "plain"])
    grid = receptive_fields(model, order=False)
    figure_of(grid).to_png()
    assert [label.get_text() for label in grid[0, 0].get_yticklabels()] == [
        "□□1",
        r"a\$b\$",
        "plain",
    ]


def test_given_axes_are_filled_and_not_left(fields_only):
    figure = Figure(figsize=(8.0, 6.0))
    left, right = figure.subplots(1, 2)
    grid = receptive_fields(fields_only(normal(11, 20, 5)), axes=left)
    assert figure_of(grid) is figure
    FigureCanvasAgg(figure).draw()
    place = left.get_window_extent()
    drawn, _ = boxes(grid)
    assert len(drawn) == 11
    for i, box in enumerate(drawn):
        assert place.x0 <= box.x0 < box.x1 <= place.x1
        assert place.y0 <= box.y0 < box.y1 <= place.y1
        assert not any(box.overlaps(other) for other in drawn[i + 1 :])
    assert not right.has_data()
