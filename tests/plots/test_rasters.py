from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import raster
from neurohm.plots.canvas import figure_of


def panels(grid):
    assert grid.shape == (3, 1)
    return grid[:, 0]


def test_one_time_axis_with_units(recording, model):
    grid = raster(recording, model, start=20.0, seconds=5.0)
    above, middle, below = panels(grid)
    assert above.get_xlim() == middle.get_xlim() == below.get_xlim() == (20.0, 25.0)
    assert below.get_xlabel() == "Time (s)"
    assert above.get_ylabel() == "Hz per\nunit"
    assert [axes.get_ylabel() for axes in below.child_axes] == ["Probability"]


def test_shows_every_spike_of_the_stretch(recording, model):
    _, middle, _ = panels(raster(recording, model, start=20.0, seconds=5.0, order=False))
    times, units = middle.lines[0].get_data()
    part = recording.between(20.0, 25.0)
    np.testing.assert_array_equal(times, part.spike_times)
    np.testing.assert_array_equal(units, np.repeat(np.arange(12), part.spike_counts))


def test_order_moves_units_and_loses_none(recording, model):
    _, plain, _ = panels(raster(recording, model, start=20.0, seconds=5.0, order=False))
    _, ordered, _ = panels(raster(recording, model, start=20.0, seconds=5.0))
    counts = [
        np.bincount(p.lines[0].get_ydata().astype(int), minlength=12) for p in (plain, ordered)
    ]
    assert sorted(counts[0]) == sorted(counts[1])


def test_hidden_activity_ends_with_each_bin(recording, model):
    _, _, below = panels(raster(recording, model, start=20.0, seconds=5.0, order=False))
    image = below.images[0]
    activity = model.transform(recording)
    chosen = (activity.times > 20.0 + 1e-9) & (activity.times <= 25.0 + 1e-9)
    np.testing.assert_allclose(image.get_array(), activity.values[chosen].T, atol=1e-6)
    assert image.get_extent()[:2] == pytest.approx([20.0, 25.0])
    assert image.get_clim() == (0, 1)


def test_rate_adds_up(recording, model):
    above, _, _ = panels(raster(recording, model, start=20.0, seconds=5.0))
    (stairs,) = above.patches
    values, edges, _ = stairs.get_data()
    spikes = recording.between(20.0, 25.0).n_spikes
    assert (values * np.diff(edges)).sum() * 12 == pytest.approx(spikes)


def test_default_stretch_is_500_bins(recording, model):
    left, right = panels(raster(recording, model))[0].get_xlim()
    assert right - left == pytest.approx(10.0)


def test_gaps_are_shaded_not_silent(recording, model):
    gap = nh.Recording.from_trains(
        [recording.times(i)[recording.times(i) < 22] for i in range(12)],
        t_stop=90.0,
        intervals={"observed": [[0.0, 22.0], [23.0, 90.0]]},
    )
    _, middle, below = panels(raster(gap, model, start=20.0, seconds=5.0))
    (span,) = middle.patches
    assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((22.0, 23.0))
    missing = np.isnan(np.ma.filled(below.images[0].get_array(), np.nan)).all(axis=0)
    assert missing.sum() == 50 + model.lags - 1


def test_time_in_bins():
    counts = np.random.default_rng(0).poisson(0.2, (400, 3))
    model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1).fit(counts)
    grid = raster(nh.Recording.from_counts(counts), model, start=100, seconds=50)
    above, _, below = panels(grid)
    assert below.get_xlabel() == "Time (bins)"
    assert above.get_ylabel() == "Spikes\nper bin"
    figure_of(grid).to_png()


def test_one_unit_without_a_spike_in_sight():
    recording = nh.Recording.from_trains([np.arange(0.0, 20.0, 0.3)], t_stop=60.0)
    model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1).fit(recording)
    grid = raster(recording, model, start=40.0)
    assert panels(grid)[0].get_xlim()[0] == 40.0
    assert figure_of(grid).to_png().startswith(b"\x89PNG")


def test_longer_than_the_recording_shows_all(recording, model):
    assert panels(raster(recording, model, seconds=1e6))[0].get_xlim() == (0.0, 90.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"start": 1e6}, "start 1e"), ({"start": -1.0}, "start -1"), ({"seconds": 0}, "0 seconds")],
)
def test_stretches_that_are_not_there(recording, model, arguments, message):
    with pytest.raises(InputError, match=message):
        raster(recording, model, **arguments)


@pytest.mark.parametrize(("units", "hidden"), [(1, 1), (4, 2), (10, 5)])
def test_labels_of_few_units_do_not_overlap(units, hidden):
    counts = np.random.default_rng(0).poisson(0.2, (600, units))
    model = nh.SpikeHelmholtz(hidden=hidden, lags=1, epochs=1).fit(counts)
    grid = raster(nh.Recording.from_counts(counts), model)
    figure_of(grid).to_png()
    boxes = [axes.yaxis.label.get_window_extent() for axes in panels(grid)]
    for upper, lower in pairwise(boxes):
        assert lower.y1 <= upper.y0


def test_units_in_another_order_are_the_same_picture(recording, model):
    shuffled = recording.select_units(recording.unit_ids[::-1])
    same = raster(shuffled, model, start=20.0, seconds=5.0)
    plain = raster(recording, model, start=20.0, seconds=5.0)
    assert figure_of(same).to_png() == figure_of(plain).to_png()


def test_into_given_axes(recording, model):
    figure = Figure()
    axes = figure.subplots()
    above, middle, below = panels(raster(recording, model, start=20.0, seconds=5.0, axes=axes))
    assert above.figure is middle.figure is below.figure is figure
    assert above.get_xlim() == below.get_xlim() == (20.0, 25.0)
    assert not axes.axison


def test_time_in_which_a_unit_was_not_observed_is_hatched_in_its_row(model, recording):
    spans = [[[recording.t_start, recording.t_stop]]] * recording.n_units
    spans[2] = [[recording.t_start, 10.0], [12.0, recording.t_stop]]
    partly = replace(recording, observed_by_unit=spans)
    grid = raster(partly, model, start=8.0, seconds=6.0, order=False)
    (hatched,) = grid[1, 0].collections
    (box,) = [path.get_extents() for path in hatched.get_paths()]
    assert (box.x0, box.x1, box.y0, box.y1) == (10.0, 12.0, 1.5, 2.5)
    assert hatched.get_hatch()
    activity = grid[2, 0].images[0].get_array()
    unseen = np.isnan(np.ma.filled(activity, np.nan)).all(axis=0)
    bins = np.arange(activity.shape[1]) * model.bin_size_ + 8.0
    assert unseen[(bins > 10.0) & (bins < 11.9)].all()
    assert not unseen[bins < 9.9].any()


def test_a_stretch_in_which_not_all_units_were_observed_can_be_drawn(model, recording):
    spans = [[[recording.t_start, recording.t_stop]]] * recording.n_units
    spans[2] = [[20.0, recording.t_stop]]
    partly = replace(recording, observed_by_unit=spans)
    grid = raster(partly, model, start=8.0, seconds=6.0)
    assert np.isnan(np.ma.filled(grid[2, 0].images[0].get_array(), np.nan)).all()
