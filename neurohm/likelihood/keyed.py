"""Particles whose noise is keyed by the content of the row that they are drawn for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Draws, MovingStream, Site
from neurohm.machine import Activity, HelmholtzMachine
from neurohm.machine.passes import recognise

ROWS = 8192  # drawn at a time, so that memory stays the same for any number of samples


@dataclass(frozen=True, eq=False)
class KeyedStream(MovingStream):
    """The random numbers of rows with keys of their own.

    Parameters
    ----------
    rows_per_key : int
        Consecutive rows that share a key: the particles of a row of data.
    """

    rows_per_key: int = 1

    def at(self, site: int) -> Draws:
        """Return the draws at a site."""
        return Draws(self.keys, self.rows_per_key, site, self.clock)


def content_keys(x: Array, seed: int) -> npt.NDArray[np.uint32]:
    """Return a key of random numbers for each row, made of its content and the seed.

    Zeros contribute nothing, so a sparse row has the same key as a dense one.

    Parameters
    ----------
    x : ndarray, (rows, units)
    seed : int

    Returns
    -------
    ndarray of uint32, (rows, 2)

    Examples
    --------
    >>> keys = content_keys(np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), seed=0)
    >>> bool((keys[0] == keys[2]).all()), bool((keys[0] == keys[1]).all())
    (True, False)
    """
    values = np.ascontiguousarray(x, dtype=np.float64)
    columns = np.arange(1, values.shape[1] + 1, dtype=np.uint64)
    words = _mix(values.view(np.uint64) ^ _mix(columns))
    words[values == 0] = 0
    mixed = _mix(words.sum(axis=1, dtype=np.uint64) ^ _mix(np.array([seed], dtype=np.uint64)))
    return np.stack([mixed & np.uint64(0xFFFFFFFF), mixed >> np.uint64(32)], axis=1).astype(
        np.uint32
    )


def keyed_particles(
    machine: HelmholtzMachine, x: Array, particles: int, seed: int, first: int = 0
) -> Activity:
    """Draw hidden activity, with the same noise for a row of data whatever rows are beside it.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray, (rows, visible units)
    particles : int
        Draws for each row, consecutive.
    seed : int
    first : int
        How many particles of each row were drawn before; their noise is not used again.

    Returns
    -------
    Activity
        With log q(h | x), nats.
    """
    keys = content_keys(machine.backend.to_host(x), seed)
    stream = KeyedStream(keys, np.array([0, first], np.uint32), particles)
    return recognise(machine, x, stream, Site.SCORE, particles, scored=True)


def blocks(rows: int, particles: int) -> Iterator[slice]:
    """Return parts of so many rows that a fixed number of particles is drawn at a time.

    Examples
    --------
    >>> list(blocks(5000, 2))
    [slice(0, 4096, None), slice(4096, 5000, None)]
    """
    share = max(1, ROWS // particles)
    for start in range(0, rows, share):
        yield slice(start, min(rows, start + share))


def _mix(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return a well-mixed permutation of 64-bit words (Stafford's variant 13)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
