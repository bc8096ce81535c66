"""Helmholtz machines as networks of spiking neurons, by Brian2."""

from neurohm.spiking.blueprint import Blueprint, blueprint_of
from neurohm.spiking.imperfections import Imperfections
from neurohm.spiking.learning import SpikingRule
from neurohm.spiking.network import to_brian2
from neurohm.spiking.readout import machine_of, states_of, to_recording
from neurohm.spiking.schedule import Schedule
from neurohm.spiking.targets import run, target

__all__ = [
    "Blueprint",
    "Imperfections",
    "Schedule",
    "SpikingRule",
    "blueprint_of",
    "machine_of",
    "run",
    "states_of",
    "target",
    "to_brian2",
    "to_recording",
]
