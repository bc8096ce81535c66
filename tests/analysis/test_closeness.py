"""Distances between members against those between any units."""

import numpy as np
import pytest

from neurohm.analysis.closeness import closeness

GRID = 100.0 * np.indices((8, 8)).reshape(2, -1).T


def test_distance_by_hand():
    distance, by_chance, _ = closeness(GRID, np.array([0, 1, 8]))
    assert distance == pytest.approx((100 + 100 + 100 * np.sqrt(2)) / 3)
    assert by_chance > 2 * distance


def test_neighbours_and_strangers():
    assert closeness(GRID, np.array([0, 1, 8, 9]))[2] <= 0.002
    assert closeness(GRID, np.array([0, 7, 56, 63]))[2] == 1.0


def test_all_units_are_as_near_as_all_units():
    assert closeness(GRID, np.arange(64), draws=9)[2] == 1.0


def test_units_without_a_place_are_left_out():
    places = GRID.copy()
    places[[1, 20, 40]] = np.nan
    found = closeness(places, np.array([0, 1, 7, 56, 63]))
    assert found == closeness(np.delete(GRID, [1, 20, 40], axis=0), np.array([0, 6, 53, 60]))
    assert found[2] == 1.0
    assert np.isnan(closeness(places, np.array([0, 1]))).all()
