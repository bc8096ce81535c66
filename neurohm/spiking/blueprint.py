"""What a spiking network was made of; each network carries its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine, Pathway, as_machine
from neurohm.spiking.alternation import Alternation
from neurohm.spiking.schedule import Schedule

SUPPORTED = ("bernoulli", "poisson")
"""Kinds of units that there are spiking neurons for."""

_TAKEN = ("modulator", "stimulus", "clamp", "recorded", "delay_lines")
"""Names of what else a network may have."""


@dataclass(frozen=True, eq=False)
class Blueprint:
    """The machine that a network is of, when its neurons fire, and how they are numbered.

    Parameters
    ----------
    machine : HelmholtzMachine
        With the parameters that the network started from.
    schedule : Schedule or Alternation
    slope : float
        Volt of one unit of drive.
    copies : int
        Independent copies side by side: neuron ``copy * units + unit``.
    names : tuple of str
        Of the groups of neurons, visible first.
    rule : str
        What the synapses learn by; empty where they do not.
    """

    machine: HelmholtzMachine
    schedule: Schedule | Alternation
    slope: float
    copies: int
    names: tuple[str, ...]
    rule: str = ""

    @property
    def windows(self) -> Schedule:
        """The schedule of a network whose populations take turns.

        Raises
        ------
        InputError
            If they do not: its phases alternate within a stimulus.
        """
        if isinstance(self.schedule, Alternation):
            raise InputError(
                "a network without windows, of impression_network",
                "one of to_brian2, in which a cycle is a sample",
                "to_recording and machine_of read the other",
            )
        return self.schedule

    def turn(self, pathway: Pathway, population: int) -> int:
        """Return in which window a pathway lets a population fire; -1 where it drives it not."""
        before = int(pathway.name == "recognition")  # data fire first
        order = pathway.order
        return order.index(population) + before if population in order else -1


def blueprint_of(network: Any) -> Blueprint:
    """Return the blueprint of a network that `to_brian2` made.

    Raises
    ------
    ArgumentTypeError
        If it is something else.
    """
    blueprint = getattr(network, "blueprint", None)
    if isinstance(blueprint, Blueprint):
        return blueprint
    raise ArgumentTypeError(f"a {type(network).__name__}", "a network that to_brian2 made")


def checked_machine(machine: Any) -> HelmholtzMachine:
    """Return a copy of the machine in double precision, if there are neurons for its units.

    Raises
    ------
    InputError
        If there are none for a population; the message names it.
    """
    given = as_machine(machine)
    for pathway in (given.generative, given.recognition):
        for target, population in pathway.populations.items():
            if population.kind not in SUPPORTED:
                raise InputError(
                    f"population {given.populations[target].name!r} of kind "
                    f"{population.kind!r} in the {pathway.name} pathway",
                    f"spiking neurons: {' or '.join(SUPPORTED)}",
                    "these units are no single spikes in a window; build the machine of others",
                )
    return given.on("cpu").copy("float64")


def group_names(machine: HelmholtzMachine) -> tuple[str, ...]:
    """Return names of the populations that Brian2 takes.

    Examples
    --------
    >>> import neurohm as nh
    >>> group_names(nh.HelmholtzMachine([nh.Bernoulli(3, "area 17"), 2]))
    ('area_17', 'hidden1')
    """
    names = [re.sub(r"\W", "_", population.name) for population in machine.populations]
    names = [name if re.match(r"[A-Za-z]", name) else f"units_{name}" for name in names]
    return tuple(
        f"{name}_{i}" if name in names[:i] or name in _TAKEN else name
        for i, name in enumerate(names)
    )


def tiled(weights: npt.ArrayLike, copies: int) -> npt.NDArray[np.float64]:
    """Return parameters as often as there are copies, one after the other."""
    return np.tile(np.ravel(np.asarray(weights, dtype=np.float64)), copies)
