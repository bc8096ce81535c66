"""Practice: goals that survive imagination are imagined so more often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.agents.cycles import imagine
from neurohm.agents.goal_seeded import GoalSeededMachine
from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.learning.goal_seeded import practise as practice_updates
from neurohm.machine import Activity, recognise
from neurohm.plasticity import Delta

DECAY = 0.99


def practise(
    model: GoalSeededMachine,
    goals: npt.ArrayLike,
    situations: npt.ArrayLike | None = None,
    *,
    steps: int = 100,
    learning_rate: float = 0.05,
    random_state: int = 0,
) -> npt.NDArray[np.float64]:
    """Let a machine practise: imagine from goals, recognise, and learn by how well goals survived.

    The generative pathway, and the synapses from the context, learn by presynaptic activity x error
    x (log r(g | z') - its running mean for that goal), a three-factor rule with one scalar for each
    imagination. Without the running mean practice collapses to one code a goal; the entropy of
    `neurohm.agents.cycle_terms` tells.

    Parameters
    ----------
    model : GoalSeededMachine
        Fitted, with goals; changed in place.
    goals, situations : array_like
        What is practised, a row each, as for `GoalSeededMachine.simulate`.
    steps : int
    learning_rate : float
    random_state : int

    Returns
    -------
    ndarray of float64, (steps,)
        Mean log r(g | z') of each step, nats.

    Raises
    ------
    InputError
        If the model has no goals, or a single one.
    NotFittedError
        Before `fit`.

    Examples
    --------
    >>> import neurohm as nh
    >>> goals = np.arange(60) % 3
    >>> model = nh.GoalSeededMachine(3, [8], goals=3, steps=50).fit(np.eye(3)[goals], goals)
    >>> practise(model, [0, 1, 2], steps=5).shape
    (5,)
    """
    steps = whole_number("steps", steps)
    rate = real_number("learning_rate", learning_rate, above=0)
    machine = model._fitted()
    if not model.decoders_:
        raise InputError(f"{model!r} without goals to tell apart", "two at least", "set goals=...")
    parts = model.context_parts(goals, situations, None, None)
    context = None if model.expansion is None else model.expansion(parts, machine)
    rows, deepest = len(parts[0]), len(model.hidden)
    codes = np.concatenate(parts, axis=1)
    _, kind = np.unique(codes, axis=0, return_inverse=True)
    usual = np.full(kind.max() + 1, np.nan)
    plasticity, history = Delta(rate), []
    for step in range(steps):
        stream = RandomStream(random_state, step)
        imagined = imagine(machine, context, rows, stream)
        again = recognise(machine, imagined[0], stream, Site.SIMULATE, context=context)
        survival = model.goal_log_probability(again.dense(deepest), parts)
        mean = np.bincount(kind, survival) / np.bincount(kind)
        usual = np.where(np.isnan(usual), mean, DECAY * usual + (1 - DECAY) * mean)
        advantage = survival - usual[kind]
        if context is not None:
            seen = Activity(imagined, None, {})
            updates = practice_updates(machine, context, advantage, seen)
            plasticity.apply(machine, updates)
        history.append(float(survival.mean()))
    return np.array(history)
