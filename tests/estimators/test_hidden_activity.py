"""Hidden activity used as the array of its values."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from neurohm.estimators import HiddenActivity

VALUES = np.random.default_rng(0).random((5, 3)).astype(np.float32)


@pytest.fixture
def activity() -> HiddenActivity:
    return HiddenActivity(VALUES, np.arange(5.0), (1, 1, 2))


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x * 2,
        lambda x: 1 - x,
        lambda x: x > 0.5,
        lambda x: VALUES + x,
        lambda x: x.T,
        lambda x: x.T @ x,
        lambda x: x.mean(0),
        lambda x: x[1:3, 0],
        lambda x: np.exp(x),
        lambda x: np.add.reduce(x),
        lambda x: np.mean(x, axis=0),
        lambda x: np.vstack([x, x]),
        lambda x: np.asarray(x, dtype=np.float64),
        lambda x: np.array(list(x)),
        lambda x: pd.DataFrame(x).to_numpy(),
        lambda x: (*x.shape, x.ndim, len(x)),
    ],
)
def test_it_is_used_as_its_values_are(activity, use):
    result, expected = use(activity), use(VALUES)
    assert type(result) is type(expected)
    np.testing.assert_array_equal(result, expected)


def test_a_copy_is_whole(activity):
    twin = copy.deepcopy(activity)
    assert twin.layers == activity.layers
    np.testing.assert_array_equal(twin.times, activity.times)
    np.testing.assert_array_equal(twin, activity)
    assert repr(twin) == "HiddenActivity(5 windows x 3 hidden units)"


def test_what_no_array_has_it_does_not_have(activity):
    with pytest.raises(AttributeError, match="colour"):
        _ = activity.colour
