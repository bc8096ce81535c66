from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import neurohm as nh
from neurohm.analysis.moment_report import compare_moments
from neurohm.exceptions import InputError
from neurohm.plots.moment_checks import model_check
from neurohm.plots.style import Picture
from neurohm.recordings import Windows, bin_spikes


def report_of(recording, model, **options):
    windows = Windows(bin_spikes(recording, model.bin_size_), model.lags, stride=model.lags)
    return compare_moments(model.machine_, windows, model.independent_, **options)


def test_panels_hold_the_moments(recording, model):
    grid = model_check(recording, model, dreams=200, seed=3)
    report = report_of(recording, model, dreams=200, seed=3)
    for panel, name in zip(grid[0], ("rates", "correlations", "triplets"), strict=True):
        across, up = panel.lines[0].get_data()
        np.testing.assert_array_equal(across, getattr(report.data, name))
        np.testing.assert_array_equal(up, getattr(report.model, name))
        assert panel.get_xlim() == panel.get_ylim()
    drawn = [line.get_ydata() for line in grid[1, 0].lines]
    for values, moments in zip(drawn, (report.data, report.model, report.independent), strict=True):
        seen = np.isfinite(values)
        np.testing.assert_array_equal(values[seen], moments.synchrony[: len(values)][seen])
    lags, means = grid[1, 1].lines[0].get_data()
    np.testing.assert_allclose(lags, [20.0, 40.0])
    np.testing.assert_allclose(means, report.data.autocorrelations.mean(axis=0))


def test_labels_say_the_units(recording, model):
    grid = model_check(recording, model, dreams=100)
    labels = [panel.get_xlabel() for panel in grid.flat]
    assert labels[:3] == ["Data (Hz)", "Data (r)", "Data (coskewness)"]
    assert labels[3:] == ["Units K in a bin", "Lag (ms)", "Predicted (per bin)"]
    assert all(panel.get_ylabel() and panel.get_title(loc="left") for panel in grid.flat)


def test_no_tick_is_a_probability_above_one(recording, model):
    panel = model_check(recording, model, dreams=100)[1, 0]
    low, high = panel.get_ylim()
    assert high > 1
    ticks = [tick for tick in panel.get_yticks() if low <= tick]
    assert max(ticks) == 1
    assert len(ticks) >= 2


def test_agreement_is_written(recording, model):
    grid = model_check(recording, model, seed=1)
    report = report_of(recording, model, seed=1)
    written = grid[0, 1].texts[0].get_text()
    assert f"r = {report.correlations.r:.2f}".replace("-", "−") in written
    assert f"at best {report.correlations.ceiling:.2f}" in written
    (dreamt, alone) = (text.get_text() for text in grid[1, 0].texts)
    assert dreamt == f"{report.synchrony_divergence:.2g} bits off"
    assert alone == f"{report.independent_divergence:.2g} bits off"


def test_one_legend(recording, model):
    figure = model_check(recording, model, dreams=100)[0, 0].figure
    (legend,) = [*figure.legends, *(a.get_legend() for a in figure.axes if a.get_legend())]
    assert [t.get_text() for t in legend.texts] == ["data", "dreams", "independent units"]
    assert isinstance(figure, Picture)
    assert figure.get_figwidth() == 5.4
    assert figure.to_png().startswith(b"\x89PNG")


def test_into_axes_given(recording, model):
    figure = Figure(figsize=(5, 5))
    axes = figure.subplots()
    grid = model_check(recording, model, dreams=100, axes=axes)
    assert all(panel.figure is figure for panel in grid.flat)
    assert axes.get_legend().texts[0].get_text() == "data"
    figure.savefig(BytesIO())


def test_time_in_bins_and_one_bin_a_window():
    counts = np.random.default_rng(0).poisson(0.2, (400, 3))
    model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1).fit(counts)
    grid = model_check(counts, model)
    assert grid[0, 0].get_xlabel() == "Data (spikes per bin)"
    assert grid[1, 1].get_xlabel() == "Lag (bins)"
    assert not grid[1, 1].lines
    grid[0, 0].figure.to_png()


def test_one_unit_that_hardly_spikes():
    recording = nh.Recording.from_trains([[1.0, 30.0]], t_stop=60.0)
    model = nh.SpikeHelmholtz(hidden=1, lags=2, epochs=1).fit(recording)
    grid = model_check(recording, model, dreams=3)
    assert [text.get_text() for text in grid[0, 1].findobj(Text) if "r =" in text.get_text()] == []
    grid[0, 0].figure.to_png()


def test_nothing_written_lies_on_something_else(recording, model):
    grid = model_check(recording, model)
    figure = grid[0, 0].figure
    figure.to_png()
    boxes = [panel.get_tightbbox() for panel in grid.flat]
    boxes.append(figure.legends[0].get_window_extent())
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1 + 1
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])


def test_bad_input(recording, model):
    with pytest.raises(InputError, match="dreams 0"):
        model_check(recording, model, dreams=0)
    with pytest.raises(InputError, match="units"):
        model_check(recording.select_units(recording.unit_ids[:3]), model)


def test_calibration_is_drawn(recording, model):
    panel = model_check(recording, model, dreams=100, seed=2)[1, 2]
    found = report_of(recording, model, dreams=100, seed=2).calibration
    across, up = panel.lines[0].get_data()
    np.testing.assert_array_equal(across, found.predicted)
    np.testing.assert_array_equal(up, found.observed)
    assert panel.texts[0].get_text() == f"off by {100 * found.error:.1f} %"


def test_training_data_are_the_ceiling(recording):
    train, test = recording.split(0.5)
    model = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=1).fit(train)
    grid = model_check(test, model, dreams=100)
    report = model.moments(test, dreams=100)
    text = f"training {report.rates.training_r:.2f}, {report.rates.training_nrmse:.2f}"
    assert text in grid[0, 0].texts[0].get_text()
    assert grid[1, 0].texts[2].get_text() == f"training {report.training_divergence:.2g}"
