"""What each hidden unit stands for: the activity that it adds to the visible units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, dream
from neurohm.machine.passes import drive


def generative_fields(
    machine: HelmholtzMachine, layer: int = 1, *, dreams: int = 512, seed: int = 0
) -> npt.NDArray[np.float64]:
    """Return how much each hidden unit raises the mean of each visible unit when it is active.

    In dreams, the unit is set to 1 and to 0 with all other units of its population as dreamt, and
    the difference of the means of the visible units is averaged over dreams. Populations between
    are drawn with the same random numbers both times.

    Parameters
    ----------
    machine : HelmholtzMachine
    layer : int
        Index of the population, from 1.
    dreams : int
        How many dreams are averaged.
    seed : int

    Returns
    -------
    ndarray of float64, (hidden units, visible units)
        In counts (or probability) a bin.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such hidden population, or nothing to average.

    Examples
    --------
    >>> import neurohm as nh
    >>> generative_fields(nh.HelmholtzMachine([6, 3, 2]), layer=2).shape
    (2, 6)
    """
    depth = len(as_machine(machine).populations) - 1
    if whole_number("layer", layer, mend=f"a hidden layer, 1 to {depth}") > depth:
        raise InputError(f"layer {layer}", f"a hidden layer, 1 to {depth}")
    stream = as_stream(seed)
    dreamt = dream(machine, whole_number("dreams", dreams), stream, Site.FIELDS).states
    fields = np.empty((machine.sizes[layer], machine.visible.size))
    for unit in range(machine.sizes[layer]):
        on, off = (_mean_with(machine, dreamt, layer, unit, value, stream) for value in (1, 0))
        fields[unit] = on - off
    return fields


def _mean_with(
    machine: HelmholtzMachine,
    dreamt: list[Array],
    layer: int,
    unit: int,
    value: int,
    stream: RandomStream,
) -> Array:
    """Return the mean of the visible units over dreams with one hidden unit clamped."""
    pathway, work = machine.generative, Workspace(machine.backend)
    states = list(dreamt)
    states[layer] = dreamt[layer].copy()
    states[layer][:, unit] = value
    below = {layer}
    for target in pathway.order:
        afferents = pathway.afferents(target)
        if target == layer or not any(p.source in below for p in afferents):
            continue
        below.add(target)
        a = drive(machine, pathway, target, states, work, Site.FIELDS)
        states[target] = out = machine.backend.empty(
            (a.shape[0], machine.sizes[target]), machine.dtype
        )
        bias = pathway.biases[target].weights
        if target == 0:
            machine.populations[0].mean(machine.kernels, a, bias, out)
            return np.asarray(out.mean(axis=0, dtype=np.float64))
        machine.populations[target].draw(
            machine.kernels, a, bias, stream.at(Site.FIELDS.of(target)), out
        )
    return np.zeros(machine.visible.size)
