"""From spikes back to states of the machine, and to a recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import Recording
from neurohm.spiking.blueprint import Blueprint, blueprint_of
from neurohm.spiking.brian import second

Array = npt.NDArray[Any]


def states_of(network: Any, phase: str | None = None) -> list[Array]:
    """Return what each population did in each cycle: spike counts.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made, after it ran.
    phase : str, optional
        ``"wake"`` or ``"sleep"``: cycles of that phase only.

    Returns
    -------
    list of ndarray, (cycles * copies, units)
        One array a population, visible first; the copies of a cycle are consecutive rows. Only
        whole cycles count.

    Raises
    ------
    InputError, ArgumentTypeError
        If the network has no monitors, or is no such network.
    """
    blueprint = blueprint_of(network)
    schedule, copies = blueprint.windows, blueprint.copies
    cycles = int(round(float(network.t / second) / schedule.dt) // schedule.steps_per_cycle)
    states = []
    for name, size in zip(blueprint.names, blueprint.machine.sizes, strict=True):
        monitor = _monitor(network, name)
        step = np.rint(np.asarray(monitor.t / second) / schedule.dt).astype(np.int64)
        cycle, neuron = step // schedule.steps_per_cycle, np.asarray(monitor.i)
        whole = cycle < cycles
        counts = np.bincount(
            cycle[whole] * size * copies + neuron[whole], minlength=cycles * copies * size
        )
        states.append(counts.reshape(cycles, copies, size).astype(np.float64))
    kept = _cycles_of(blueprint, cycles, phase)
    return [state[kept].reshape(-1, state.shape[2]) for state in states]


def to_recording(network: Any, population: int | str | None = None) -> Recording:
    """Return the spikes of a network as a recording, to be analysed like data.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made, after it ran.
    population : int or str, optional
        Which one; all of them by default.

    Returns
    -------
    Recording
        A unit for each neuron, ``NAME/UNIT`` (``NAME/UNIT/COPY`` where there are copies), with
        its ``population`` as a column. Bins of the length of a cycle hold one sample each.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such population, or no monitors.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.spiking import to_brian2
    >>> network = to_brian2(nh.HelmholtzMachine([4, 2], seed=0), "dream")
    >>> network.run(0.3 * second)
    >>> to_recording(network, "visible").n_units
    4
    """
    blueprint = blueprint_of(network)
    chosen = range(len(blueprint.names)) if population is None else [_index(blueprint, population)]
    trains: dict[str, Array] = {}
    labels = []
    for index in chosen:
        name, size = blueprint.machine.populations[index].name, blueprint.machine.sizes[index]
        by_neuron = _monitor(network, blueprint.names[index]).spike_trains()
        for neuron, times in by_neuron.items():
            copy, unit = divmod(int(neuron), size)
            own = f"/{copy}" if blueprint.copies > 1 else ""
            # in the middle of its time step, so that binning cannot put it into another
            middle = (np.rint(times / second / blueprint.schedule.dt) + 0.5) * blueprint.schedule.dt
            trains[f"{name}/{unit}{own}"] = middle
            labels.append(name)
    return Recording.from_trains(
        trains,
        t_stop=float(network.t / second),
        unit_columns={"population": np.array(labels)},
        metadata={"cycle": blueprint.schedule.cycle},
        layout="spikes of a simulated Helmholtz machine",
    )


def machine_of(network: Any, copy: int = 0) -> HelmholtzMachine:
    """Return a machine with the parameters that a network has now.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made.
    copy : int
        Which copy.

    Returns
    -------
    HelmholtzMachine
        In double precision.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such copy, or the network is another.
    """
    blueprint = blueprint_of(network)
    if whole_number("copy", copy, 0) >= blueprint.copies:
        raise InputError(f"copy {copy}", f"0 to {blueprint.copies - 1}")
    machine = blueprint.machine.copy()
    machine.set_parameters({key: values[copy] for key, values in parameters_of(network).items()})
    return machine


def parameters_of(network: Any) -> dict[str, Array]:
    """Return the parameters that the copies of a network have now, by the machine's keys.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made.

    Returns
    -------
    dict of str to ndarray, (copies, ...)
    """
    blueprint = blueprint_of(network)
    machine, names, values = blueprint.machine, blueprint.names, {}
    for pathway, compartment in ((machine.generative, "apical"), (machine.recognition, "basal")):
        for projection in pathway.projections:
            ends = f"{names[projection.source]}_{names[projection.target]}"
            weights = np.asarray(network[f"{pathway.name}_{ends}"].w[:])
            own = weights.reshape(blueprint.copies, *projection.weights.shape)
            values[projection.key] = own / blueprint.slope
        for target, bias in pathway.biases.items():
            threshold = np.asarray(getattr(network[names[target]], f"{compartment}_threshold")[:])
            values[bias.key] = -threshold.reshape(blueprint.copies, -1) / blueprint.slope
    return values


def _monitor(network: Any, name: str) -> Any:
    try:
        return network[f"{name}_spikes"]
    except KeyError:
        raise InputError(
            f"no monitor of {name!r}", "a network made with monitors", "give monitors=True"
        ) from None


def _index(blueprint: Blueprint, population: int | str) -> int:
    names = [p.name for p in blueprint.machine.populations]
    if population in names:
        return names.index(str(population))
    if isinstance(population, int) and 0 <= population < len(names):
        return population
    raise InputError(f"population {population!r}", f"one of {', '.join(names)}")


def _cycles_of(blueprint: Blueprint, cycles: int, phase: str | None) -> Array:
    schedule = blueprint.windows
    awake = np.arange(cycles) % schedule.period < schedule.wake_cycles
    if phase is None:
        return np.ones(cycles, dtype=bool)
    if phase not in ("wake", "sleep"):
        raise InputError(f"phase {phase!r}", "'wake' or 'sleep'")
    return awake if phase == "wake" else ~awake
