"""Many small images in one picture."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.plots.style import WIDTH
from neurohm.plots.tiles import Tiling

from .conftest import tile


def test_tiles_are_pasted_row_by_row():
    images = np.arange(5)[:, None, None] * np.ones((5, 4, 3))
    tiling = Tiling.of(5, (4, 3), columns=2)
    whole = tiling.paste(images)
    assert whole.shape == tiling.size == (14, 7)
    for number in range(5):
        assert (tile(whole, *divmod(number, 2)) == number).all()
    assert (tile(whole, 2, 1) == 0).all()  # an empty place
    assert np.isnan(whole[4]).all()
    assert np.isnan(whole[:, 3]).all()


@pytest.mark.parametrize("number", [1, 2, 7, 64, 100, 150, 400])
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (4, 30), (30, 4)])
def test_a_page_has_room(number, shape):
    tiling = Tiling.of(number, shape)
    assert number <= tiling.rows * tiling.columns < number + tiling.columns
    width, height = tiling.inches()
    assert width <= WIDTH
    assert height < 12
