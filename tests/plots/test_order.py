from __future__ import annotations

import numpy as np

from neurohm.plots.order import hidden_order, strength, unit_order


def planted(n_hidden=4, members=5, lags=6, seed=0):
    """Each hidden unit raises its own units, one lag after the other; units shuffled."""
    fields = np.zeros((n_hidden, n_hidden * members, lags))
    for hidden in range(n_hidden):
        for member in range(members):
            fields[hidden, hidden * members + member, member] = 10.0 - 2 * hidden
    shuffled = np.random.default_rng(seed).permutation(fields.shape[1])
    return fields[:, shuffled], shuffled


def test_planted_structure_becomes_a_diagonal():
    fields, shuffled = planted()
    np.testing.assert_array_equal(shuffled[unit_order(fields)], np.arange(len(shuffled)))


def test_order_is_a_permutation_whatever_the_fields():
    rng = np.random.default_rng(0)
    for shape in [(1, 1, 1), (3, 7, 1), (100, 40, 5)]:
        for fields in (rng.normal(size=shape), np.zeros(shape), -np.ones(shape)):
            assert sorted(unit_order(fields)) == list(range(shape[1]))


def test_units_that_nothing_raises_come_last():
    fields = np.zeros((2, 5, 2))
    fields[0, 3] = fields[1, 1] = 4.0
    assert set(unit_order(fields)[:2]) == {1, 3}


def test_strongest_first_and_dead_left_out():
    fields = np.ones((4, 3, 2)) * np.array([1.0, 0.0, 5.0, 0.001])[:, None, None]
    assert hidden_order(fields).tolist() == [2, 0]
    assert np.all(np.diff(strength(fields)[hidden_order(fields)]) < 0)


def test_without_any_effect_no_unit_is_left():
    assert hidden_order(np.zeros((3, 2, 1))).tolist() == []
