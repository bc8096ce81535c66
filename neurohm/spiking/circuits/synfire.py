"""A synfire chain: volleys that travel from pool to pool."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.spiking.brian import brian2, second
from neurohm.spiking.circuits.cells import STEP, cells, kicks, moments, synapses, trains

_DELAY = 10e-3  # seconds, from pool to pool
_DRIVE = 7.0  # mV of mean background: the chain is not to ignite by itself
_VOLLEY = 24.0  # mV that a whole pool adds to each cell of the next


def synfire(
    n_units: int = 60,
    minutes: float = 10.0,
    *,
    pools: int = 6,
    width: int = 8,
    occurrence_rate: float = 0.5,
    seed: int = 0,
) -> Recording:
    """Simulate a chain of pools of cells, each of which excites all of the next.

    At Poisson moments the first pool gets a kick; a volley then travels down the chain, 10 ms from
    pool to pool. Cells that are in no pool fire in noise alone. Prefer `simulate`.

    Parameters
    ----------
    n_units : int
    minutes : float
    pools, width : int
        Pools in the chain, and cells in each.
    occurrence_rate : float
        Volleys, Hz.
    seed : int

    Returns
    -------
    Recording
        With ``truth``: ``members``, ``lags`` (seconds after the first pool) and ``occurrences``
        of one pattern, the chain, and ``pools``.

    References
    ----------
    Diesmann, Gewaltig, Aertsen (1999). Stable propagation of synchronous spiking in cortical
    neural networks. Nature 402:529. doi:10.1038/990101
    """
    if pools * width > n_units:
        raise InputError(
            f"{n_units} units for {pools} pools of {width}", f"at least {pools * width}"
        )
    rng, clock, duration = np.random.default_rng(seed), brian2.Clock(STEP * second), 60 * minutes
    group = cells(n_units, "cells", rng, clock, _DRIVE)
    order = rng.permutation(n_units)
    chain = [np.sort(part) for part in order[: pools * width].reshape(pools, width)]
    occurrences = moments(occurrence_rate, duration, pools * _DELAY, seed, 0)
    objects: list[Any] = [group, *kicks([occurrences], [chain[0]], group, 16.0, 2e-3, rng)]
    for k in range(pools - 1):
        i, j = np.repeat(chain[k], width), np.tile(chain[k + 1], width)
        size = _VOLLEY / width
        objects.append(synapses(group, group, (i, j), size, _DELAY, f"pool{k}_pool{k + 1}"))
    monitor = brian2.SpikeMonitor(group, name="recorded")
    brian2.seed(seed)
    brian2.Network(*objects, monitor).run(duration * second, namespace={})
    members = np.concatenate(chain)
    lags = np.repeat(np.arange(pools) * _DELAY, width)
    ascending = np.argsort(members)
    return Recording.from_trains(
        trains(monitor, STEP),
        t_stop=duration,
        truth={
            "members": [members[ascending]],
            "lags": [lags[ascending]],
            "occurrences": [occurrences],
            "pools": chain,
            "settings": {
                "circuit": "synfire", "n_units": n_units, "minutes": minutes, "seed": seed,
                "pools": pools, "width": width, "occurrence_rate": occurrence_rate,
            },
        },
        layout="simulated synfire chain",
    )  # fmt: skip
