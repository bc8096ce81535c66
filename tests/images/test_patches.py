"""Patches of photographs: of mean 0, decorrelated, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError


def photograph(size: int = 60) -> np.ndarray:
    """Noise with a spectrum that falls, as that of photographs does."""
    rng = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size))
    noise = np.fft.fft2(rng.standard_normal((size, size))) / (frequency + 0.02)
    return np.fft.ifft2(noise).real


def test_little_noise_is_full_decorrelation() -> None:
    given = {"photographs": [photograph()], "coarser": 1, "kept": 1.0}
    patches = nh.natural_patches(3000, 4, **given, noise=1e-6, test=0.0)
    values = np.linalg.eigvalsh(patches.train.T @ patches.train / 3000)
    assert values[0] == pytest.approx(0, abs=1e-5)  # the mean
    np.testing.assert_allclose(values[1:], 16 / 15, rtol=0.02)
    np.testing.assert_allclose(patches.train.mean(axis=1), 0, atol=1e-5)
    assert (patches.train**2).mean() == pytest.approx(1, abs=1e-3)


def test_the_same_seed_gives_the_same_patches() -> None:
    one, again, other = (
        nh.natural_patches(50, 5, photographs=[photograph()], seed=s) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.train, again.train)
    assert not np.array_equal(one.train, other.train)
    assert one.test.shape == (5, 25)


def test_light_is_what_was_whitened() -> None:
    patches = nh.natural_patches(400, 4, photographs=[photograph()], noise=1e-3)
    back = patches.as_light(patches.train) @ patches.whitening
    np.testing.assert_allclose(back, patches.train, atol=1e-4)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="patches of 80 x 80"):
        nh.natural_patches(10, 80, photographs=[photograph()])
    with pytest.raises(InputError, match="several levels"):
        nh.natural_patches(10, 4, photographs=[np.ones((20, 20))])
    with pytest.raises(InputError, match="some left"):
        nh.natural_patches(4, 4, test=0.9, photographs=[photograph()])
    spot = np.zeros((40, 40))
    spot[0, 0] = 1
    with pytest.raises(InputError, match="show nothing"):
        nh.natural_patches(50, 4, photographs=[spot])
    with pytest.raises(InputError, match="no photographs"):
        nh.natural_patches(50, 4, photographs=[])


def test_photographs_in_one_array() -> None:
    pictures = np.stack([photograph(), photograph()[::-1]])
    one, other = (nh.natural_patches(40, 4, photographs=p) for p in (pictures, list(pictures)))
    np.testing.assert_array_equal(one.train, other.train)
