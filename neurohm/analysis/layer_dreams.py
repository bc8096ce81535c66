"""Dreams of which some layers are dreamt anew: what each layer adds to what is seen."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, dream
from neurohm.machine.inputs import drive, input_of


def redreamt(
    machine: HelmholtzMachine, layer: int, rows: int, *, seed: int | RandomStream = 0
) -> list[Array]:
    """Return variations of one dream: a layer and all below it drawn anew, the deeper ones kept.

    Parameters
    ----------
    machine : HelmholtzMachine
    layer : int
        Index of the first population to be drawn anew: 0 for the visible one alone, the deepest
        one for dreams that have nothing in common.
    rows : int
        How many variations.
    seed : int or RandomStream
        The dream that is varied depends on the seed alone.

    Returns
    -------
    list of ndarray, (rows, units)
        One array a population, the visible one first.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such population.

    Examples
    --------
    >>> import neurohm as nh
    >>> states = redreamt(nh.HelmholtzMachine([6, 4, 2]), 1, 5)
    >>> [state.shape for state in states], bool((states[2] == states[2][0]).all())
    ([(5, 6), (5, 4), (5, 2)], True)
    """
    deepest = len(as_machine(machine).populations) - 1
    if whole_number("layer", layer, least=0) > deepest:
        raise InputError(f"layer {layer}", f"0 to {deepest}")
    stream, pathway = as_stream(seed), machine.generative
    begun = dream(machine, 1, stream, Site.DREAM)
    states = [
        np.repeat(np.asarray(begun.dense(i)), whole_number("rows", rows), axis=0)
        for i in range(deepest + 1)
    ]
    work, order = Workspace(machine.backend), list(pathway.order)
    for target in order[order.index(layer) :]:
        brought = drive(machine, pathway, target, states, work, Site.FIELDS)
        states[target] = out = machine.backend.empty((rows, machine.sizes[target]), machine.dtype)
        draws = stream.at(Site.FIELDS.of(target))
        given = input_of(pathway, target, brought)
        pathway.populations[target].draw(machine.kernels, given, draws, out)
    return states
