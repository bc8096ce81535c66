"""Stretches of consecutive bins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from neurohm.exceptions import InputError
from neurohm.training.stretches import Stretches


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_each_stretch_is_consecutive_and_all_are_others(form) -> None:
    x = np.arange(46.0)[:, None].repeat(2, axis=1)
    stretches = Stretches(form(x), 5)
    orders = [stretches.order(epoch, 0).reshape(-1, 5) for epoch in range(6)]
    for order in orders:
        assert (np.diff(order, axis=1) == 1).all()
        assert len(np.unique(order)) == order.size <= stretches.size() == 45
        assert order.size >= 40
    assert len({int(order.min()) for order in orders}) > 1
    out = np.empty((5, 2))
    stretches.take(orders[0][0], out)
    np.testing.assert_array_equal(out, x[orders[0][0]])
    np.testing.assert_array_equal(stretches.order(3, 7), stretches.order(3, 7))


def test_a_recording_of_one_stretch_will_do_and_a_shorter_one_not() -> None:
    assert Stretches(np.eye(4), 4).order(0, 0).tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match="a recording of 4 bins; expected at least 5"):
        Stretches(np.eye(4), 5)
