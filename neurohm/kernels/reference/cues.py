"""Passes around cues: how images look from afar, and what that makes the units of a layer do.

``level`` and ``told`` are float64, ``(images, pixels)``, with the pixels of a coarse image. What an
image tells serves ``rows / images`` consecutive rows.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array
from neurohm.kernels.reference.rows import dense, spread


def coarsen(
    x: Activations, ends: Array, seen: Array, share: Array, largest: bool, shift: int, level: Array
) -> None:
    """Write the means, or the largest values, of what coarse pixels cover.

    Parameters
    ----------
    x : ndarray or SparseRows, (images, units)
        Compressed values are not negative.
    ends : ndarray of int64, (pixels + 1,)
        Pixel p covers ``seen[ends[p] : ends[p + 1]]``.
    seen : ndarray of int32
        Units that are covered.
    share : ndarray of float64
        What part of the pixel each of them is.
    largest : bool
        Whether to take the largest value instead of the mean.
    shift : int
        Image i becomes the level of row i + shift, the last ones that of the first rows.
    level : ndarray of float64, (images, pixels)
    """
    pixel = np.repeat(np.arange(ends.size - 1), np.diff(ends))
    covered = np.roll(dense(x), shift, axis=0).astype(np.float64)[:, seen].T
    level[...] = -np.inf if largest else 0
    if largest:
        np.maximum.at(level.T, pixel, covered)
    else:
        np.add.at(level.T, pixel, share[:, None] * covered)


def decide(level: Array, threshold: float, doubt: float) -> None:
    """Turn levels above a threshold into 1 - doubt, others into doubt, in place."""
    level[...] = np.where(level > threshold, 1 - doubt, doubt)


def stretch(level: Array, contrast: float, doubt: float) -> None:
    """Stretch levels about one half and hold them between doubt and 1 - doubt, in place."""
    level[...] = np.clip((level - 0.5) * contrast + 0.5, doubt, 1 - doubt)


def mix(
    drive: Array, bias: Array, told: Array, units: Array, strength: float, sure: float, out: Array
) -> None:
    """Write the log-odds of units that fire with probability (1 - strength) q + strength told.

    Parameters
    ----------
    drive : ndarray, (drive_rows, units)
    bias : ndarray, (units,)
        With the drive the log-odds of q.
    told : ndarray of float64, (images, pixels)
    units : ndarray of int64, (pixels,)
        Which units are told; the others keep their own log-odds.
    strength : float
    sure : float
        The least probability of either state.
    out : ndarray, (rows, units)
    """
    own, v = _own(drive, bias, told, units, out)
    p = np.clip((1 - strength) / (1 + np.exp(-own)) + strength * v, sure, 1 - sure)
    out[:, units] = np.log(p / (1 - p))


def mix_log_odds(
    drive: Array, bias: Array, told: Array, units: Array, strength: float, out: Array
) -> None:
    """Write log-odds mixed in proportion, those of the cue at the strength."""
    own, v = _own(drive, bias, told, units, out)
    out[:, units] = (1 - strength) * own + strength * np.log(v / (1 - v))


def _own(drive: Array, bias: Array, told: Array, units: Array, out: Array) -> tuple[Array, Array]:
    """Write the units' own log-odds; return those of the ones told, and what they are told."""
    out[...] = spread(drive, out.shape[0]) + bias
    return out[:, units].astype(np.float64), spread(told, out.shape[0])
