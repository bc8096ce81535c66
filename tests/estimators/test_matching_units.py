"""A recording fits a model when its units are the same, in whatever order."""

import numpy as np
import pytest

from neurohm.estimators.matching_units import in_model_order
from neurohm.exceptions import InputError
from neurohm.recordings import Recording

IDS = np.array(["a", "b", "c"])


def recording_of(*units, **options):
    trains = {unit: [0.1 * ord(unit[0]) / 100] for unit in units}
    return Recording.from_trains(trains, t_stop=1.0, **options)


def test_units_are_put_in_order_each_with_its_spikes():
    given = recording_of("c", "a", "b")
    ordered = in_model_order(given, IDS, "s")
    assert ordered.unit_ids.tolist() == ["a", "b", "c"]
    for unit in IDS:
        there, here = (list(r.unit_ids).index(unit) for r in (given, ordered))
        np.testing.assert_array_equal(ordered.times(here), given.times(there))


def test_a_recording_in_order_is_returned_as_it_is():
    given = recording_of(*IDS)
    assert in_model_order(given, IDS, "s") is given


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (("a", "b"), r"2 units, without unit 'c' of the model; .*the 3 units.*fit again"),
        (("a", "b", "c", "d"), r"with unit 'd' that the model does not know.*select_units"),
        (("a", "x", "y"), r"without units 'b', 'c' of the model and with units 'x', 'y'"),
    ],
)
def test_the_message_names_the_units_that_differ(units, words):
    with pytest.raises(InputError, match=words):
        in_model_order(recording_of(*units), IDS, "s")


def test_not_all_of_many_units_are_named():
    many = np.arange(100)
    few = Recording.from_trains({0: [0.1]}, t_stop=1.0)
    with pytest.raises(InputError, match=r"units 1, 2, 3, 4, 5 and 94 more of the model"):
        in_model_order(few, many, "s")


def test_names_are_not_told_by_position():
    with pytest.raises(InputError, match="without units 'a', 'b', 'c'"):
        in_model_order(Recording.from_trains([[0.1]] * 3, t_stop=1.0), IDS, "s")


def test_units_of_a_matrix_are_told_by_position():
    matrix = Recording.from_counts(np.eye(3, dtype=int), 0.02)
    assert in_model_order(matrix, IDS, "s", named=False) is matrix
    with pytest.raises(InputError, match="matrix of 3 units.*expected 2"):
        in_model_order(matrix, IDS[:2], "s", named=False)


@pytest.mark.parametrize("named", [True, False])
def test_seconds_and_bins_are_not_mixed(named):
    bins = Recording.from_counts(np.eye(3, dtype=int))
    with pytest.raises(InputError, match="time in bin.*time in s.*bin width"):
        in_model_order(bins, bins.unit_ids, "s", named=named)
    assert in_model_order(bins, bins.unit_ids, "bin", named=named) is bins
