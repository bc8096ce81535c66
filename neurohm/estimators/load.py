"""From a model file to the estimator or machine that it holds."""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from neurohm.estimators.cascade import SpikeCascade
from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.saved import row_from_tree, spike_from_tree
from neurohm.estimators.saved_cascade import cascade_from_tree
from neurohm.estimators.spikes import SpikeHelmholtz
from neurohm.estimators.transformer import HelmholtzTransformer
from neurohm.exceptions import FileFormatError
from neurohm.machine import HelmholtzMachine
from neurohm.storage import Tree, machine_from_tree, read_model

if TYPE_CHECKING:
    from neurohm.agents import GoalSeededMachine

    Loaded: TypeAlias = (
        SpikeHelmholtz
        | SpikeCascade
        | HelmholtzDensity
        | HelmholtzTransformer
        | HelmholtzMachine
        | GoalSeededMachine
    )


def load(path: str | os.PathLike[str]) -> Loaded:
    """Load a model file.

    Parameters
    ----------
    path : path
        What the ``save`` of an estimator or ``neurohm fit`` wrote; or a
        checkpoint, which gives the model as far as it was fitted.

    Returns
    -------
    SpikeHelmholtz, SpikeCascade, HelmholtzDensity, HelmholtzTransformer, HelmholtzMachine or \
GoalSeededMachine

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is not there, or not a whole model file of this version.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import neurohm as nh
    >>> model = nh.HelmholtzDensity(hidden=2, epochs=1).fit(np.eye(4))
    >>> path = tempfile.mkdtemp() + "/model.h5"
    >>> model.save(path)
    >>> nh.load(path).machine_
    HelmholtzMachine(4 bernoulli - 2)
    """
    kind, tree = read_model(path)
    if kind == "checkpoint":
        kind = _begun(tree)
    makers: dict[str, Any] = {
        "SpikeHelmholtz": spike_from_tree,
        "SpikeCascade": cascade_from_tree,
        "HelmholtzDensity": partial(row_from_tree, kind=HelmholtzDensity),
        "HelmholtzTransformer": partial(row_from_tree, kind=HelmholtzTransformer),
        "HelmholtzMachine": lambda tree: machine_from_tree(tree["machine"]),
    }
    maker = makers.get(kind) or _above(kind)
    if maker is None:
        raise FileFormatError(f"{path} holds a {kind}", "one of " + ", ".join(makers))
    try:
        loaded: Loaded = maker(tree)
    except KeyError as error:
        raise FileFormatError(f"{path} lacks {error}", "a whole model file") from error
    return loaded


def _above(kind: str) -> Any:
    """Return how a public class of a layer above, such as GoalSeededMachine, reads its tree."""
    public = import_module("neurohm")  # whose names are of every layer, and imported when asked for
    found = getattr(public, kind) if kind in public.__all__ else None
    return getattr(found, "from_tree", None)


def _begun(tree: Tree) -> str:
    """Return what a checkpoint is of."""
    if "estimator" not in tree:
        return "HelmholtzMachine"
    if "recording" in tree:
        return "SpikeHelmholtz"
    return (
        "HelmholtzTransformer" if "layer" in tree["estimator"]["arguments"] else "HelmholtzDensity"
    )
