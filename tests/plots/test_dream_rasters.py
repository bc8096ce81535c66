from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots.dream_rasters import dreams
from neurohm.plots.order import unit_order


def spikes(panel):
    return [np.asarray(values) for values in panel.lines[0].get_data()]


def test_a_stretch_beside_a_dream_of_the_same_length(recording, model):
    grid = dreams(recording, model, start=20.0, seconds=5.0, seed=3)
    assert [panel.get_title(loc="left") for panel in grid[0]] == ["Recorded", "Dreamt"]
    assert grid[1, 0].get_xlim() == (20.0, 25.0)
    assert grid[1, 1].get_xlim() == (0.0, 5.0)
    dreamt = model.sample(5.0, seed=3).between(0.0, 5.0)
    for panel, part in zip(grid[1], (recording.between(20.0, 25.0), dreamt), strict=True):
        np.testing.assert_array_equal(spikes(panel)[0], part.spike_times)


def test_both_sides_have_the_order_of_receptive_fields(recording, model):
    grid = dreams(recording, model, start=20.0, seconds=5.0)
    rows = unit_order(model.receptive_fields(1))
    for panel, part in zip(
        grid[1], (recording.between(20.0, 25.0), model.sample(5.0).between(0.0, 5.0)), strict=True
    ):
        drawn = np.bincount(spikes(panel)[1].astype(int), minlength=12)
        np.testing.assert_array_equal(drawn, part.spike_counts[rows])


def test_rates_share_their_axis_and_labels_say_the_units(recording, model):
    grid = dreams(recording, model)
    assert grid[0, 0].get_ylim() == grid[0, 1].get_ylim()
    assert grid[0, 0].get_ylabel() == "Hz per\nunit"
    assert [panel.get_xlabel() for panel in grid[1]] == ["Time (s)", "Time in the dream (s)"]
    assert grid[1, 0].get_ylabel() == "Recorded unit"
    assert grid[0, 0].figure.to_png().startswith(b"\x89PNG")


def test_without_a_start_both_sides_are_at_their_liveliest(recording, model):
    grid = dreams(recording, model, seconds=4.0)
    for panel, name in zip(grid[0], ("Recorded", "Dreamt"), strict=True):
        assert panel.get_title(loc="left") == f"{name}: liveliest 4 s"
        assert np.diff(panel.get_xlim()) == pytest.approx(4.0)
    assert 0.0 < grid[0, 1].get_xlim()[1] <= recording.duration + model.lags * model.bin_size_


def test_another_seed_is_another_dream(recording, model):
    first, second, third = (
        spikes(dreams(recording, model, start=0.0, seconds=5.0, seed=seed)[1, 1])[0]
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, second)
    assert first.tolist() != third.tolist()


def test_units_in_another_order_are_the_same_picture(recording, model):
    shuffled = recording.select_units(recording.unit_ids[::-1])
    same, plain = (
        dreams(given, model, start=20.0, seconds=5.0)[0, 0].figure
        for given in (shuffled, recording)
    )
    assert same.to_png() == plain.to_png()


def test_gaps_are_shaded_in_the_recording_alone(recording, model):
    gap = nh.Recording.from_trains(
        [recording.times(i)[recording.times(i) < 22] for i in range(12)],
        t_stop=90.0,
        intervals={"observed": [[0.0, 22.0], [23.0, 90.0]]},
    )
    grid = dreams(gap, model, start=20.0, seconds=5.0)
    (span,) = grid[1, 0].patches
    assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((22.0, 23.0))
    assert not grid[1, 1].patches


def test_time_in_bins():
    counts = np.random.default_rng(0).poisson(0.2, (400, 3))
    model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1).fit(counts)
    grid = dreams(nh.Recording.from_counts(counts), model, seconds=50)
    assert grid[1, 0].get_xlabel() == "Time (bins)"
    assert grid[0, 0].get_title(loc="left") == "Recorded: liveliest 50 bins"
    grid[0, 0].figure.to_png()


def test_into_axes_given(recording, model):
    figure = Figure(figsize=(8, 5))
    axes = figure.subplots()
    grid = dreams(recording, model, start=0.0, seconds=2.0, axes=axes)
    assert all(panel.figure is figure for panel in grid.flat)
    figure.savefig(BytesIO())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"start": 1e6}, "start 1e"), ({"start": -1.0}, "start -1"), ({"seconds": 0}, "0 seconds")],
)
def test_stretches_that_are_not_there(recording, model, arguments, message):
    with pytest.raises(InputError, match=message):
        dreams(recording, model, **arguments)
