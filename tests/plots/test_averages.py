from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import triggered_average
from neurohm.plots.averages import _average


def images(panel):
    """Rates of members and of others."""
    return [np.ma.filled(image.get_array(), np.nan) for image in panel.images]


def test_rates_are_spikes_by_occurrences_and_width():
    trains = [[1.001, 2.001, 2.002], [1.012], []]
    recording = nh.Recording.from_trains(trains, t_stop=3.0)
    rates, number = _average(recording, np.array([1.0, 2.0]), np.array([-0.01, 0.0, 0.01, 0.02]))
    np.testing.assert_allclose(rates, [[0, 150, 0], [0, 0, 50], [0, 0, 0]])
    assert number == 2


def test_any_spikes_equal_a_plain_count():
    rng = np.random.default_rng(0)
    trains = [np.sort(rng.uniform(0, 50, 400)) for _ in range(3)]
    recording = nh.Recording.from_trains(trains, t_stop=50.0)
    moments, edges = np.sort(rng.uniform(1, 49, 60)), 0.05 * np.arange(-4, 9)
    rates, _ = _average(recording, moments, edges)
    for train, rate in zip(trains, rates, strict=True):
        lags = (train[:, None] - moments).ravel()
        np.testing.assert_allclose(rate, np.histogram(lags, edges)[0] / (60 * 0.05))


def test_unobserved_time_is_left_out():
    recording = nh.Recording.from_trains(
        [[1.005, 2.005]], t_stop=3.0, intervals={"observed": [[0.0, 2.01], [2.5, 3.0]]}
    )
    rates, _ = _average(recording, np.array([1.0, 2.0]), np.array([0.0, 0.01, 0.02]))
    np.testing.assert_allclose(rates, [[100, 0]])
    rates, number = _average(recording, np.array([2.0, 9.0]), np.array([0.0, 0.01, 0.02]))
    assert rates[0, 0] == pytest.approx(100)
    assert np.isnan(rates[0, 1])
    assert number == 1


def test_counts_stay_in_their_bins(make_table):
    counts = np.zeros((200, 3), int)
    counts[20:180:10, 0] = counts[21:181:10, 1] = 1
    recording = nh.Recording.from_counts(counts, bin_width=0.02)
    for begins in (0.0, 0.5, 0.99):  # wherever in its bin the moment lies
        moments = 0.02 * (np.arange(20, 180, 10) + begins)
        table = make_table(recording, [[0, 1]], [[0.0, 0.02]], [moments])
        panel = triggered_average(recording, table, before=0.04, after=0.06)[0, 0]
        members, others = images(panel)
        np.testing.assert_allclose(members, [[0, 0, 50, 0, 0], [0, 0, 0, 50, 0]], atol=1e-6)
        np.testing.assert_array_equal(others, [[0] * 5])


def test_members_come_first_by_lag_and_by_name(recording, assemblies):
    panels = triggered_average(recording, assemblies)
    assert panels.shape == (1, 2)
    for panel, (_, row) in zip(panels.flat, assemblies.iterrows(), strict=True):
        members, others = images(panel)
        assert len(members) == len(row["members"])
        assert len(others) == recording.n_units - len(members)
        by_lag = np.argsort(row["lags"])
        names = [str(row["members"][place]) for place in by_lag]
        assert [label.get_text() for label in panel.get_yticklabels()] == names
        times = np.linspace(-0.1, 0.2, members.shape[1], endpoint=False)
        peaks = times[members.argmax(axis=1)]
        np.testing.assert_allclose(peaks, np.sort(row["lags"]), atol=0.011)  # a bin and a jitter
        assert members.max(axis=1).min() > 4 * np.nanmax(others.mean(axis=1))
        assert panel.get_title(loc="left") == f"{row.name}:  n = {len(row['times'])}"
        assert panel.get_xlim() == pytest.approx((-100.0, 200.0))


def test_colours_are_shared(recording, assemblies):
    panels = triggered_average(recording, assemblies)
    assert len({image.get_clim() for panel in panels.flat for image in panel.images}) == 1


def test_long_times_are_drawn_in_wider_bins(recording, assemblies):
    panel = triggered_average(recording, assemblies, before=1.0, after=3.0)[0, 0]
    assert images(panel)[0].shape[1] == 80


def test_everyone_a_member_and_no_occurrence_inside(recording, make_table):
    everyone = range(recording.n_units)
    table = make_table(recording, [everyone], [[0.0] * recording.n_units], [[1e4]])
    panel = triggered_average(recording, table)[0, 0]
    (members,) = images(panel)
    assert np.isnan(members).all()
    assert panel.get_title(loc="left") == "0:  n = 0"
    assert panel.figure.to_png().startswith(b"\x89PNG")


def test_nothing_to_show(recording, assemblies):
    with pytest.raises(InputError, match="together at least a bin"):
        triggered_average(recording, assemblies, before=0.0, after=0.0)
    with pytest.raises(InputError, match="before"):
        triggered_average(recording, assemblies, before=-1.0)


def test_into_given_axes(recording, assemblies):
    figure = Figure(figsize=(5, 3))
    panels = triggered_average(recording, assemblies, axes=figure.subplots())
    assert all(panel.figure is figure for panel in panels.flat)
