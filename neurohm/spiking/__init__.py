"""Helmholtz machines as networks of spiking neurons, by Brian2."""

from neurohm.spiking.alternation import Alternation
from neurohm.spiking.blueprint import Blueprint, blueprint_of
from neurohm.spiking.circuits import simulate
from neurohm.spiking.compare import SpikingComparison, compare_spiking
from neurohm.spiking.imperfections import Imperfections
from neurohm.spiking.impression import impression_network
from neurohm.spiking.learning import SpikingRule
from neurohm.spiking.network import to_brian2
from neurohm.spiking.readout import machine_of, states_of, to_recording
from neurohm.spiking.replay import Replay, feed, replay
from neurohm.spiking.schedule import Schedule
from neurohm.spiking.targets import run, target

__all__ = [
    "Alternation",
    "Blueprint",
    "Imperfections",
    "Replay",
    "Schedule",
    "SpikingComparison",
    "SpikingRule",
    "blueprint_of",
    "compare_spiking",
    "feed",
    "impression_network",
    "machine_of",
    "replay",
    "run",
    "simulate",
    "states_of",
    "target",
    "to_brian2",
    "to_recording",
]
