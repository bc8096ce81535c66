"""From grey levels to black and white."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError

MODES = ("fixed", "stochastic", "threshold")
"""How grey levels may become binary."""

_ROWS = 4096  # drawn at a time


def binarise(
    grey: npt.NDArray[np.float32], how: str = "fixed", *, seed: int = 0, part: int = 0
) -> npt.NDArray[np.float32]:
    """Return binary images: each pixel drawn once with its grey level as probability, or cut.

    Parameters
    ----------
    grey : ndarray of float32, (n_images, n_pixels)
        Levels from 0 to 1.
    how : str
        ``"fixed"``: drawn, by a counter-based generator, so that an image's pixels depend on the
        seed, the part and its place among the images alone. ``"threshold"``: 1 above one half.
    seed : int
    part : int
        Another gives draws that are independent of these: 0 of training images, 1 of validation,
        2 of test images.

    Returns
    -------
    ndarray of float32, (n_images, n_pixels)
        0 and 1.

    Raises
    ------
    InputError
        If there is no such way.

    References
    ----------
    Salakhutdinov, Murray (2008). On the quantitative analysis of deep belief networks. ICML 25
    (fixed draws of MNIST).

    Examples
    --------
    >>> grey = np.array([[0.0, 0.2, 1.0]], dtype=np.float32)
    >>> binarise(grey, "threshold")
    array([[0., 0., 1.]], dtype=float32)
    """
    if how == "threshold":
        return (grey > 0.5).astype(np.float32)
    if how != "fixed":
        raise InputError(
            f"binarise {how!r}", "'fixed' or 'threshold' for images that stay as drawn"
        )
    generator = np.random.Generator(np.random.Philox(key=[check_seed(seed), part]))
    drawn = np.empty(grey.shape, dtype=np.float32)
    for first in range(0, len(grey), _ROWS):
        levels = grey[first : first + _ROWS]
        drawn[first : first + _ROWS] = generator.random(levels.shape, dtype=np.float32) < levels
    return drawn


def check_mode(how: str | None) -> str | None:
    """Return the way to make grey levels binary, or None for grey images.

    Raises
    ------
    InputError
        If there is no such way.
    """
    if how is not None and how not in MODES:
        raise InputError(f"binarise {how!r}", "None, " + ", ".join(map(repr, MODES)))
    return how


def check_seed(seed: int) -> int:
    """Return a seed that a key has room for.

    Raises
    ------
    InputError
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**64:
        raise InputError(f"seed {seed!r}", "an integer from 0 to 2**64 - 1", "give e.g. 0")
    return int(seed)
