"""Counter-based random numbers: a draw is a pure function of where and when it is made.

The generator is Philox 4x32 with ten rounds. A block of 64 columns takes sixteen counters; the
first output word of all sixteen serves columns 0-15, the second columns 16-31, and so on. That
order lets one vector register hold the same word of sixteen counters.

References
----------
Salmon, Moraes, Dror, Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. SC11.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import ArgumentTypeError, InputError

ROUNDS = 10
BLOCK = 64
LANE = 16
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
UNIT = 2.0**-24

_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ALL_ROWS = 2**62

UIntArray = npt.NDArray[np.uint32]


class Site(IntEnum):
    """What a draw is for; with the index of a population it names one use of random numbers."""

    WAKE = 0
    SLEEP = 1
    DREAM = 2
    RECOGNISE = 3
    SCORE = 4
    INITIAL = 5
    SHUFFLE = 6
    FIELDS = 7
    DEFENSIVE = 8
    PIXELS = 9
    METRIC = 10
    MISMATCH = 11
    STIMULUS = 12
    ENCODING = 13
    SLEEP_DDC = 14
    ACCEPT = 15
    SIMULATE = 16
    DECODE = 17
    TRAJECTORY = 18

    def of(self, population: int = 0) -> int:
        """Return the number of this site at the population of that index."""
        return int(self) << 16 | population


@dataclass(frozen=True)
class Draws:
    """Where a matrix of draws lies among all random numbers.

    Row ``r`` of the matrix is drawn with key ``keys[r // rows_per_key]`` and row counter
    ``first_row + r % rows_per_key``: in learning one key serves all rows; in scoring each sample
    has a key of its own, made of its content, and its particles are the rows.

    Parameters
    ----------
    keys : ndarray of uint32, (n_keys, 2)
    rows_per_key : int
    site : int
    clock : ndarray of uint32, (2,)
        Step and first row. An array, so that a recorded step draws fresh numbers when the clock
        has moved on.
    """

    keys: UIntArray
    rows_per_key: int
    site: int
    clock: UIntArray


@dataclass(frozen=True)
class RandomStream:
    """All random numbers of one step, addressed by site, row and column.

    Parameters
    ----------
    seed : int
        Non-negative, below 2**64.
    step : int
        The step of learning, below 2**32.

    Examples
    --------
    >>> stream = RandomStream(seed=0, step=3)
    >>> draws = stream.at(Site.WAKE.of(1))
    >>> bool((uniform(draws, 2, 5) == uniform(draws, 2, 5)).all())
    True
    """

    seed: int
    step: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**64:
            raise InputError(f"seed {self.seed}", "an integer from 0 to 2**64 - 1", "give e.g. 0")

    def at(self, site: int) -> Draws:
        """Return the draws at a site, one key for all rows."""
        return Draws(self.keys(), _ALL_ROWS, site, np.array([self.step, 0], dtype=np.uint32))

    def keys(self) -> UIntArray:
        """Return the key of all rows, ``(1, 2)``."""
        return np.array([[self.seed & 0xFFFFFFFF, self.seed >> 32]], dtype=np.uint32)

    def generator(self, site: int) -> np.random.Generator:
        """Return a NumPy generator for work outside the kernels (initial weights, permutations)."""
        return np.random.Generator(np.random.Philox(key=[self.seed, site << 32 | self.step]))


@dataclass(frozen=True, eq=False)
class MovingStream:
    """The random numbers of the step that a clock shows, for a step that is recorded once.

    Parameters
    ----------
    keys : ndarray of uint32, (1, 2)
    clock : ndarray of uint32, (2,)
        Step and first row; who writes to it moves every draw on.

    Examples
    --------
    >>> stream = RandomStream(seed=1, step=7)
    >>> moving = MovingStream(stream.keys(), np.zeros(2, np.uint32))
    >>> moving.clock[0] = 7
    >>> bool((uniform(moving.at(3), 2, 5) == uniform(stream.at(3), 2, 5)).all())
    True
    """

    keys: UIntArray
    clock: UIntArray

    def at(self, site: int) -> Draws:
        """Return the draws at a site, one key for all rows."""
        return Draws(self.keys, _ALL_ROWS, site, self.clock)


def as_stream(seed: int | RandomStream) -> RandomStream:
    """Return a stream, made of a seed where it is not one already."""
    if isinstance(seed, RandomStream):
        return seed
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
        raise ArgumentTypeError(f"seed {seed!r}", "an integer or a RandomStream", "give e.g. 0")
    return RandomStream(int(seed))


def philox(counter: npt.NDArray[np.uint64], key: npt.NDArray[np.uint64]) -> UIntArray:
    """Encrypt counters with Philox 4x32, ten rounds.

    Parameters
    ----------
    counter : ndarray of uint64, (..., 4)
        Four words below 2**32 each.
    key : ndarray of uint64, (..., 2)
        Two words below 2**32 each, broadcast against the counters.

    Returns
    -------
    ndarray of uint32, (..., 4)

    Examples
    --------
    The first known answer of the published generator:

    >>> zero = philox(np.zeros(4, np.uint64), np.zeros(2, np.uint64))
    >>> [f"{word:08x}" for word in zero.tolist()]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    x0, x1, x2, x3 = (counter[..., i].astype(np.uint64) for i in range(4))
    k0, k1 = key[..., 0].astype(np.uint64), key[..., 1].astype(np.uint64)
    for _ in range(ROUNDS):
        p0, p1 = np.uint64(MULTIPLIERS[0]) * x0, np.uint64(MULTIPLIERS[1]) * x2
        x0, x2 = (p1 >> _SHIFT) ^ x1 ^ k0, (p0 >> _SHIFT) ^ x3 ^ k1
        x1, x3 = p1 & _MASK, p0 & _MASK
        k0, k1 = (k0 + np.uint64(WEYL[0])) & _MASK, (k1 + np.uint64(WEYL[1])) & _MASK
    return np.stack([x0, x1, x2, x3], axis=-1).astype(np.uint32)


def random_bits(draws: Draws, rows: int, columns: int) -> UIntArray:
    """Return 32 random bits for each row and column.

    Parameters
    ----------
    draws : Draws
    rows, columns : int

    Returns
    -------
    ndarray of uint32, (rows, columns)
    """
    blocks = -(-columns // BLOCK)
    row = np.arange(rows)
    counter = np.zeros((rows, blocks * LANE, 4), dtype=np.uint64)
    counter[..., 0] = np.arange(blocks * LANE)
    step, first_row = draws.clock
    counter[..., 1] = (int(first_row) + row % draws.rows_per_key)[:, None]
    counter[..., 2] = draws.site
    counter[..., 3] = step
    key = draws.keys[row // draws.rows_per_key].astype(np.uint64)[:, None, :]
    words = philox(counter, key).reshape(rows, blocks, LANE, 4)
    return words.transpose(0, 1, 3, 2).reshape(rows, blocks * BLOCK)[:, :columns]


def uniform(draws: Draws, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Return uniform numbers in [0, 1) of 24 bits, those that every kernel compares with.

    Returns
    -------
    ndarray of float32, (rows, columns)
    """
    return (random_bits(draws, rows, columns) >> np.uint32(8)).astype(np.float32) * np.float32(UNIT)
