"""From hidden activity down to what the visible units would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Site
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.workspace import Workspace


def visible_mean(
    machine: HelmholtzMachine, hidden: Mapping[int, npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """Return the mean visible activity given that of some hidden populations.

    Populations below a given one that are not given themselves take their means.

    Parameters
    ----------
    machine : HelmholtzMachine
    hidden : mapping of int to ndarray, (rows, units)
        Activity by the index of the population.

    Returns
    -------
    ndarray, (rows, visible units)

    Raises
    ------
    InputError
        If what is given does not decide what the visible units do.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 3, 2], seed=0)
    >>> visible_mean(machine, {2: np.ones((5, 2), machine.dtype)}).shape
    (5, 4)
    """
    work, pathway = Workspace(machine.backend), machine.generative
    states: dict[int, Any] = dict(hidden)
    rows = next(iter(hidden.values())).shape[0] if hidden else 1
    for target in pathway.order:
        sources = [p.source for p in pathway.afferents(target)]
        needless = target in hidden or (target and target > max(hidden, default=0))
        if needless:
            continue
        if not all(source in states for source in sources):
            raise InputError(
                f"activity of populations {sorted(hidden)} alone", f"that of {sorted(sources)} too"
            )
        listed = [states.get(index, np.empty((rows, 0))) for index in range(len(machine.sizes))]
        brought = drive(machine, pathway, target, listed, work, Site.DREAM)
        mean = machine.backend.empty((rows, machine.sizes[target]), machine.dtype)
        pathway.populations[target].mean(machine.kernels, input_of(pathway, target, brought), mean)
        states[target] = mean
    result: npt.NDArray[Any] = states[0]
    return result


def split_layers(
    machine: HelmholtzMachine, layers: tuple[int, ...], H: Any
) -> dict[int, npt.NDArray[Any]]:
    """Return hidden activity, side by side in a matrix, by the index of the population.

    Raises
    ------
    InputError
        If there are other columns than units.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 3, 2])
    >>> {k: part.shape for k, part in split_layers(machine, (1, 2), np.zeros((6, 5))).items()}
    {1: (6, 3), 2: (6, 2)}
    """
    sizes = [machine.sizes[layer] for layer in layers]
    if H.ndim != 2 or H.shape[1] != sum(sizes):
        raise InputError(f"hidden activity of shape {H.shape}", f"(rows, {sum(sizes)})")
    hidden = np.ascontiguousarray(H, dtype=machine.dtype)
    parts = np.split(hidden, np.cumsum(sizes)[:-1], axis=1)
    return {k: np.ascontiguousarray(part) for k, part in zip(layers, parts, strict=True)}
