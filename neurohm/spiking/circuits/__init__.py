"""Circuits of which it is known what they do, as test recordings."""

from neurohm.spiking.circuits.balanced import balanced
from neurohm.spiking.circuits.simulate import CIRCUITS, simulate
from neurohm.spiking.circuits.synfire import synfire
from neurohm.spiking.circuits.waves import waves

__all__ = ["CIRCUITS", "balanced", "simulate", "synfire", "waves"]
