"""Gabor functions are found again, and noise is none."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.analysis import fit_gabors
from neurohm.exceptions import InputError

SHAPE = (12, 10)
DRAWN = (
    # row, column, orientation, frequency, across, along, phase, amplitude
    (5.0, 4.5, 0.0, 0.20, 1.5, 2.5, 0.0, 1.0),
    (7.5, 6.0, 45.0, 0.15, 2.0, 2.0, 90.0, 3.0),
    (3.0, 3.0, 100.0, 0.30, 1.3, 2.2, 40.0, -0.01),
    (6.0, 5.0, 170.0, 0.25, 2.5, 1.5, 130.0, 2.0),
)


def gabor(row, column, orientation, frequency, across, along, phase, amplitude) -> np.ndarray:
    """u points across bars that stand so many degrees anticlockwise from horizontal."""
    down, right = np.indices(SHAPE) - np.array([row, column])[:, None, None]
    angle = np.deg2rad(orientation)
    v = right * np.cos(angle) - down * np.sin(angle)  # along: rows count downward
    u = right * np.sin(angle) + down * np.cos(angle)
    envelope = np.exp(-(u**2) / (2 * across**2) - v**2 / (2 * along**2))
    return amplitude * envelope * np.cos(2 * np.pi * frequency * u + np.deg2rad(phase))


def test_what_was_drawn_is_found() -> None:
    fields = np.array([gabor(*each).ravel() for each in DRAWN])
    fits = fit_gabors(fields, SHAPE)
    assert (fits.r_squared > 0.9999).all()
    np.testing.assert_allclose(fits.drawn(), fields, atol=1e-3)
    turned = (fits.orientation - [each[2] for each in DRAWN] + 90) % 180 - 90
    np.testing.assert_allclose(turned, 0, atol=0.2)
    for name, place in (("row", 0), ("column", 1), ("frequency", 3), ("across", 4), ("along", 5)):
        expected = [each[place] for each in DRAWN]
        np.testing.assert_allclose(getattr(fits, name), expected, atol=0.02, err_msg=name)
    assert ((fits.phase >= 0) & (fits.phase < 180)).all()
    assert fits.to_frame().shape == (4, 9)
    assert len(fits.to_dict()["r_squared"]) == len(fits)


def test_noise_is_no_gabor_function() -> None:
    """White noise of 120 pixels: about a tenth is explained."""
    noise = np.random.default_rng(0).standard_normal((5, 120))
    assert (fit_gabors(noise, SHAPE).r_squared < 0.4).all()


def test_a_field_without_contrast_has_no_fit() -> None:
    fits = fit_gabors(np.full((1, 120), 2.0), SHAPE)
    assert fits.r_squared.tolist() == [0.0]
    assert np.isnan(fits.orientation).all()


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="12 x 10"):
        fit_gabors(np.zeros((2, 100)), SHAPE)
    with pytest.raises(InputError, match="not finite"):
        fit_gabors(np.full((1, 120), np.nan), SHAPE)
