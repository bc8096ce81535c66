"""A balanced network with embedded assemblies."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.spiking.brian import brian2, second
from neurohm.spiking.circuits.cells import (
    STEP,
    cells,
    kicks,
    moments,
    random_pairs,
    synapses,
    trains,
)

_DELAY = 1.5e-3  # seconds, of synapses
_JITTER = 4e-3  # seconds, of the arrival of a kick at members


def balanced(
    n_units: int = 60,
    minutes: float = 10.0,
    *,
    n_assemblies: int = 4,
    members: int = 8,
    occurrence_rate: float = 0.3,
    seed: int = 0,
) -> Recording:
    """Simulate excitatory and inhibitory cells in balance, with assemblies among the former.

    Members of an assembly excite each other more strongly than chance partners do. At Poisson
    moments an assembly gets a kick that lets most of its members fire, and each other. Recorded
    are the excitatory cells. Prefer `simulate`.

    Parameters
    ----------
    n_units : int
        Excitatory cells; a quarter as many inhibitory ones come on top.
    minutes : float
    n_assemblies, members : int
        Assemblies without common members, and members of each.
    occurrence_rate : float
        Of each assembly, Hz.
    seed : int

    Returns
    -------
    Recording
        With ``truth``: ``members``, ``lags`` (zero) and ``occurrences``, as
        `neurohm.simulate_assemblies` has them.
    """
    if n_assemblies * members > n_units:
        raise InputError(
            f"{n_units} units for {n_assemblies} assemblies of {members}",
            f"at least {n_assemblies * members}",
        )
    rng, clock, duration = np.random.default_rng(seed), brian2.Clock(STEP * second), 60 * minutes
    inhibitors = max(1, n_units // 4)
    excitatory, inhibitory = (
        cells(n, name, rng, clock)
        for n, name in ((n_units, "excitatory"), (inhibitors, "inhibitory"))
    )
    order = rng.permutation(n_units)
    assemblies = [np.sort(part) for part in order[: n_assemblies * members].reshape(-1, members)]
    occurrences = [moments(occurrence_rate, duration, 0.05, seed, k) for k in range(n_assemblies)]
    objects = [excitatory, inhibitory, *_wiring(excitatory, inhibitory, rng)]
    if n_assemblies:
        objects += _assemblies(excitatory, assemblies)
        objects += kicks(occurrences, assemblies, excitatory, 11.0, _JITTER, rng)
    monitor = brian2.SpikeMonitor(excitatory, name="recorded")
    brian2.seed(seed)
    brian2.Network(*objects, monitor).run(duration * second, namespace={})
    return Recording.from_trains(
        trains(monitor, STEP),
        t_stop=duration,
        truth={
            "members": assemblies,
            "lags": [np.zeros(members) for _ in assemblies],
            "occurrences": occurrences,
            "settings": {
                "circuit": "balanced", "n_units": n_units, "minutes": minutes, "seed": seed,
                "n_assemblies": n_assemblies, "members": members,
                "occurrence_rate": occurrence_rate,
            },
        },
        layout="simulated balanced network with embedded assemblies",
    )  # fmt: skip


def _wiring(excitatory: Any, inhibitory: Any, rng: np.random.Generator) -> list[Any]:
    """Return the random synapses within and between both kinds of cells."""
    made = []
    for source, target, p, size in (
        (excitatory, excitatory, 0.1, 0.3),
        (excitatory, inhibitory, 0.2, 0.6),
        (inhibitory, excitatory, 0.3, -1.0),
        (inhibitory, inhibitory, 0.3, -1.0),
    ):
        pairs = random_pairs(source.N, target.N, p, rng)
        name = f"{source.name}_{target.name}"
        made.append(synapses(source, target, pairs, size, _DELAY, name))
    return made


def _assemblies(group: Any, assemblies: list[npt.NDArray[np.int64]]) -> list[Any]:
    """Return the strong synapses among members; none where each is alone in its assembly."""
    within = [(i, j) for own in assemblies for i in own for j in own if i != j]
    if not within:
        return []
    i, j = np.array(within).T
    return [synapses(group, group, (i, j), 1.5, _DELAY, "assemblies")]
