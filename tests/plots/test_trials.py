"""Pictures of trials hold what was found, into new figures and given axes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.analysis import psth as psth_of
from neurohm.analysis import response_correlations, tuning_of
from neurohm.exceptions import InputError
from neurohm.plots import correlations, decoding, psth, tuning
from neurohm.plots.canvas import figure_of


@pytest.fixture(scope="module")
def responses():
    recording = nh.simulate_trials(n_units=5, n_trials=40, shared=0.3, seed=1)
    trials = nh.trials_of(recording, "orientation")
    return nh.responses_of(recording, trials, start=-0.25, stop=1.25, bin_size=0.125)


def png(drawn):
    return figure_of(drawn).to_png().startswith(b"\x89PNG")


def test_psth_holds_the_means(responses):
    grid, found = psth(responses), psth_of(responses)
    assert grid.shape == (2, 4)
    for unit, panel in enumerate(grid.flat[:5]):
        for level, steps in enumerate(panel.patches):
            values, edges, _ = steps.get_data()
            np.testing.assert_array_equal(values, found.mean[level, :, unit])
            np.testing.assert_array_equal(edges, found.edges)
        assert panel.get_title(loc="left") == f"unit {unit}"
        assert len(panel.patches) == 4
    assert not any(panel.axison for panel in grid.flat[5:])
    assert grid[0, 0].get_ylabel() == "Hz"
    assert [panel.get_xlabel() for panel in grid.flat[1:5]] == ["Time (s)"] * 4
    (legend,) = figure_of(grid).legends
    assert [text.get_text() for text in legend.texts] == ["orientation 0", "45", "90", "135"]
    assert png(grid)


def test_liveliest_units_in_their_order(responses):
    grid = psth(responses, most=2)
    assert grid.shape == (1, 2)
    names = [panel.get_title(loc="left") for panel in grid.flat]
    assert names == sorted(names)
    with pytest.raises(InputError, match="no unit"):
        psth(responses, most=0)


def test_high_and_flat_curves_lie_below_the_top():
    recording = nh.simulate_trials(n_units=2, n_trials=200, depth=0.0, rate=200.0)
    trials = nh.trials_of(recording, "orientation")
    found = nh.responses_of(recording, trials, bin_size=0.5)
    for grid, highest in ((psth(found), psth_of(found)), (tuning(found), tuning_of(found))):
        assert all(panel.get_ylim()[1] > 1.04 * highest.mean.max() for panel in grid.flat)


def test_a_single_trial_has_no_standard_error():
    recording = nh.simulate_trials(n_units=2, n_trials=1)
    trials = nh.trials_of(recording, "orientation")
    grid = psth(nh.responses_of(recording, trials, bin_size=0.25))
    assert not any(panel.collections for panel in grid.flat)
    assert png(grid)


def test_one_condition_has_no_legend(responses):
    alike = nh.trials_of(nh.simulate_trials(n_units=2, n_trials=8))
    recording = nh.simulate_trials(n_units=2, n_trials=8)
    grid = psth(nh.responses_of(recording, alike, bin_size=0.25))
    assert not figure_of(grid).legends
    assert png(grid)


def test_tuning_holds_means_and_intervals(responses):
    grid, found = tuning(responses), tuning_of(responses)
    line = grid[0, 0].lines[0]
    np.testing.assert_array_equal(line.get_xdata(), [0, 45, 90, 135])
    np.testing.assert_array_equal(line.get_ydata(), found.mean[:, 0])
    (bars,) = grid[0, 0].containers
    low, high = np.array(bars.lines[2][0].get_segments())[:, :, 1].T
    np.testing.assert_allclose(low, found.low[:, 0])
    np.testing.assert_allclose(high, found.high[:, 0])
    assert grid[0, 0].get_title(loc="left") == f"unit 0: {100 * found.selectivity[0]:.0f} %"
    assert png(grid)


def test_orientations_are_drawn_in_both_directions(responses):
    grid, found = tuning(responses, period=180), tuning_of(responses)
    angle, mean = grid[0, 1].lines[0].get_data()
    assert len(angle) == 9
    np.testing.assert_allclose(np.rad2deg(angle[:4]), [0, 45, 90, 135])
    np.testing.assert_array_equal(mean[:4], mean[4:8])
    np.testing.assert_array_equal(mean[:4], found.mean[:, 1])
    assert png(grid)
    with pytest.raises(InputError, match="a new figure"):
        tuning(responses, period=180, axes=Figure().subplots())


def test_conditions_that_are_no_numbers(responses_of_sides):
    grid = tuning(responses_of_sides)
    assert [text.get_text() for text in grid[0, 0].get_xticklabels()] == ["left", "right"]
    with pytest.raises(InputError, match="angles"):
        tuning(responses_of_sides, period=180)
    assert png(grid)


@pytest.fixture(scope="module")
def responses_of_sides():
    recording = nh.simulate_trials(n_units=3, n_trials=20)
    trials = nh.trials_of(recording, ["left", "right"] * 10)
    return nh.responses_of(recording, trials, bin_size=0.5)


def test_decoding(responses):
    found = nh.decode(responses)
    axes = decoding({"counts": found, "again": found})
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "counts (5)",
        "again (5)",
    ]
    points = axes.containers[0].lines[0]
    np.testing.assert_array_equal(points.get_xdata(), [found.accuracy] * 2)
    assert png(axes)
    assert png(decoding(found))
    with pytest.raises(InputError, match="no decoding"):
        decoding({})


def test_correlations(responses):
    found = response_correlations(responses)
    grid = correlations(responses)
    assert grid.shape == (1, 1)
    across, up = grid[0, 0].lines[0].get_data()
    np.testing.assert_array_equal(across, found.signal)
    np.testing.assert_array_equal(up, found.noise)
    beside = correlations(found, found)
    assert beside.shape == (1, 3)
    assert "r = 1.00" in beside[0, 2].get_title(loc="left")
    assert png(beside)
    other = nh.responses_of(
        nh.simulate_trials(3, 20), nh.trials_of(nh.simulate_trials(3, 20), "orientation"),
        bin_size=0.5,
    )  # fmt: skip
    with pytest.raises(InputError, match="10 and 3 pairs"):
        correlations(responses, other)


@pytest.mark.parametrize("draw", [psth, tuning, correlations])
def test_into_axes_given(responses, draw):
    figure = Figure(figsize=(6, 5))
    axes = figure.subplots()
    grid = draw(responses, axes=axes)
    assert all(panel.figure is figure for panel in grid.flat)


def test_hidden_units_are_named(responses):
    hidden = nh.analysis.Responses(
        responses.values / 100, responses.edges, responses.trials, "probability",
        tuple(f"1.{unit}" for unit in range(5)),
    )  # fmt: skip
    assert psth(hidden)[0, 0].get_title(loc="left") == "hidden 1.0"
    assert psth(hidden)[0, 0].get_ylabel() == "P(active)"
    assert tuning(hidden.as_log_odds())[0, 0].get_ylabel() == "nats"
