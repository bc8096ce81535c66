from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import assembly_raster
from neurohm.plots.assembly_table import COLOURS, MARKS, assemblies_of
from neurohm.plots.occurrences import _richest, taking_part


@pytest.fixture
def small():
    """Three units; those of 0 and 2 fire 40 ms apart at 1 s and 3 s, and elsewhere."""
    trains = [[0.5, 1.0, 3.015], [0.2, 1.0, 1.04, 3.0], [1.041, 1.3, 3.025, 3.2]]
    return nh.Recording.from_trains(trains, t_stop=4.0)


@pytest.fixture
def small_table(small, make_table):
    return make_table(small, [[0, 2]], [[0.0, 0.04]], [[1.0, 3.0]])


def test_spikes_of_members_within_a_bin_of_their_lag_take_part(small, small_table):
    owner = taking_part(small, assemblies_of(small_table), 0.02)
    assert owner.tolist() == [-1, 0, 0, -1, -1, -1, -1, 0, -1, 0, -1]


def test_a_bin_is_the_farthest_a_spike_may_be(make_table):
    recording = nh.Recording.from_trains([[0.98, 1.02, 1.0201], [1.0]], t_stop=2.0)
    table = make_table(recording, [[0, 1]], [[0.0, 0.0]], [[1.0]])
    assert taking_part(recording, assemblies_of(table), 0.02).tolist() == [0, 0, -1, 0]


def test_of_two_assemblies_the_nearer_has_the_spike(make_table):
    recording = nh.Recording.from_trains([[1.0, 1.01], [2.0]], t_stop=3.0)
    table = make_table(recording, [[0, 1], [0, 1]], [[0.0, 0.0]] * 2, [[1.002], [1.009]])
    assert taking_part(recording, assemblies_of(table), 0.02).tolist() == [0, 1, -1]


def test_every_spike_is_drawn_once_in_the_colour_of_its_assembly(recording, assemblies):
    above, below = assembly_raster(recording, assemblies, start=20.0, seconds=5.0)[:, 0]
    assert above.get_xlim() == below.get_xlim() == (20.0, 25.0)
    part = recording.between(20.0, 25.0)
    ticks = [line for line in below.lines if line.get_marker() == "|"]
    drawn = np.concatenate([line.get_xdata() for line in ticks])
    np.testing.assert_array_equal(np.sort(drawn), np.sort(part.spike_times))
    owner = taking_part(part, assemblies_of(assemblies), 0.02)
    sizes = {to_hex(line.get_color()): len(line.get_xdata()) for line in ticks}
    assert [sizes[colour.lower()] for colour in COLOURS[:2]] == np.bincount(
        owner[owner >= 0]
    ).tolist()


def test_most_planted_spikes_are_found(recording, assemblies):
    truth = recording.truth
    planted = 0.8 * sum(
        len(members) * len(moments)
        for members, moments in zip(truth["members"], truth["occurrences"], strict=True)
    )
    taking = np.sum(taking_part(recording, assemblies_of(assemblies), 0.02) >= 0)
    assert taking > 0.85 * planted


def test_occurrences_have_a_row_for_each_assembly(recording, assemblies):
    above, _ = assembly_raster(recording, assemblies, start=20.0, seconds=30.0)[:, 0]
    for row, (line, moments) in enumerate(zip(above.lines, assemblies["times"], strict=True)):
        inside = moments[(moments >= 20.0) & (moments < 50.0)]
        np.testing.assert_array_equal(line.get_xdata(), inside)
        assert set(line.get_ydata()) <= {row}
        assert line.get_marker() == MARKS[0]
    assert [label.get_text() for label in above.get_yticklabels()] == ["0", "1"]


def test_rows_are_sorted_by_assembly(small, small_table):
    _, below = assembly_raster(small, small_table, start=0.0, seconds=4.0)[:, 0]
    rows = {
        float(x): float(y)
        for line in below.lines
        if line.get_marker() == "|"
        for x, y in zip(*line.get_data(), strict=True)
    }
    assert (rows[0.5], rows[1.3], rows[0.2]) == (0.0, 1.0, 2.0)


def test_default_stretch_has_most_assemblies_and_is_observed(small, make_table):
    often, once = np.arange(0.1, 2.0, 0.05), [3.1]
    table = make_table(small, [[0, 2], [1, 2]], [[0.0, 0.04]] * 2, [[*often, 3.0], once])
    start = _richest(small, assemblies_of(table), 0.5)
    assert start <= 3.0 < 3.1 < start + 0.5
    gap = nh.Recording.from_trains(
        [small.times(unit) for unit in range(3)],
        t_stop=4.0,
        intervals={"observed": [[0.0, 3.05], [3.3, 4.0]]},
    )
    assert _richest(gap, assemblies_of(table), 0.5) + 0.5 <= 3.05


def test_default_stretch_without_an_occurrence_is_inside(small, make_table):
    table = make_table(small, [[0, 2]], [[0.0, 0.04]], [[]])
    assert assembly_raster(small, table)[0, 0].get_xlim() == (0.0, 3.0)


def test_stretches_that_are_not_there(small, small_table):
    with pytest.raises(InputError, match="start 9"):
        assembly_raster(small, small_table, start=9.0)
    with pytest.raises(InputError, match="0 seconds"):
        assembly_raster(small, small_table, seconds=0.0)


def test_units_in_another_order_are_the_same_spikes(recording, assemblies):
    def spikes(recording):
        _, below = assembly_raster(recording, assemblies, start=20.0, seconds=5.0)[:, 0]
        return [sorted(zip(*line.get_data(), strict=True)) for line in below.lines[1:3]]

    assert spikes(recording.select_units(recording.unit_ids[::-1])) == spikes(recording)


def test_into_given_axes_and_time_in_bins(make_table):
    counts = np.zeros((60, 3), int)
    counts[[10, 11], [0, 2]] = 1
    recording = nh.Recording.from_counts(counts)
    table = make_table(recording, [[0, 2]], [[0.0, 1.0]], [[10.5]], bin_size=1.0)
    figure = Figure()
    above, below = assembly_raster(recording, table, axes=figure.subplots())[:, 0]
    assert above.figure is below.figure is figure
    assert below.get_xlabel() == "Time (bins)"


def test_of_very_many_units_members_alone_are_drawn(make_table):
    recording = nh.Recording.from_trains([[0.5, 1.0]] * 200, t_stop=2.0)
    table = make_table(recording, [[150, 3]], [[0.0, 0.0]], [[1.0]])
    above, below = assembly_raster(recording, table, start=0.0)[:, 0]
    assert above.get_title(loc="left").startswith("Spikes of 2 of 200 units")
    rows = np.concatenate(
        [line.get_ydata() for line in below.lines if line.get_marker() == "|"]
    ).astype(float)
    assert sorted(rows[np.isfinite(rows)]) == [0, 0, 1, 1]
    assert below.get_ylim() == (1.6, -0.6)
