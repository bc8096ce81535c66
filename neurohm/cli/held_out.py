"""The part of a recording to learn from, and the part to score on; scoring."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from neurohm.analysis import ScoreReport
from neurohm.cli.printing import note, on_terminal
from neurohm.estimators import SpikeHelmholtz
from neurohm.estimators.spikes import BIN_SIZE
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings import Recording, Windows, bin_spikes
from neurohm.report import cautions

GAP = 1.0  # seconds
QUICK = 5_000_000  # windows times particles that need no note


def train_and_test(recording: Recording, test: float, lags: int) -> tuple[Recording, Recording]:
    """Split off the last share of the time, with a gap before it.

    Parameters
    ----------
    recording : Recording
    test : float
        The share, between 0 and 1.
    lags : int
        The gap of a recording whose time is counted in bins; else it is a second.

    Returns
    -------
    train, test : Recording

    Examples
    --------
    >>> whole = Recording.from_trains([[1.0, 8.5]], t_stop=10.0)
    >>> [part.duration for part in train_and_test(whole, 0.2, 5)]
    [7.0, 2.0]
    """
    if not 0 < test < 1:
        raise InputError(f"--test {test:g}", "a share of the time between 0 and 1", "give e.g. 0.2")
    return recording.split(test, gap=GAP if recording.time_unit == "s" else float(lags))


def require_window(recording: Recording, model: SpikeHelmholtz) -> None:
    """Raise unless a window fits into a recording.

    Parameters
    ----------
    recording : Recording
    model : SpikeHelmholtz
        It need not be fitted.

    Raises
    ------
    InputError
        If bins or windows are too long for the recording.
    """
    width = recording.bin_width or BIN_SIZE
    bin_size = width if model.bin_size == "auto" else float(model.bin_size)
    # Of bins only the times matter: the spikes may be more than memory holds.
    none = np.zeros_like(recording.spike_times_index)
    silent = replace(recording, spike_times=np.empty(0), spike_times_index=none)
    Windows(bin_spikes(silent, bin_size), model.lags, stride=model.lags)


def scored(
    model: SpikeHelmholtz, recording: Recording, particles: int, missing: str = "leave-out"
) -> ScoreReport:
    """Return the score of a recording, and say why it should be taken with care.

    Parameters
    ----------
    model : SpikeHelmholtz
    recording : Recording
    particles : int
    missing : str
        As `SpikeHelmholtz.score_report` takes it.

    Returns
    -------
    ScoreReport
    """
    _announce(model, recording, particles)
    score = model.score_report(recording, particles=particles, missing=missing)
    care = cautions.about_scored_time(score, float(model.independent_.mean.sum()))
    if care:
        note(care[0].lower() + care[1:])
    if score.gain_bits_per_spike < -2 * score.standard_error:
        warnings.warn(
            "the machine explains less than independent units do: lower the learning rate, more "
            "epochs or fewer hidden units may help",
            NeurohmWarning,
            stacklevel=2,
        )
    return score


def _announce(model: SpikeHelmholtz, recording: Recording, particles: int) -> None:
    """Say that scoring begins, if someone is looking on or it takes long."""
    windows = int(recording.observed_duration / (model.lags * model.bin_size_))
    if on_terminal() or windows * particles > QUICK:
        note(f"scoring about {windows:,} windows with {particles:,} particles each")
