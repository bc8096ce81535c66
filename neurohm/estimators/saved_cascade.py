"""Fitted cascades as model files, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.estimators.settings import plain
from neurohm.learning.cascade import CascadeNetwork, cascade_network
from neurohm.storage import Tree, machine_from_tree, machine_to_tree
from neurohm.training import History

if TYPE_CHECKING:
    from neurohm.estimators.cascade import SpikeCascade


def cascade_tree(model: SpikeCascade) -> dict[str, Any]:
    """Return a fitted `SpikeCascade` as a tree."""
    arguments = {**model.get_params(deep=False), "random_state": model.seed_}
    return {
        "estimator": {
            "arguments": plain({**arguments, "trigger": model.trigger_}),
            "bin_size": model.bin_size_,
            "time_unit": model.time_unit_,
            "observation": model.observation_,
            "seed": model.seed_,
            "windows": list(model.n_windows_),
            "trials": model.trials_,
        },
        "recording": {**model.recording_, "unit_ids": np.asarray(model.unit_ids_)},
        "independent": {"bias": model.independent_.bias},
        "machine": machine_to_tree(model.machine_),
        "history": model.history_.to_arrays(),
        "learning": {"rule": {"name": model.rule}, "plasticity": ""},
    }


def cascade_from_tree(tree: Tree) -> SpikeCascade:
    """Return the `SpikeCascade` that a tree describes."""
    from neurohm.estimators.cascade import SpikeCascade

    own, recording = tree["estimator"], tree["recording"]
    model = SpikeCascade(**own["arguments"])
    model.trigger_ = own["arguments"]["trigger"]
    model.bin_size_, model.time_unit_ = own["bin_size"], own["time_unit"]
    model.observation_, model.seed_ = own["observation"], own["seed"]
    model.n_windows_ = tuple(own["windows"])
    model.trials_ = own["trials"]
    model.unit_ids_ = recording["unit_ids"]
    model.recording_ = {key: recording[key] for key in ("fingerprint", "source")}
    model.independent_ = CascadeNetwork.of_rates(own["observation"], tree["independent"]["bias"])
    model.machine_ = machine_from_tree(tree["machine"])
    model.network_ = cascade_network(model.machine_)
    model.history_ = History(tree["history"])
    return model
