"""The terms of the cycle objective, to be watched: what survives imagining and recognising."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.cycles import imagine
from neurohm.agents.goal_seeded import GoalSeededMachine
from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.machine import Workspace, log_joint, recognise
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import add_log_probability, log_recognition, zero_total


@dataclass(frozen=True)
class CycleTerms:
    """Means over contexts, in nats; each is to be low, but for the entropy, which warns.

    Parameters
    ----------
    free_energy : float
        F = alignment + reconstruction, a bound on -log p(x | context).
    alignment : float
        KL of recognition from the prior of the context: how far seeing is from expecting.
    reconstruction : float
        -log p(x | z) with z recognised: the data cycle.
    latent_cycle : float
        -log q(z | x') with z from the context and x' imagined. It cannot fall below the entropy of
        z given x' and the context.
    goal_cycle : float
        -log r(g | z'), z' recognised of what was imagined from the goal; not a number without
        goals. The entropy of goals less it is at most the information that imagination has of them.
    prior_entropy : float
        Of the deepest population given a context; near zero, practice has collapsed.
    """

    free_energy: float
    alignment: float
    reconstruction: float
    latent_cycle: float
    goal_cycle: float
    prior_entropy: float

    def to_dict(self) -> dict[str, Any]:
        """Return the terms by name."""
        return asdict(self)


def cycle_terms(
    model: GoalSeededMachine,
    x: npt.ArrayLike,
    goals: npt.ArrayLike | None = None,
    situations: npt.ArrayLike | None = None,
    memory: npt.NDArray[Any] | None = None,
    *,
    draws: int = 4,
    random_state: int = 0,
) -> CycleTerms:
    """Estimate the terms of the cycle objective of a fitted model.

    Parameters
    ----------
    model : GoalSeededMachine
    x : array_like, (rows, visible units)
    goals, situations, memory
        Contexts of the rows, as for `GoalSeededMachine.simulate`.
    draws : int
        Of each row.
    random_state : int

    Returns
    -------
    CycleTerms

    Examples
    --------
    >>> import neurohm as nh
    >>> goals = np.arange(60) % 3
    >>> model = nh.GoalSeededMachine(3, [8], goals=3, steps=50).fit(np.eye(3)[goals], goals)
    >>> terms = cycle_terms(model, np.eye(3), [0, 1, 2])
    >>> bool(np.isclose(terms.free_energy, terms.alignment + terms.reconstruction))
    True
    """
    draws = whole_number("draws", draws)
    found = [
        _once(model, x, goals, situations, memory, RandomStream(random_state, k))
        for k in range(draws)
    ]
    return CycleTerms(**{name: float(np.mean([f[name] for f in found])) for name in found[0]})


def _once(
    model: GoalSeededMachine,
    x: npt.ArrayLike,
    goals: npt.ArrayLike | None,
    situations: npt.ArrayLike | None,
    memory: npt.NDArray[Any] | None,
    stream: RandomStream,
) -> dict[str, float]:
    """Return the terms estimated with one draw of each row."""
    machine = model._fitted()
    data = machine.as_activity(x)
    parts = model.context_parts(goals, situations, memory, len(data))
    context = None if model.expansion is None else model.expansion(parts, machine)
    wake = recognise(machine, data, stream, Site.RECOGNISE, scored=True, context=context)
    assert wake.log_probability is not None
    energy = wake.log_probability - log_joint(machine, wake.states)
    given = zero_total(machine, Workspace(machine.backend), "x", len(data))
    work = Workspace(machine.backend)
    add_log_probability(machine, machine.generative, 0, wake.states, given, work)
    dreamt = imagine(machine, context, len(data), stream)
    latent = -log_recognition(machine, dreamt)
    visible = dreamt[0]
    again = recognise(machine, visible, stream, Site.SIMULATE, context=context)
    deepest = len(machine.populations) - 1
    goal = np.nan
    if model.decoders_ and goals is not None:
        decoded = model.goal_log_probability(again.dense(deepest), parts)
        goal = -float(decoded.mean())
    brought = drive(machine, machine.generative, deepest, dreamt, work, Site.SIMULATE)
    mean = machine.backend.zeros((len(data), machine.sizes[deepest]), machine.dtype)
    own = input_of(machine.generative, deepest, brought)
    machine.generative.populations[deepest].mean(machine.kernels, own, mean)
    p = np.clip(mean.astype(np.float64), 1e-12, 1 - 1e-12)
    entropy = -(p * np.log(p) + (1 - p) * np.log1p(-p)).sum(axis=1)
    return {
        "free_energy": float(energy.mean()),
        "alignment": float((energy + given).mean()),
        "reconstruction": -float(given.mean()),
        "latent_cycle": float(latent.mean()),
        "goal_cycle": goal,
        "prior_entropy": float(entropy.mean()),
    }
