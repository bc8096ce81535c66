"""Recorded spikes as input: recognition of a recording by spiking neurons, in its own time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import Recording, Windows, as_recording, bin_spikes
from neurohm.spiking.blueprint import blueprint_of
from neurohm.spiking.brian import brian2, second
from neurohm.spiking.network import to_brian2
from neurohm.spiking.readout import states_of
from neurohm.spiking.stimulus import checked_spikes
from neurohm.spiking.targets import run

Array = npt.NDArray[Any]

_STEPS = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, eq=False)
class Replay:
    """What a spiking machine recognised in a recording.

    Parameters
    ----------
    network : brian2.Network
        After it ran, with its monitors.
    states : list of ndarray, (n_windows, units)
        Of each population, visible first, for each window of observed bins; as
        `HelmholtzMachine.recognise` has them.
    times : ndarray of float64, (n_windows,)
        End of each window, seconds, in the time of the recording; hidden neurons fire within a
        bin after it.
    """

    network: Any
    states: list[Array]
    times: Array

    def __repr__(self) -> str:
        return f"Replay({len(self.times)} windows, {len(self.states) - 1} hidden populations)"


def feed(network: Any, times: npt.ArrayLike, units: npt.ArrayLike, *, lags: int = 1) -> Any:
    """Let spikes of recorded units drive the visible neurons of a network.

    A spike reaches the visible neuron of its unit at its time, and with several lags also the
    further ones, by delay lines as long as the cycles between them. The neurons are relays: they
    fire in the next cycle what reached them in one.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made with ``relay=True``. Groups ``recorded`` and ``delay_lines`` are
        added to it.
    times : array_like of float, (n_spikes,)
        In the time of the network, seconds.
    units : array_like of int, (n_spikes,)
        Which unit each is of.
    lags : int
        Bins in a window; visible neuron ``unit * lags + lag``, lag 0 being the oldest.

    Returns
    -------
    brian2.Network
        The same one.

    Raises
    ------
    InputError, ArgumentTypeError
        If a spike is in the past, of no unit, or in one time step with another of its unit, or
        the network has no relays.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.spiking import run, states_of, to_brian2
    >>> network = to_brian2(nh.HelmholtzMachine([3, 2], seed=0), "recognise", relay=True)
    >>> network = feed(network, [0.012, 0.035], [0, 2])
    >>> states_of(run(network, 3))[0]
    array([[0., 0., 0.],
           [1., 0., 0.],
           [0., 0., 1.]])
    """
    blueprint = blueprint_of(network)
    schedule, visible = blueprint.windows, network[blueprint.names[0]]
    lags, size = whole_number("lags", lags), blueprint.machine.visible.size
    if "arriving" not in visible.variables:
        raise InputError("a network without relays", "to_brian2(..., relay=True)")
    if size % lags or blueprint.copies > 1:
        raise InputError(
            f"{size} visible neurons in {blueprint.copies} copies and {lags} lags",
            "one copy, and as many neurons as units times lags",
        )
    n_units, at, of = size // lags, *_spikes(times, units)
    if at.shape != of.shape or not np.isfinite(at).all():
        raise InputError(f"{at.size} times of {of.size} spikes", "a finite time of each spike")
    steps = checked_spikes(at, of, n_units, schedule.dt, float(network.t / second))
    recorded = brian2.SpikeGeneratorGroup(
        n_units, of, steps * schedule.dt * second, clock=visible.clock, name="recorded"
    )
    lines = brian2.Synapses(
        recorded, visible, on_pre="arriving_post += 1", clock=visible.clock, name="delay_lines"
    )
    unit, lag = np.divmod(np.arange(size), lags)
    lines.connect(i=unit, j=np.arange(size))
    lines.pre.delay = (lags - 1 - lag) * schedule.cycle * second
    network.add(recorded, lines)
    return network


def _spikes(times: npt.ArrayLike, units: npt.ArrayLike) -> tuple[Array, Array]:
    """Return times and units as arrays of numbers."""
    try:
        at = np.asarray(times, dtype=np.float64).ravel()
        of = np.asarray(units, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise InputError("spikes that are no numbers", "times (s) and numbers of units") from None
    if (broken := of[of != np.floor(of)]).size:
        raise InputError(f"spikes of unit {broken[0]:g}", "whole numbers of units")
    return at, of.astype(np.int64)


def replay(
    machine: HelmholtzMachine,
    recording: Recording,
    *,
    bin_size: float,
    lags: int = 1,
    steps: int | None = None,
    seed: int = 0,
) -> Replay:
    """Let spiking neurons recognise a recording as it goes, one bin after the other.

    A cycle is as long as a bin. What was fired in a bin, and in the ``lags - 1`` before it, makes
    the hidden neurons fire in the next.

    Parameters
    ----------
    machine : HelmholtzMachine
        Fitted to windows of that many lags of that bin size (``model.machine_``).
    recording : Recording
        Or what `neurohm.as_recording` takes. In gaps of its observed time no spikes are given, and
        windows that touch them are left out.
    bin_size : float
        Seconds.
    lags : int
    steps : int, optional
        Time steps in each of the windows that populations take turns in; by default two, or as
        many more as keep spikes of Poisson units apart, up to 64.
    seed : int

    Returns
    -------
    Replay

    Raises
    ------
    InputError, ArgumentTypeError
        If the recording does not fit the machine, or spikes of a Poisson unit are closer than
        any time step.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(4, 0.02, 1, members=(2, 3), seed=0)
    >>> replay(nh.HelmholtzMachine([4, 2], seed=0), recording, bin_size=0.02)
    Replay(60 windows, 1 hidden populations)
    """
    lags, width = whole_number("lags", lags), real_number("bin_size", bin_size, above=0)
    recording = as_recording(recording)
    binned = bin_spikes(recording, width)
    windows = Windows(binned, lags)
    if machine.visible.size != windows.n_columns:
        raise InputError(
            f"windows of {windows.n_columns} columns", f"{machine.visible.size}, as the machine has"
        )
    slots, binary = len(machine.populations) + 1, machine.visible.kind == "bernoulli"
    choice = _STEPS if steps is None else (whole_number("steps", steps),)
    for number in choice:
        at, of = _placed(recording, binned, slots * number, binary)
        if binary or len(np.unique(at * recording.n_units + of)) == len(at):
            break
    window = width / slots * second
    network = to_brian2(machine, "recognise", window=window, dt=window / number, relay=True)
    feed(network, (at + 0.5) * blueprint_of(network).schedule.dt, of, lags=lags)
    run(network, binned.n_bins + 1, seed=seed)
    ends = np.rint((windows.times - recording.t_start) / width).astype(np.int64)
    return Replay(network, [state[ends] for state in states_of(network)], windows.times)


def _placed(recording: Recording, binned: Any, steps: int, first_only: bool) -> tuple[Array, Array]:
    """Return the time step and the unit of each spike, in the bin that it is counted in."""
    of = np.repeat(np.arange(recording.n_units), recording.spike_counts)
    bins = (np.asarray(recording.spike_times) - recording.t_start) / binned.bin_size
    whole = np.minimum(np.floor(bins + 1e-7), binned.n_bins - 1).astype(np.int64)
    inside = (whole >= 0) & binned.observed[np.maximum(whole, 0)]
    phase = np.clip(((bins - whole) * steps).astype(np.int64), 0, steps - 1)
    at, of = (whole * steps + phase)[inside], of[inside]
    if first_only:  # one spike of a binary unit in a bin
        _, kept = np.unique(of * binned.n_bins + whole[inside], return_index=True)
        at, of = at[kept], of[kept]
    return at, of
