"""Parts of images, and how grey levels become binary."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.images import binarise

LEVELS = np.random.default_rng(0).random((400, 9)).astype(np.float32)


@pytest.fixture
def grey():
    return nh.Images(LEVELS, shape=(3, 3), labels={"train": np.arange(400)}, source="levels")


def test_split_is_a_partition_and_labels_follow(grey):
    parts = grey.split(valid=0.1, test=0.2)
    assert [len(rows) for rows in parts.parts.values()] == [280, 40, 80]
    together = np.concatenate([parts.labels[name] for name in parts.parts])
    assert sorted(together.tolist()) == list(range(400))
    for name, rows in parts.parts.items():
        np.testing.assert_array_equal(rows, LEVELS[parts.labels[name]])


def test_split_is_at_random_and_always_the_same(grey):
    one, again, other = (grey.split(test=0.2, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.test, again.test)
    assert not np.array_equal(one.test, other.test)
    assert not np.array_equal(one.labels["test"], np.arange(320, 400))


def test_parts_of_the_source_stay(grey):
    test = LEVELS[:5]
    images = nh.Images(LEVELS, test=test).split(valid=0.1, test=0.5)
    assert images.test is test
    assert len(images.train) == 360
    assert grey.split() is grey


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        ({"test": 1.0}, "test share 1.0"),
        ({"valid": -0.1}, "valid share -0.1"),
        ({"test": 0.001}, "of 400 images"),
        ({"test": 0.6, "valid": 0.4}, "left to learn from"),
    ],
)
def test_shares_that_cannot_be(grey, shares, text):
    with pytest.raises(InputError, match=text):
        grey.split(**shares)


def test_fixed_draws_have_the_levels_as_probabilities():
    # each of 9 pixels is a mean of 20,000 draws: five standard errors, one false alarm in 200,000
    levels = np.tile(np.linspace(0.1, 0.9, 9, dtype=np.float32), (20_000, 1))
    drawn = binarise(levels, "fixed", seed=3)
    error = np.sqrt(levels[0] * (1 - levels[0]) / len(levels))
    assert (np.abs(drawn.mean(axis=0) - levels[0]) < 5 * error).all()


def test_black_and_white_are_kept():
    extremes = np.array([[0.0, 1.0]] * 5000, dtype=np.float32)
    np.testing.assert_array_equal(binarise(extremes), extremes)


def test_a_draw_depends_on_the_place_alone():
    whole = binarise(LEVELS)
    np.testing.assert_array_equal(binarise(LEVELS[:100]), whole[:100])
    changed = LEVELS.copy()
    changed[0] = 0.5
    np.testing.assert_array_equal(binarise(changed)[1:], whole[1:])
    assert not np.array_equal(binarise(LEVELS, seed=1), whole)
    assert not np.array_equal(binarise(LEVELS, part=2), whole)


def test_threshold(grey):
    images = grey.binarised("threshold")
    np.testing.assert_array_equal(images.train, LEVELS > 0.5)
    assert images.binarise == "threshold"


def test_stochastic_images_keep_their_levels_and_have_a_fixed_test(grey):
    parts = grey.split(valid=0.1, test=0.2)
    drawn, fixed = parts.binarised("stochastic"), parts.binarised("fixed")
    np.testing.assert_array_equal(drawn.train, parts.train)
    for name in ("valid", "test"):
        np.testing.assert_array_equal(getattr(drawn, name), getattr(fixed, name))
    assert fixed.binary
    assert not drawn.binary
    later = grey.binarised("stochastic").split(test=0.2)
    assert set(np.unique(later.test)) == {0.0, 1.0}
    assert not later.binary


def test_binary_images_stay_as_they_are(grey):
    binary = nh.Images((LEVELS > 0.5).astype(np.float32))
    assert binary.binarised("stochastic") is binary
    assert grey.binarised(None) is grey


def test_modes_and_seeds_that_are_none(grey):
    with pytest.raises(InputError, match="binarise 'dither'; expected None, 'fixed'"):
        grey.binarised("dither")
    with pytest.raises(InputError, match="binarise 'dither'"):
        nh.load_images("digits", binarise="dither")
    with pytest.raises(InputError, match="binarised already"):
        grey.binarised("stochastic").binarised("fixed")
    with pytest.raises(InputError, match="seed -1"):
        grey.binarised("fixed", seed=-1)


def test_a_word_about_images(grey):
    text = repr(grey.split(test=0.2).binarised("stochastic"))
    assert text == "Images(320 of 3 × 3 pixels, 80 test, grey, binarise 'stochastic', from levels)"
    facts = grey.to_dict()
    assert (facts["shape"], facts["pixels"], facts["images"]) == ([3, 3], 9, {"train": 400})
    assert facts["mean"]["train"] == pytest.approx(LEVELS.mean())
