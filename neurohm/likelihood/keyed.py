"""Particles whose noise is keyed by the content of the row that they are drawn for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neurohm.backend import Array, Draws, Site
from neurohm.likelihood.importance import content_keys
from neurohm.machine import Activity, HelmholtzMachine
from neurohm.machine.passes import recognise

ROWS = 8192  # drawn at a time, so that memory stays the same for any number of samples


def keyed_particles(
    machine: HelmholtzMachine, x: Array, particles: int, seed: int, first: int = 0
) -> Activity:
    """Draw hidden activity, the same for a row of data whatever rows are beside it.

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
    clock = np.array([0, first], np.uint32)

    def draws(target: int) -> Draws:
        return Draws(keys, particles, Site.SCORE.of(target), clock)

    return recognise(machine, x, draws, Site.SCORE, particles, scored=True)


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
