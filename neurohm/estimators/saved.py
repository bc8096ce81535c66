"""Fitted estimators as model files, and back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from neurohm.analysis import IndependentModel
from neurohm.estimators.saved_cascade import cascade_tree
from neurohm.estimators.settings import plain, revived
from neurohm.exceptions import InputError
from neurohm.storage import Tree, machine_from_tree, machine_to_tree, read_model, write_model
from neurohm.training import History

if TYPE_CHECKING:
    from neurohm.estimators.row_estimator import RowEstimator
    from neurohm.estimators.spikes import SpikeHelmholtz

RowModel = TypeVar("RowModel", bound="RowEstimator")


def save(path: str | os.PathLike[str], model: Any) -> None:
    """Write a fitted estimator to a model file."""
    name = type(model).__name__
    if name == "SpikeCascade":
        tree = cascade_tree(model)
    else:
        tree = spike_tree(model) if name == "SpikeHelmholtz" else row_tree(model)
    write_model(path, name, tree)


def spike_tree(model: Any, *, finished: bool = True) -> dict[str, Any]:
    """Return a `SpikeHelmholtz` as a tree; without machine and history if not finished."""
    tree: dict[str, Any] = {
        "estimator": {
            "arguments": _arguments(model),
            "bin_size": model.bin_size_,
            "time_unit": model.time_unit_,
            "observation": model.observation_,
            "seed": model.seed_,
        },
        "recording": {**model.recording_, "unit_ids": np.asarray(model.unit_ids_)},
        "independent": {"mean": model.independent_.mean},
    }
    if model.positions_ is not None:
        tree["recording"]["positions"] = np.asarray(model.positions_)
    if finished:
        tree |= _learned(model)
    return tree


def spike_from_tree(tree: Tree) -> SpikeHelmholtz:
    """Return the `SpikeHelmholtz` that a tree describes, finished or a checkpoint's."""
    from neurohm.estimators.spikes import SpikeHelmholtz

    own, recording = tree["estimator"], tree["recording"]
    model = SpikeHelmholtz(**revived(own["arguments"]))
    model.bin_size_ = own["bin_size"]
    model.time_unit_ = own["time_unit"]
    model.observation_ = own["observation"]
    model.seed_ = own["seed"]
    model.unit_ids_ = recording["unit_ids"]
    model.n_features_in_ = len(model.unit_ids_)
    model.positions_ = recording.get("positions")
    model.recording_ = {key: recording[key] for key in ("fingerprint", "source")}
    model.independent_ = IndependentModel(model.observation_, tree["independent"]["mean"])
    _revive_learned(model, tree)
    return model


def require_same(
    path: str | os.PathLike[str],
    model: SpikeHelmholtz | RowEstimator,
    fingerprint: str,
    *,
    of: str = "recording",
) -> int:
    """Raise unless a model file or checkpoint is of a model's arguments and of that recording.

    A ``random_state`` that is no number may have drawn any seed: the one that was drawn goes on.

    Parameters
    ----------
    path : path
    model : SpikeHelmholtz or RowEstimator
        Fitted or not.
    fingerprint : str
        Of the recording.
    of : str
        What it is of: ``"recording"`` or ``"data"``.

    Returns
    -------
    int
        The seed to go on with.

    Raises
    ------
    InputError
        The message names what differs.
    """
    _, tree = read_model(path)
    mend = "give the same, or start again without resuming"
    there = tree.get("estimator", {}).get("arguments", {})
    for name, value in plain(model.get_params(deep=False)).items():
        drawn = name == "random_state" and not isinstance(value, int)
        if there.get(name) != value and not drawn:
            raise InputError(f"{name} {value!r}", f"{there.get(name)!r}, as {path} has it", mend)
    fitted = tree.get(of, {"fingerprint": None, "source": ""})
    if fitted["fingerprint"] != fingerprint:
        other = "other data" if of == "data" else f"another {of}"
        found = f"{path} is of {other} ({fitted['source'] or 'not from a file'})"
        raise InputError(found, f"the {of} to go on with", mend)
    return int(tree["estimator"]["seed"])


def row_tree(model: Any, *, finished: bool = True) -> dict[str, Any]:
    """Return an estimator over rows as a tree; without machine and history if not finished."""
    tree: dict[str, Any] = {
        "estimator": {"arguments": _arguments(model), "seed": model.seed_},
        "data": dict(model.data_),
    }
    if model.independent_ is not None:
        baseline = model.independent_
        tree["independent"] = {"kind": baseline.kind, "mean": baseline.mean}
    if finished:
        tree |= _learned(model)
    return tree


def row_from_tree(tree: Tree, kind: type[RowModel]) -> RowModel:
    """Return the estimator over rows that a tree describes, finished or a checkpoint's."""
    model = kind(**revived(tree["estimator"]["arguments"]))
    model.seed_ = tree["estimator"]["seed"]
    _revive_learned(model, tree)
    model.n_features_in_ = model.machine_.visible.size
    nothing = {"fingerprint": "", "source": "", "shape": None, "binarise": None}
    model.data_ = tree.get("data", nothing)
    model.independent_ = None
    if "independent" in tree:  # as in all files but the earliest
        model.independent_ = IndependentModel(**tree["independent"])
    return model


def _arguments(model: Any) -> dict[str, Any]:
    """Return the arguments as JSON holds them, with the seed that was drawn, if one was."""
    return plain({**model.get_params(deep=False), "random_state": model.seed_})


def _learned(model: Any) -> dict[str, Any]:
    """Return what learning gave a model: machine, history, and how they came about."""
    return {
        "machine": machine_to_tree(model.machine_),
        "history": model.history_.to_arrays(),
        "learning": model.learning_,
    }


def _revive_learned(model: Any, tree: Tree) -> None:
    """Give a model what learning gave it, as far as a checkpoint has it."""
    model.machine_ = machine_from_tree(tree["machine"], model.device)
    run = tree.get("run", {})
    model.history_ = History(tree.get("history", run.get("history")))
    model.learning_ = tree.get("learning", run.get("settings", {}))
