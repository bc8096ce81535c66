"""What the circuits are made of: leaky integrate-and-fire cells in noise, and kicks to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.spiking.brian import brian2, ms, mV, second

Array = npt.NDArray[Any]

STEP = 0.5e-3
"""Time step of the circuits, seconds."""

CELL = """
dv/dt = (rest - v + background)/tau + noise*sqrt(2/tau)*xi : volt (unless refractory)
background : volt (constant)
"""
"""A leaky integrate-and-fire cell, driven by the mean and the fluctuations of many inputs."""

_NAMES = {
    "rest": -70 * mV,
    "tau": 20 * ms,
    "noise": 5 * mV,
    "peak": -50 * mV,
    "after": -60 * mV,
}
_DRIVE, _SPREAD = 8.5, 1.0  # mean of the background and its spread over cells, mV


def cells(n: int, name: str, rng: np.random.Generator, clock: Any, drive: float = _DRIVE) -> Any:
    """Return cells that fire a few spikes a second by themselves, at rates of their own."""
    group = brian2.NeuronGroup(
        n,
        CELL,
        threshold="v > peak",
        reset="v = after",
        refractory=2 * ms,
        method="euler",
        namespace=_NAMES,
        clock=clock,
        name=name,
    )
    group.v = rng.uniform(-70, -55, n) * mV
    group.background = (drive + _SPREAD * rng.standard_normal(n)) * mV
    return group


def synapses(
    source: Any, target: Any, pairs: tuple[Array, Array], size: float, delay: Any, name: str
) -> Any:
    """Return synapses between pairs, each of which moves the target by some millivolts."""
    made = brian2.Synapses(
        source, target, "w : volt", on_pre="v_post += w", clock=source.clock, name=name
    )
    made.connect(i=pairs[0], j=pairs[1])
    made.w = size * mV
    made.pre.delay = np.asarray(delay) * second
    return made


def random_pairs(
    before: int, after: int, p: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return random pairs, none of a cell with itself where there are as many before as after."""
    chosen = rng.random((before, after)) < p
    if before == after:
        np.fill_diagonal(chosen, False)
    i, j = np.nonzero(chosen)
    return i, j


def moments(rate: float, duration: float, room: float, seed: int, which: int) -> Array:
    """Return Poisson moments of kicks, on the grid of time steps and in no step twice, seconds."""
    rng = RandomStream(seed).generator(Site.STIMULUS.of(which + 1))
    drawn = rng.uniform(0, max(0.0, duration - room), rng.poisson(rate * duration))
    return np.unique(np.floor(drawn / STEP)) * STEP


def kicks(
    times: Sequence[Array], members: Sequence[Array], target: Any, size: float, spread: float,
    rng: np.random.Generator,
) -> list[Any]:  # fmt: skip
    """Return a group that fires at the moments of each set, and its synapses onto the members."""
    source = brian2.SpikeGeneratorGroup(
        len(times),
        np.repeat(np.arange(len(times)), [len(t) for t in times]),
        np.concatenate(times) * second,
        clock=target.clock,
        name="kicks",
    )
    i = np.repeat(np.arange(len(members)), [len(m) for m in members])
    j = np.concatenate(members)
    made = synapses(source, target, (i, j), size, rng.uniform(0, spread, len(j)), "kicked")
    return [source, made]


def trains(monitor: Any, step: float) -> list[Array]:
    """Return the spike times of each cell, in the middle of their time steps, seconds."""
    by_cell = monitor.spike_trains()
    return [np.asarray(by_cell[i] / second) + step / 2 for i in range(len(by_cell))]
