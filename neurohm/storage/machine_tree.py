"""A machine as a tree of plain values, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurohm.exceptions import FileFormatError
from neurohm.machine import HelmholtzMachine
from neurohm.machine.initial import Zeros
from neurohm.populations import POPULATIONS, population_of
from neurohm.storage.tree import Tree


def machine_to_tree(machine: HelmholtzMachine) -> dict[str, Any]:
    """Return a machine as a tree: populations, edges, dtype and parameters.

    Examples
    --------
    >>> sorted(machine_to_tree(HelmholtzMachine([4, 2])))
    ['dtype', 'edges', 'parameters', 'populations', 'recognition']
    """
    host = machine.backend.to_host
    return {
        "populations": [p.settings() for p in machine.populations],
        "recognition": [p.settings() for p in machine.recognition.populations.values()],
        "edges": [[list(edge) for edge in edges] for edges in machine.edges],
        "dtype": machine.dtype.name,
        "parameters": {key: np.array(host(array)) for key, array in machine.parameters().items()},
    }


def machine_from_tree(tree: Tree, device: str = "cpu") -> HelmholtzMachine:
    """Return the machine that a tree describes.

    Raises
    ------
    FileFormatError
        If the tree speaks of a population that this version does not know.

    Examples
    --------
    >>> machine_from_tree(machine_to_tree(HelmholtzMachine([4, 2])))
    HelmholtzMachine(4 bernoulli - 2)
    """
    upward = tree.get("recognition", tree["populations"][1:])
    unknown = {p["kind"] for p in (*tree["populations"], *upward)} - POPULATIONS.keys()
    if unknown:
        raise FileFormatError(
            f"populations of kind {sorted(unknown)}",
            "one of " + ", ".join(POPULATIONS),
            "the file comes from a newer neurohm: upgrade",
        )
    generative, recognition = (tuple((s, t) for s, t in edges) for edges in tree["edges"])
    machine = HelmholtzMachine(
        [population_of(p) for p in tree["populations"]],
        edges=(generative, recognition),
        recognition=[population_of(p) for p in upward],
        initial=Zeros(),
        device=device,
        dtype=tree["dtype"],
    )
    machine.set_parameters(parameters_from_tree(tree))
    return machine


def parameters_from_tree(tree: Tree) -> dict[str, Any]:
    """Return the parameters of a machine's tree by their keys.

    Examples
    --------
    >>> tree = {"parameters": {"generative": {"visible": 0.5}}}
    >>> parameters_from_tree(tree)
    {'generative/visible': 0.5}
    """
    return _flat(tree["parameters"])


def _flat(tree: Tree, path: str = "") -> dict[str, Any]:
    """Join the names of branches with ``/``, as the keys of parameters are."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        key = f"{path}{name}"
        flat |= _flat(value, key + "/") if isinstance(value, dict) else {key: value}
    return flat
