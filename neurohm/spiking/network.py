"""A machine as a Brian2 network of spiking neurons with two compartments."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.kernels.reference.poisson import RATE_LIMIT
from neurohm.machine import HelmholtzMachine, Pathway, Projection
from neurohm.spiking import equations
from neurohm.spiking.blueprint import Blueprint, checked_machine, group_names, tiled
from neurohm.spiking.brian import brian2, ms, mV, second, volt
from neurohm.spiking.imperfections import Imperfections
from neurohm.spiking.learning import SpikingRule
from neurohm.spiking.parts import connect, of_kind, set_thresholds, volts
from neurohm.spiking.schedule import schedule_of, seconds
from neurohm.spiking.step_check import check_poisson
from neurohm.spiking.stimulus import checked_rows, rows_as_spikes


def to_brian2(
    machine: HelmholtzMachine,
    phase: str = "dream",
    *,
    window: Any = 10 * ms,
    dt: Any = 1 * ms,
    delay: Any = 0 * ms,
    gap: Any = None,
    slope: Any = 1 * mV,
    stimulus: Any = None,
    relay: bool = False,
    copies: int = 1,
    imperfections: Imperfections | None = None,
    learning: SpikingRule | None = None,
    monitors: bool = True,
    seed: int = 0,
) -> Any:
    """Make a Brian2 network of a machine: its units are neurons that spike with the same law.

    A cycle gives each population a window to fire in, one after the other, and is one sample of
    the machine. Recognition synapses end at the basal compartment, generative ones at the apical
    one; the phase says which of them makes the neuron fire. A Bernoulli unit fires in its window
    with the probability sigmoid(drive), by escape noise, and is refractory until the next; a
    Poisson unit may fire often. See `neurohm.spiking.equations`.

    Parameters
    ----------
    machine : HelmholtzMachine
        Of Bernoulli and Poisson populations.
    phase : str
        ``"recognise"``, ``"dream"`` or ``"alternate"``, a cycle awake and a cycle asleep in turn.
    window : Quantity
        Time that a population has to fire in.
    dt : Quantity
        Time step; a neuron fires once in a step at most.
    delay : Quantity
        Of every spike; with `imperfections`, theirs come on top.
    gap : Quantity, optional
        End of each window in which nothing fires and late spikes still arrive; the delay by
        default, so that nothing is lost.
    slope : Quantity
        Voltage of one unit of drive.
    stimulus : array_like, (rows, visible units) or (rows, copies, visible units), optional
        What the visible neurons fire, a row in each cycle awake, over and over. Without it, they
        are silent awake.
    relay : bool
        Whether visible neurons count what reaches them in a cycle (``arriving``, to which synapses
        of your own may add) and fire it in the next: see `feed`.
    copies : int
        Independent copies of the network, side by side; see `states_of`.
    imperfections : Imperfections, optional
    learning : SpikingRule, optional
        What synapses learn by; they do not by default.
    monitors : bool
        Whether to record spikes.
    seed : int
        Of the places of the stimulus within its window. What neurons do is drawn by Brian2, whose
        seed is set by `brian2.seed`, or by `run`.

    Returns
    -------
    brian2.Network
        Ordinary, with a group of neurons for each population by its name, groups of synapses
        ``recognition_SOURCE_TARGET`` and ``generative_SOURCE_TARGET``, and monitors
        ``NAME_spikes``; its ``blueprint`` says what it was made of.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are no such neurons for a population, the window is no whole number of time
        steps, two spikes would often fall into one step, or another argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.spiking import states_of
    >>> network = to_brian2(nh.HelmholtzMachine([4, 2], seed=0), "dream")
    >>> network.run(0.3 * second)
    >>> states_of(network)[0].shape
    (10, 4)
    """
    original = checked_machine(machine)
    flaws = of_kind("imperfections", imperfections, Imperfections) or Imperfections()
    of_kind("learning", learning, SpikingRule)
    copies = whole_number("copies", copies)
    particles = learning.particles if learning else 1
    schedule = schedule_of(
        original,
        phase,
        window=window,
        dt=dt,
        gap=delay if gap is None else gap,
        particles=particles,
    )
    if learning and phase != "alternate":
        raise InputError(f"learning in phase {phase!r}", "phase 'alternate'")
    rows = None
    if stimulus is not None:
        rows = checked_rows(original, stimulus, copies, schedule.steps_open)
    check_poisson(original, schedule, rows)
    blueprint = Blueprint(original, schedule, volts(slope), copies, group_names(original))
    if relay and rows is not None:
        raise InputError("a stimulus of visible neurons that are relays", "one of the two")
    builder = _Builder(blueprint, flaws, learning, seconds("delay", delay, 0.0), relay=relay)
    objects = builder.build(rows, seed, monitors)
    network = brian2.Network(*objects)
    network.blueprint = replace(blueprint, rule=learning.rule if learning else "")
    return network


class _Builder:
    """Makes the groups of one network."""

    def __init__(
        self,
        blueprint: Blueprint,
        imperfections: Imperfections,
        learning: SpikingRule | None,
        delay: float,
        *,
        relay: bool,
    ) -> None:
        self.blueprint, self.imperfections = blueprint, imperfections
        self.machine, self.schedule = blueprint.machine, blueprint.windows
        self.learning, self.delay, self.relay = learning, delay, relay
        self.clock = brian2.Clock(self.schedule.dt * second)
        self.cycles = brian2.Clock(self.schedule.cycle * second)
        self.names = {
            **self.schedule.names(),
            "slope": blueprint.slope * volt,
            "log_rate_limit": math.log(RATE_LIMIT),
            "dropped": imperfections.dropped,
            **(learning.names() if learning else {}),
        }

    def build(self, stimulus: Any, seed: int, monitors: bool) -> list[Any]:
        """Return all objects of the network."""
        groups = [self.neurons(i) for i in range(len(self.machine.populations))]
        objects = list(groups)
        if self.learning:  # before the synapses, which look for what neurons have
            objects += self.learning.attach(self.blueprint, groups, self.names, self.clock)
        pathways = (self.machine.recognition, self.machine.generative)
        every = [(pathway, own) for pathway in pathways for own in pathway.projections]
        # numbered by themselves, so that a device is the same whatever its synapses learn by
        for number, (pathway, projection) in enumerate(every, len(groups)):
            objects.append(self.synapses(pathway, projection, groups, number))
        if stimulus is not None:
            given = rows_as_spikes(stimulus, self.schedule, seed, self.clock)
            objects += [given, self.clamp(given, groups[0])]
        if monitors:
            objects += [brian2.SpikeMonitor(g, name=f"{g.name}_spikes") for g in groups]
        return objects

    def neurons(self, population: int) -> Any:
        """Return the neurons of a population, their thresholds set."""
        machine, blueprint = self.machine, self.blueprint
        kind = machine.populations[population].kind
        names = {
            **self.names,
            "recognition_slot": blueprint.turn(machine.recognition, population),
            "generative_slot": blueprint.turn(machine.generative, population),
            "driven": int(population in machine.recognition.order),
        }
        model = equations.CLOCK + equations.COMPARTMENTS + equations.ESCAPE[kind]
        if self.learning:
            model += self.learning.neuron_model(kind)
        if self.relay and not population:
            model += equations.ARRIVING
        group = brian2.NeuronGroup(
            machine.sizes[population] * blueprint.copies,
            model,
            threshold=equations.FIRES,
            reset=equations.AFTER_A_SPIKE,
            events={"trough": equations.TROUGH} if self.learning else {},
            namespace=names,
            clock=self.clock,
            name=blueprint.names[population],
        )
        new_cycle = self.learning.new_cycle if self.learning else equations.NEW_CYCLE
        if self.relay and not population:
            new_cycle += equations.RELAY[kind]
        group.run_regularly(new_cycle, clock=self.cycles, when="start", name=f"{group.name}_cycle")
        flaws = self.imperfections

        def flawed(own: npt.NDArray[np.float64], index: int) -> npt.NDArray[np.float64]:
            return flaws.mismatched(own, flaws.thresholds, index)

        set_thresholds(group, blueprint, population, flawed)
        return group

    def synapses(self, pathway: Pathway, projection: Projection, groups: Any, index: int) -> Any:
        """Return the synapses of a projection, within each copy from all onto all."""
        source, target = groups[projection.source], groups[projection.target]
        model = self.learning.synapse_model if self.learning else equations.WEIGHT
        on_pre = {"transmit": equations.ARRIVES[pathway.name]}
        on_event = {"transmit": "spike"}
        if self.imperfections.dropped:
            model += equations.RELEASED
            on_pre["transmit"] += equations.IF_RELEASED
            on_pre["release"], on_event["release"] = equations.RELEASE, "spike"
        if self.learning:
            on_pre["learn"], on_event["learn"] = self.learning.changes[pathway.name], "trough"
        synapses = brian2.Synapses(
            source,
            target,
            model,
            on_pre=on_pre,
            on_event=on_event,
            namespace=self.names,
            clock=self.clock,
            name=f"{pathway.name}_{source.name}_{target.name}",
        )
        flaws = self.imperfections
        weights = flaws.mismatched(projection.weights, flaws.weights, 100 + index)
        connect(synapses, self.blueprint, weights)
        own = flaws.delays(weights.size, self.schedule.dt, index)
        delay = self.delay if own is None else self.delay + tiled(own, self.blueprint.copies)
        if np.any(delay):
            synapses.transmit.delay = delay * second
        if flaws.dropped:
            synapses.release.order = -1  # before what is released arrives
            if np.any(delay):
                synapses.release.delay = delay * second
        if self.learning:
            synapses.learn.order = 3  # after the modulator
        return synapses

    def clamp(self, stimulus: Any, visible: Any) -> Any:
        """Return synapses by which a stimulus makes visible neurons fire at once."""
        synapses = brian2.Synapses(
            stimulus, visible, on_pre="stimulus_post += 1", clock=self.clock, name="clamp"
        )
        synapses.connect(j="i")
        synapses.pre.when = "before_thresholds"
        return synapses
