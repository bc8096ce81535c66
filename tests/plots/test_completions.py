"""Completed images beside the truth."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from neurohm import plots
from neurohm.exceptions import InputError
from neurohm.plots.tiles import FRAME, HIDDEN

from .conftest import IMAGES, drawn, tile


@pytest.mark.parametrize("mask", ["one", "each", "image"])
def test_completions(mask):
    x = IMAGES.train[:3]
    seen = np.arange(12) < 6
    observed = {"one": seen, "each": np.tile(seen, (3, 1)), "image": seen.reshape(1, 4, 3)}[mask]
    completed = np.random.default_rng(1).random((3, 2, 12))
    axes = plots.completions(x, observed, completed, shape=(4, 3))
    whole = drawn(axes)
    assert whole.shape == (14, 15, 3)
    for row in range(3):
        masked = tile(whole, row, 1)
        np.testing.assert_allclose(masked[2:], np.tile(to_rgb(HIDDEN), (2, 3, 1)))
        np.testing.assert_allclose(masked[:2], tile(whole, row, 0)[:2])
        dark = 1 - tile(whole, row, 3)[..., 0]
        assert np.corrcoef(dark.ravel(), completed[row, 1])[0, 1] > 0.9
    np.testing.assert_allclose(whole[4], np.tile(to_rgb(FRAME), (15, 1)))
    assert [text.get_text() for text in axes.get_xticklabels()] == ["image", "seen", "completed"]


def test_arrays_that_do_not_fit():
    x = IMAGES.train[:3]
    with pytest.raises(InputError, match="completions of shape"):
        plots.completions(x, np.ones(12, bool), np.zeros((2, 2, 12)), shape=(4, 3))
    with pytest.raises(InputError, match="observed pixels of shape"):
        plots.completions(x, np.ones(5, bool), np.zeros((3, 2, 12)), shape=(4, 3))
    with pytest.raises(InputError, match="without a shape"):
        plots.completions(x, np.ones(12, bool), np.zeros((3, 2, 12)))
