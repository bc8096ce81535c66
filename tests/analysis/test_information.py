"""Information: exact for known tables, without bias where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.analysis import information_about, mutual_information
from neurohm.exceptions import InputError


def entropy(p):
    p = np.asarray(p)[np.asarray(p) > 0]
    return -(p * np.log2(p)).sum()


@pytest.mark.parametrize(
    ("table", "bits"),
    [
        ([[1, 0], [0, 1]], 1.0),
        ([[3, 3], [5, 5]], 0.0),
        (np.eye(8), 3.0),
        ([[2, 1], [1, 2]], 1 - entropy([2 / 3, 1 / 3])),
        ([[0.5, 0.0], [0.25, 0.25]], entropy([0.75, 0.25]) - 0.5),
        ([[4, 0, 0]], 0.0),
    ],
)
def test_known_tables(table, bits):
    assert mutual_information(table) == pytest.approx(bits, abs=1e-12)
    assert mutual_information(table, unit="nats") == pytest.approx(bits * np.log(2), abs=1e-12)
    assert mutual_information(np.transpose(table)) == pytest.approx(bits, abs=1e-12)


def test_is_that_of_the_table_of_states_and_conditions(responses_from):
    labels = np.array([0, 0, 1, 1])
    probability = np.array([[0.9, 0.2], [0.8, 0.1], [0.7, 0.3], [0.1, 0.4]])[:, :, None]
    found = information_about(responses_from(probability, labels, kind="probability"), shuffles=9)
    assert found.plain[0] == pytest.approx(mutual_information([[2, 2], [3, 1]]))
    assert found.entropy == 1.0
    assert (found.n_trials, found.n_bins) == (4, 2)
    counts = np.array([[0, 1], [0, 1], [5, 1], [5, 2]])[:, None]
    units = information_about(responses_from(counts, labels), shuffles=9)
    np.testing.assert_allclose(units.plain, [1.0, mutual_information([[2, 0], [1, 1]])])
    code = information_about(responses_from(counts, labels), of="code", shuffles=9)
    assert code.plain[0] == pytest.approx(mutual_information([[2, 0], [0, 1], [0, 1]]))
    assert (code.names, code.n_states.tolist()) == (("code",), [3])


def test_a_code_says_what_no_unit_says(responses_from):
    """Exclusive or: each unit alone is independent of the condition."""
    first, second = np.tile([0, 0, 1, 1], 25), np.tile([0, 1, 0, 1], 25)
    responses = responses_from(np.stack([first, second], axis=1)[:, None], first ^ second)
    np.testing.assert_allclose(information_about(responses, shuffles=19).plain, 0, atol=1e-12)
    code = information_about(responses, of="code", shuffles=19)
    assert code.plain[0] == pytest.approx(1.0)
    assert code.p_value[0] == 1 / 20


def test_no_information_in_independent_data(responses_from):
    """p <= 0.05 in 5 % of 600 variables, corrected information 0 on average.

    Either is outside of 4 deviations once in 16,000. Each trial has many like states, which would
    raise false alarms if bins were shuffled and not trials.
    """
    rng = np.random.default_rng(4)
    levels = rng.integers(0, 4, (60, 1, 600))
    labels = np.tile([0, 1, 2], 20)
    values = np.repeat(levels, 5, axis=1)
    found = information_about(responses_from(values, labels), shuffles=99)
    assert found.plain.mean() > 0.05  # the bias
    assert abs(found.corrected.mean()) < 4 * found.corrected.std() / np.sqrt(600)
    false_alarms = (found.p_value <= 0.05).sum()
    assert abs(false_alarms - 30) < 4 * np.sqrt(600 * 0.05 * 0.95)


def test_equally_frequent_states(responses_from):
    values = np.arange(8.0)[:, None, None]
    found = information_about(responses_from(values, [0, 0, 0, 0, 1, 1, 1, 1]), states=2)
    assert found.plain[0] == pytest.approx(1.0)
    assert found.n_states.tolist() == [2]


def test_one_seed_one_result(responses_from):
    rng = np.random.default_rng(0)
    responses = responses_from(rng.poisson(1.0, (30, 2, 3)), np.tile([0, 1], 15))
    first, same, other = (information_about(responses, shuffles=20, seed=s) for s in (3, 3, 4))
    assert first.to_dict() == same.to_dict()
    assert (first.chance != other.chance).any()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"of": "layers"}, "'units' or 'code'"),
        ({"unit": "hartleys"}, "'bits' or 'nats'"),
        ({"states": 1}, "states 1"),
        ({"shuffles": 0}, "shuffles 0"),
    ],
)
def test_bad_arguments(responses_from, options, text):
    responses = responses_from(np.ones((4, 1, 1)), [0, 0, 1, 1])
    with pytest.raises(InputError, match=text):
        information_about(responses, **options)


def test_bad_data(responses_from):
    with pytest.raises(InputError, match="one condition"):
        information_about(responses_from(np.ones((4, 1, 1)), [7, 7, 7, 7]))
    for table in ([1, 2], [[-1, 2]], [[0, 0]], [[np.nan, 1]]):
        with pytest.raises(InputError, match="a table of shape"):
            mutual_information(table)
