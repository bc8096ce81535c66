"""Phases that alternate within a stimulus, in time without windows: impression learning."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Projection
from neurohm.spiking import impression_equations as equations
from neurohm.spiking.alternation import Alternation, alternation_of
from neurohm.spiking.blueprint import Blueprint, checked_machine, group_names
from neurohm.spiking.brian import brian2, ms, mV, second, volt
from neurohm.spiking.parts import connect, set_thresholds, volts
from neurohm.spiking.stimulus import checked_rows

Array = npt.NDArray[Any]


def impression_network(
    machine: HelmholtzMachine,
    stimulus: npt.ArrayLike,
    *,
    rate: float = 0.1,
    shown: Any = 200 * ms,
    period: Any = 100 * ms,
    memory: Any = 20 * ms,
    dt: Any = 5 * ms,
    slope: Any = 1 * mV,
    copies: int = 1,
    monitors: bool = False,
) -> Any:
    """Make a network without windows that learns while phases alternate within each stimulus.

    All neurons may fire at any time. Awake the stimulus makes visible neurons fire, and the basal
    potential hidden ones, in each time step anew. Asleep the apical potentials decide; hidden
    neurons are then on for their memory after each spike, and set out from what they recognised:
    the dream is an impression of the stimulus, which fades with their memory. Synapses learn all
    the time, by presynaptic activity x postsynaptic error. With a period as long as the stimulus
    this is wake-sleep.

    Parameters
    ----------
    machine : HelmholtzMachine
        A visible and a hidden population of Bernoulli units.
    stimulus : array_like, (rows, visible units) or (rows, copies, visible units)
        Data, shown one after the other and over again.
    rate : float
        Learning rate of a stimulus, spread over its time steps.
    shown, period, memory, dt : Quantity
        Times: that each stimulus lasts; of a phase awake and one asleep; that hidden neurons are on
        after a spike asleep; time step.
    slope : Quantity
        Voltage of one unit of drive.
    copies : int
        Independent copies side by side.
    monitors : bool
        Whether to record spikes.

    Returns
    -------
    brian2.Network
        With groups named as those of `to_brian2`. `run` counts stimuli; `machine_of` reads it.

    Raises
    ------
    InputError, ArgumentTypeError
        If the machine has other populations, the times do not divide one another, or the data do
        not fit.

    Notes
    -----
    From the reference are phases that alternate within a stimulus, recognition anew in each time
    step, hidden activity that goes on asleep, and the local rule. Ours are binary spiking neurons
    in place of rates with Gaussian noise, and their memory in place of a learned transition.

    References
    ----------
    Bredenberg, Lyo, Simoncelli, Savin (2021). Impression learning: online representation learning
    with synaptic plasticity. Advances in Neural Information Processing Systems 34.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> from neurohm.spiking import machine_of, run, target
    >>> with target("numpy"):
    ...     network = impression_network(nh.HelmholtzMachine([4, 2], seed=0), np.eye(4))
    ...     learned = machine_of(run(network, 4, seed=0))
    >>> learned.sizes
    (4, 2)
    """
    original = checked_machine(machine)
    if len(original.sizes) != 2 or any(p.kind != "bernoulli" for p in original.populations):
        raise InputError(
            f"populations {', '.join(p.kind for p in original.populations)}",
            "a visible and a hidden population of Bernoulli units",
            "deeper machines learn by to_brian2",
        )
    copies = whole_number("copies", copies)
    alternation = alternation_of(shown, period, memory, dt)
    names = group_names(original)
    blueprint = Blueprint(original, alternation, volts(slope), copies, names, "impression")
    builder = _Builder(blueprint, alternation, real_number("rate", rate, least=0))
    objects = builder.build(checked_rows(original, stimulus, copies, most=1))
    if monitors:
        objects += [brian2.SpikeMonitor(g, name=f"{g.name}_spikes") for g in objects[:2]]
    network = brian2.Network(*objects)
    network.blueprint = blueprint
    return network


class _Builder:
    """Makes the groups of one network.

    In a time step hidden neurons come first, then apical potentials, visible neurons, basal
    potentials, and last what synapses learn, so that all of it is about the same moment.
    """

    def __init__(self, blueprint: Blueprint, alternation: Alternation, rate: float) -> None:
        self.blueprint, self.machine = blueprint, blueprint.machine
        self.alternation = alternation
        self.clock = brian2.Clock(alternation.dt * second)
        awake, asleep = alternation.plastic_steps
        self.names = {
            **alternation.names(),
            "slope": blueprint.slope * volt,
            "wake_rate": rate / awake,
            "sleep_rate": rate / asleep,
        }

    def build(self, rows: Array) -> list[Any]:
        """Return all objects of the network, the groups of neurons first."""
        data = brian2.TimedArray(rows, dt=self.alternation.cycle * second)
        shown = {"shown": data, "steps_of_data": len(rows) * self.alternation.steps_shown}
        groups = [self.neurons(0, shown), self.neurons(1, {})]
        synapses = [
            self.synapses(pathway.name, projection, groups)
            for pathway in (self.machine.recognition, self.machine.generative)
            for projection in pathway.projections
        ]
        return [*groups, *synapses]

    def neurons(self, population: int, names: dict[str, Any]) -> Any:
        """Return the neurons of a population, their thresholds set."""
        machine, copies = self.machine, self.blueprint.copies
        steps_on = self.alternation.steps_on if population else 1
        model = equations.CHANCE["hidden" if population else "visible"]
        group = brian2.NeuronGroup(
            machine.sizes[population] * copies,
            equations.ALTERNATION + equations.NEURON + model,
            threshold=equations.FIRES,
            reset=equations.AFTER_A_SPIKE,
            namespace={**self.names, **names, "steps_on": steps_on, "driven": population},
            clock=self.clock,
            name=self.blueprint.names[population],
        )
        if population:
            group.thresholder["spike"].when = "before_groups"
            group.resetter["spike"].when = "before_groups"
            group.resetter["spike"].order = 1
        else:
            group.resetter["spike"].when = "after_thresholds"
        group.run_regularly(equations.PASSES, when="start", clock=self.clock)
        learns = group.run_regularly(equations.CHANGE_OF_THRESHOLDS, when="end", clock=self.clock)
        learns.order = 1
        set_thresholds(group, self.blueprint, population, lambda own, _: own)
        return group

    def synapses(self, pathway: str, projection: Projection, groups: Any) -> Any:
        """Return the synapses of a pathway, within each copy from all onto all."""
        source, target = groups[projection.source], groups[projection.target]
        synapses = brian2.Synapses(
            source,
            target,
            equations.SYNAPSE[pathway],
            namespace=self.names,
            clock=self.clock,
            name=f"{pathway}_{source.name}_{target.name}",
        )
        connect(synapses, self.blueprint, projection.weights)
        for updater in synapses.summed_updaters.values():
            updater.when = "groups" if pathway == "generative" else "resets"
        synapses.run_regularly(equations.CHANGE[pathway], when="end", clock=self.clock)
        return synapses
