from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from neurohm.plots import assembly_matrix


def values(panel):
    return np.ma.filled(panel.images[0].get_array(), np.nan)


def test_strength_and_lag_of_every_member(recording, make_table):
    table = make_table(recording, [[4, 1], [1, 7]], [[0.0, 0.02], [0.06, 0.0]], [[1.0, 2.0], [3.0]])
    strength, lag = assembly_matrix(table)[0]
    nan = np.nan
    np.testing.assert_array_equal(values(strength), [[44, nan], [41, 41], [nan, 47]])
    np.testing.assert_allclose(values(lag), [[0, nan], [20, 60], [nan, 0]])
    assert [label.get_text() for label in strength.get_yticklabels()] == ["4", "1", "7"]
    assert strength.get_ylabel() == "Recorded unit (3 of 12)"
    bars = [bar.get_ylabel() for panel in (strength, lag) for bar in panel.child_axes]
    assert bars == ["Hz above baseline", "Lag (ms)"]


def test_time_in_bins(recording, make_table):
    table = make_table(recording, [[4, 1]], [[0.0, 2.0]], [[1.0]], bin_size=1.0)
    table.attrs["time_unit"] = "bin"
    strength, lag = assembly_matrix(table)[0]
    bars = [bar.get_ylabel() for panel in (strength, lag) for bar in panel.child_axes]
    assert bars == ["Spikes per bin above baseline", "Lag (bins)"]
    assert np.nanmax(values(lag)) == 2.0


def test_synchrony_has_a_scale(recording, make_table):
    _, lag = assembly_matrix(make_table(recording, [[4, 1]], [[0.0, 0.0]], [[1.0]]))[0]
    assert lag.images[0].get_clim() == (0.0, 1.0)


def test_many_units_and_assemblies_fit_on_a_page(recording, make_table):
    members = [[first, (first + 3) % 12] for first in range(12)] * 4
    grid = assembly_matrix(make_table(recording, members, [[0.0, 0.02]] * 48, [[1.0]] * 48))
    assert grid[0, 0].figure.get_figwidth() <= 6.9
    assert grid[0, 0].figure.get_figheight() <= 9.0


def test_into_given_axes(assemblies):
    figure = Figure()
    grid = assembly_matrix(assemblies, axes=figure.subplots())
    assert all(panel.figure is figure for panel in grid.flat)
