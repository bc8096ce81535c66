"""What each hidden unit, or code, stands for: the activity that it adds to the visible units."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, dream
from neurohm.machine.inputs import drive, input_of


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
    fields = [d.mean(axis=0) for d in dreamt_differences(machine, layer, dreams, seed)]
    return np.array(fields).reshape(machine.sizes[layer], machine.visible.size)


def dreamt_differences(
    machine: HelmholtzMachine, layer: int, dreams: int, seed: int
) -> Iterator[npt.NDArray[np.float64]]:
    """Yield, for each unit of a layer, how much it raises the visible means in each dream.

    Parameters
    ----------
    machine, layer, dreams, seed
        As of `generative_fields`.

    Yields
    ------
    ndarray of float64, (dreams, visible units)
    """
    dreamt, stream = _dreamt(machine, layer, dreams, seed)
    for unit in range(machine.sizes[layer]):
        means = []
        for value in (1, 0):
            states = dreamt[layer].copy()
            states[:, unit] = value
            means.append(_means_with(machine, dreamt, layer, states, stream))
        difference: npt.NDArray[np.float64] = np.subtract(*means, dtype=np.float64)
        yield difference


def code_fields(
    machine: HelmholtzMachine,
    codes: npt.ArrayLike,
    reference: npt.ArrayLike,
    layer: int = 1,
    *,
    dreams: int = 512,
    seed: int = 0,
) -> npt.NDArray[np.float64]:
    """Return how much each code raises the mean of each visible unit over a reference code.

    A code is the joint activity of a whole hidden population.

    Parameters
    ----------
    machine : HelmholtzMachine
    codes : array_like, (n_codes, hidden units)
    reference : array_like, (hidden units,)
    layer : int
        Index of the population, from 1.
    dreams : int
        How many dreams are averaged, where populations lie between.
    seed : int

    Returns
    -------
    ndarray of float64, (n_codes, visible units)
        In counts (or probability) a bin.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such hidden population, or the codes are of another size.

    References
    ----------
    de Sa, deCharms, Merzenich (1998). Using Helmholtz machines to analyze multi-channel neuronal
    recordings. Advances in Neural Information Processing Systems 10:131 (codes).

    Examples
    --------
    >>> import neurohm as nh
    >>> code_fields(nh.HelmholtzMachine([6, 3]), [[1, 1, 0]], [0, 0, 0]).shape
    (1, 6)
    """
    dreamt, stream = _dreamt(machine, layer, dreams, seed)
    size = machine.sizes[layer]
    for array in (np.atleast_2d(codes), np.atleast_2d(reference)):
        if array.shape[1:] != (size,):
            raise InputError(f"a code of {array.shape[-1]} units", f"the {size} of layer {layer}")
    rows = np.vstack([np.atleast_2d(codes), np.atleast_2d(reference)])
    means = [
        _means_with(machine, dreamt, layer, np.broadcast_to(row, dreamt[layer].shape), stream).mean(
            axis=0, dtype=np.float64
        )
        for row in rows.astype(dreamt[layer].dtype)
    ]
    return np.asarray(np.stack(means[:-1]) - means[-1], dtype=np.float64)


def _dreamt(
    machine: HelmholtzMachine, layer: int, dreams: int, seed: int
) -> tuple[list[Array], RandomStream]:
    depth = len(as_machine(machine).populations) - 1
    if whole_number("layer", layer, mend=f"a hidden layer, 1 to {depth}") > depth:
        raise InputError(f"layer {layer}", f"a hidden layer, 1 to {depth}")
    stream = as_stream(seed)
    activity = dream(machine, whole_number("dreams", dreams), stream, Site.FIELDS)
    return [activity.dense(i) for i in range(len(machine.populations))], stream


def _means_with(
    machine: HelmholtzMachine,
    dreamt: list[Array],
    layer: int,
    clamped: Array,
    stream: RandomStream,
) -> Array:
    """Return the means of the visible units in dreams with one hidden population clamped."""
    pathway, work = machine.generative, Workspace(machine.backend)
    states = list(dreamt)
    states[layer] = np.ascontiguousarray(clamped)
    below = {layer}
    for target in pathway.order:
        afferents = pathway.afferents(target)
        if target == layer or not any(p.source in below for p in afferents):
            continue
        below.add(target)
        brought = drive(machine, pathway, target, states, work, Site.FIELDS)
        given = input_of(pathway, target, brought)
        states[target] = out = machine.backend.empty(brought.soma.shape, machine.dtype)
        if target == 0:
            machine.visible.mean(machine.kernels, given, out)
            return np.asarray(out)
        pathway.populations[target].draw(
            machine.kernels, given, stream.at(Site.FIELDS.of(target)), out
        )
    return np.zeros((len(dreamt[layer]), machine.visible.size))
