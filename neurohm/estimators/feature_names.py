"""Names of hidden units, for scikit-learn's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine


def layers_of(machine: HelmholtzMachine, layer: Any) -> tuple[int, ...]:
    """Return hidden layers: that one, or all for ``"all"``.

    Raises
    ------
    InputError
        If there is no such layer.

    Examples
    --------
    >>> layers_of(HelmholtzMachine([4, 3, 2]), "all")
    (1, 2)
    """
    if isinstance(layer, str) and layer == "all":
        return tuple(range(1, len(machine.populations)))
    return (layer_of(machine, layer),)


def layer_of(machine: HelmholtzMachine, layer: Any) -> int:
    """Return the index of one hidden layer.

    Raises
    ------
    InputError
        If there is no such layer.

    Examples
    --------
    >>> layer_of(HelmholtzMachine([4, 3, 2]), 2)
    2
    """
    depth = len(machine.populations) - 1
    whole = isinstance(layer, int | np.integer) and not isinstance(layer, bool)
    if not whole or not 1 <= int(layer) <= depth:
        raise InputError(f"layer {layer!r}", f"a hidden layer, 1 to {depth}")
    return int(layer)


def hidden_names(machine: HelmholtzMachine, layers: Iterable[int]) -> npt.NDArray[Any]:
    """Return a name of each hidden unit, by its layer from 1 and its place from 0.

    Examples
    --------
    >>> hidden_names(HelmholtzMachine([4, 2, 1]), (1, 2)).tolist()
    ['hidden1_0', 'hidden1_1', 'hidden2_0']
    """
    names = [f"hidden{k}_{unit}" for k in layers for unit in range(machine.sizes[k])]
    return np.array(names, dtype=object)
