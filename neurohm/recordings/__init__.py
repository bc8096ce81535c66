"""Spike recordings: load, check, bin, cut into windows, simulate, make surrogates."""

from neurohm.recordings.binned import BinnedSpikes
from neurohm.recordings.binning import bin_spikes
from neurohm.recordings.load import load_recording
from neurohm.recordings.merging import merge_recordings
from neurohm.recordings.objects import as_recording
from neurohm.recordings.recording import Recording
from neurohm.recordings.simulated_trials import simulate_trials
from neurohm.recordings.surrogates import (
    SURROGATES,
    Surrogate,
    circular_shift,
    dither_spikes,
    jitter_spikes,
    jittered,
    rate_only,
    stretches_of,
    surrogate,
    trial_shuffle,
)
from neurohm.recordings.synthetic import simulate_assemblies
from neurohm.recordings.trials import Trials, trials_of
from neurohm.recordings.trigger_windows import TriggerWindows, trigger_windows
from neurohm.recordings.windows import Windows

__all__ = [
    "SURROGATES",
    "BinnedSpikes",
    "Recording",
    "Surrogate",
    "Trials",
    "TriggerWindows",
    "Windows",
    "as_recording",
    "bin_spikes",
    "circular_shift",
    "dither_spikes",
    "jitter_spikes",
    "jittered",
    "load_recording",
    "merge_recordings",
    "rate_only",
    "simulate_assemblies",
    "simulate_trials",
    "stretches_of",
    "surrogate",
    "trial_shuffle",
    "trials_of",
    "trigger_windows",
]
