"""Pattern sets with a known distribution: what a model learned of them can be told exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct binary patterns and their probabilities.

    Parameters
    ----------
    name : str
    patterns : ndarray of float64, (n_patterns, n_pixels)
        0 and 1.
    probabilities : ndarray of float64, (n_patterns,)
        Positive, with sum 1.
    """

    name: str
    patterns: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]

    @property
    def entropy(self) -> float:
        """Entropy of the distribution (nats): the least mean negative log-likelihood."""
        return float(-self.probabilities @ np.log(self.probabilities))

    def sample(self, n_samples: int, seed: int = 0) -> npt.NDArray[np.float64]:
        """Draw patterns, ``(n_samples, n_pixels)``.

        Examples
        --------
        >>> bars(4).sample(10, seed=0).shape
        (10, 16)
        """
        chosen = np.random.default_rng(seed).choice(
            len(self.patterns), n_samples, p=self.probabilities
        )
        return self.patterns[chosen]


def bars(side: int = 4, on: float = 0.2) -> Patterns:
    """Return images of bars, all horizontal or all vertical.

    The orientation is horizontal or vertical with probability one half; each bar of it is there
    with probability ``on``.

    Parameters
    ----------
    side : int
        Height and width of the image, at most 10.
    on : float

    Returns
    -------
    Patterns

    References
    ----------
    Hinton, Dayan, Frey, Neal (1995). The wake-sleep algorithm. Science 268:1158.

    Examples
    --------
    >>> data = bars(4)
    >>> len(data.patterns), round(data.entropy, 6)
    (30, 2.409735)
    """
    side = _checked(side, on, 10)
    choices = _binary_words(side)
    count = choices.sum(axis=1)
    weight = 0.5 * on**count * (1 - on) ** (side - count)
    vertical = np.tile(choices, (1, side))
    horizontal = np.repeat(choices, side, axis=1)
    return _merged("bars", np.vstack([vertical, horizontal]), np.tile(weight, 2))


def lines() -> Patterns:
    """Return the 3 x 3 images of lines: columns, twice as often as rows, neither none nor all.

    Returns
    -------
    Patterns

    References
    ----------
    Kirby (2006). A tutorial on Helmholtz machines.

    Examples
    --------
    >>> data = lines()
    >>> len(data.patterns), round(data.entropy, 6)
    (12, 2.428274)
    """
    choices = _binary_words(3)[1:-1]
    columns, rows = np.tile(choices, (1, 3)), np.repeat(choices, 3, axis=1)
    weight: npt.NDArray[np.float64] = np.repeat(np.array([2 / 18, 1 / 18]), len(choices))
    return _merged("lines", np.vstack([columns, rows]), weight)


def shifter(width: int = 8, on: float = 0.2) -> Patterns:
    """Return two rows of pixels, the second being the first shifted by one to the left or right.

    Parameters
    ----------
    width : int
        Pixels in a row, at most 12.
    on : float
        Probability of a pixel of the first row.

    Returns
    -------
    Patterns

    References
    ----------
    Dayan, Hinton, Neal, Zemel (1995). The Helmholtz machine. Neural Computation 7:889.

    Examples
    --------
    >>> data = shifter(8)
    >>> len(data.patterns), round(data.entropy, 6)
    (508, 4.579165)
    """
    width = _checked(width, on, 12)
    first = _binary_words(width)
    count = first.sum(axis=1)
    weight = 0.5 * on**count * (1 - on) ** (width - count)
    shifted = [np.hstack([first, np.roll(first, shift, axis=1)]) for shift in (1, -1)]
    return _merged("shifter", np.vstack(shifted), np.tile(weight, 2))


def _binary_words(length: int) -> npt.NDArray[np.float64]:
    codes = np.arange(1 << length)[:, None] >> np.arange(length)[::-1]
    return (codes & 1).astype(np.float64)


def _merged(
    name: str, patterns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> Patterns:
    """Add up the probabilities of equal patterns."""
    distinct, index = np.unique(patterns, axis=0, return_inverse=True)
    return Patterns(name, distinct, np.bincount(index.ravel(), weights).astype(np.float64))


def _checked(size: int, on: float, most: int) -> int:
    """Return a size that is one, if the probability is one, too."""
    real_number("probability", on, above=0, below=1)
    if not 2 <= whole_number("size", size) <= most:
        raise InputError(f"a size of {size} pixels", f"2 to {most}")
    return int(size)
