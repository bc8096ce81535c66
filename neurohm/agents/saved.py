"""A goal-seeded machine as a tree of plain values, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.machine import ContextMachine
from neurohm.populations import population_of
from neurohm.storage import Tree, machine_from_tree, machine_to_tree, parameters_from_tree

if TYPE_CHECKING:
    from neurohm.agents.goal_seeded import GoalSeededMachine


def goal_seeded_to_tree(model: GoalSeededMachine) -> dict[str, Any]:
    """Return a fitted model as a tree: settings, machine, decoders and what was learned from."""
    settings = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in model.settings().items()
    }
    return {
        "settings": settings,
        "visible": [model.visible.settings()],
        "machine": machine_to_tree(model.machine_),
        "decoders": {str(i): machine_to_tree(d) for i, d in enumerate(model.decoders_)},
        "history": model.history_,
        "seen": np.zeros(0) if model.seen_ is None else model.seen_.astype(np.int8),
    }


def goal_seeded_from_tree(kind: type[GoalSeededMachine], tree: Tree) -> GoalSeededMachine:
    """Return the model that a tree describes."""
    settings = dict(tree["settings"])
    settings["temperature"] = tuple(settings["temperature"])
    model = kind(population_of(tree["visible"][0]), **settings)
    units = 0 if model.expansion is None else model.expansion.units
    model.machine_ = ContextMachine(
        [model.visible, *model.hidden], context=units, recognised=model.recognises_context
    )
    model.machine_.set_parameters(parameters_from_tree(tree["machine"]))
    decoders = tree.get("decoders", {})
    model.decoders_ = tuple(machine_from_tree(decoders[str(i)]) for i in range(len(decoders)))
    model.history_ = np.asarray(tree["history"])
    seen = np.asarray(tree["seen"])
    model.seen_ = seen.astype(bool) if seen.size else None
    return model
