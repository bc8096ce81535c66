"""Spike recordings: load, check, bin, cut into windows, simulate."""

from neurohm.recordings.binning import BinnedSpikes, bin_spikes
from neurohm.recordings.load import load_recording
from neurohm.recordings.recording import Recording
from neurohm.recordings.synthetic import simulate_assemblies
from neurohm.recordings.windows import Windows

__all__ = [
    "BinnedSpikes",
    "Recording",
    "Windows",
    "bin_spikes",
    "load_recording",
    "simulate_assemblies",
]
