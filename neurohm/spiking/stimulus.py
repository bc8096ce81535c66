"""What the visible neurons are made to fire: rows of data, or recorded spikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.spiking.brian import brian2, second
from neurohm.spiking.schedule import Schedule

Array = npt.NDArray[Any]


def checked_rows(machine: HelmholtzMachine, x: Any, copies: int, most: int) -> Array:
    """Return rows of data as (rows, copies * visible units), if neurons can fire them.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units) or (rows, copies, visible units)
    copies : int
    most : int
        Spikes of a unit for which there are time steps.

    Returns
    -------
    ndarray, (rows, copies * visible units)

    Raises
    ------
    InputError
        If the data do not fit, or a count has no room in a window.
    """
    units, data = machine.visible.size, np.asarray(x)
    if data.ndim == 3 and data.shape[1] != copies:
        raise InputError(
            f"a stimulus of shape {data.shape}", f"(rows, {units}) or (rows, {copies}, {units})"
        )
    flat = machine.as_activity(data.reshape(-1, data.shape[2]) if data.ndim == 3 else data)
    if not len(flat):
        raise InputError("a stimulus without rows", "a row of data at least")
    if (largest := int(flat.max(initial=0))) > most:
        raise InputError(
            f"{largest} spikes of one unit in a window of {most} steps",
            "at most one spike in a time step",
            "take a smaller dt or a longer window",
        )
    return flat.reshape(len(data), -1) if data.ndim == 3 else np.tile(flat, (1, copies))


def rows_as_spikes(counts: Array, schedule: Schedule, seed: int, clock: Any) -> Any:
    """Return a group that fires rows of data, one in each cycle awake.

    With several cycles awake before each one asleep (particles), each of these shows the same row.
    After the last row the first comes again. A spike falls at a random step of the first window.

    Parameters
    ----------
    counts : ndarray, (rows, copies * visible units)
    schedule : Schedule
    seed : int
        Of the spikes' places in the window.
    clock : Clock

    Returns
    -------
    SpikeGeneratorGroup
    """
    row, neuron = np.nonzero(counts)
    often = counts[row, neuron].astype(np.int64)
    place = _places(often, schedule.steps_open, seed)
    row, neuron = np.repeat(row, often), np.repeat(neuron, often)
    shown = np.arange(schedule.wake_cycles)
    cycle = (row * schedule.period)[:, None] + shown
    step = cycle * schedule.steps_per_cycle + place[:, None]
    return brian2.SpikeGeneratorGroup(
        counts.shape[1],
        np.repeat(neuron, len(shown)),
        step.ravel() * schedule.dt * second,
        period=len(counts) * schedule.period * schedule.cycle * second,
        clock=clock,
        name="stimulus",
        when="start",
        order=1,
    )


def _places(counts: Array, steps: int, seed: int) -> Array:
    """Return distinct steps for each of the spikes of each count, count after count."""
    generator = RandomStream(seed).generator(Site.STIMULUS.of())
    if steps == 1:
        return np.zeros(int(counts.sum()), dtype=np.int64)
    if counts.max(initial=0) <= 1:
        return generator.integers(0, steps, len(counts))
    order = np.argsort(generator.random((len(counts), steps)), axis=1)
    return order[np.arange(steps) < counts[:, None]]


def checked_spikes(times: Array, units: Array, n_units: int, dt: float, now: float = 0.0) -> Array:
    """Return the time steps of recorded spikes, if a network can be made to fire them.

    Parameters
    ----------
    times : ndarray of float64, (n_spikes,)
        Seconds.
    units : ndarray of int64, (n_spikes,)
    n_units : int
    dt : float
        Seconds.
    now : float
        The time of the network, seconds.

    Returns
    -------
    ndarray of int64, (n_spikes,)

    Raises
    ------
    InputError
        If a spike lies in the past, is of no unit, or in one time step with another of its unit.

    Examples
    --------
    >>> checked_spikes(np.array([0.001, 0.0023]), np.array([0, 0]), 1, 1e-3)
    array([1, 2])
    """
    if (strange := (units < 0) | (units >= n_units)).any():
        raise InputError(f"spikes of unit {int(units[strange][0])}", f"units 0 to {n_units - 1}")
    if len(times) and float(times.min()) < now - 1e-9:
        raise InputError(
            f"a spike at {float(times.min()):g} s, which is past",
            f"times from {now:g} s on, the time of the network",
            "shift the recording, or make a new network",
        )
    steps = np.floor(times / dt + 1e-6).astype(np.int64)
    order = np.lexsort((steps, units))
    twice = (np.diff(steps[order]) == 0) & (np.diff(units[order]) == 0)
    if twice.any():
        spike = order[int(np.argmax(twice))]
        raise InputError(
            f"two spikes of unit {int(units[spike])} within {1e3 * dt:g} ms at "
            f"{float(times[spike]):g} s",
            "at most one spike of a unit in a time step",
            "take a smaller dt",
        )
    return steps
