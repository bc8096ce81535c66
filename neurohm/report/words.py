"""Numbers in words: what a report says of a recording, a model and a score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from neurohm.__about__ import __version__
from neurohm.analysis import ScoreReport
from neurohm.estimators.settings import (
    DENSITY_RATES,
    SPIKE_RATES,
    chosen_plasticity,
    chosen_rule,
)
from neurohm.learning import LearningRule
from neurohm.plasticity import Plasticity
from neurohm.plots.style import plural
from neurohm.recordings import Recording
from neurohm.storage.model_file import library_versions

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz

KINDS = {
    "importance": "importance sampling; on average below the true likelihood",
    "bound": "a lower bound of the likelihood",
    "exact": "exact",
}


def number(value: float, digits: int = 4) -> str:
    """Return a number with so many digits that count.

    Examples
    --------
    >>> number(0.0416239), number(-10.58652), number(float("nan")), number(3.0), number(123456.0)
    ('0.04162', '−10.59', 'not known', '3', '123,456')
    """
    if not math.isfinite(value):
        return "not known"
    digits = max(digits, len(str(int(abs(value)))))
    return f"{value:,.{digits}g}".replace("-", "−")


def time(value: float, time_unit: str) -> str:
    """Return a stretch of time.

    Examples
    --------
    >>> time(0.02, "s"), time(95.5, "s"), time(600.0, "s"), time(8000.0, "bin")
    ('20 ms', '95.5 s', '10 min 0 s', '8,000 bins')
    """
    if time_unit == "bin":
        return plural(round(value), "bin")
    if value < 1:
        return f"{number(1000 * value)} ms"
    if value < 120:
        return f"{number(value)} s"
    minutes, seconds = divmod(round(value), 60)
    return f"{minutes:,} min {seconds} s"


def name_of(recording: Recording | None, model: SpikeHelmholtz) -> str:
    """Return the name of what was fitted: that of its file, where it has one."""
    source = model.recording_["source"] or (recording.source if recording is not None else "")
    return PurePath(source).name or "recording"


def summary(recording: Recording | None, model: SpikeHelmholtz) -> str:
    """Return what was fitted, in a line."""
    parts = [plural(len(model.unit_ids_), "unit")]
    if recording is not None:
        parts.append(plural(recording.n_spikes, "spike"))
        parts.append(time(recording.duration, recording.time_unit))
    parts.append(f"{plural(model.lags, 'bin')} of {time(model.bin_size_, model.time_unit_)}")
    parts.append("layers " + " – ".join(f"{size:,}" for size in model.machine_.sizes))
    parts.append(f"{rule_of(model).name}, {plasticity_of(model)}")
    parts.append(f"seed {model.seed_}")
    return " · ".join(parts)


def in_short(
    model: SpikeHelmholtz,
    score: ScoreReport | None,
    assemblies: pd.DataFrame | None,
    *,
    seen: bool = False,
) -> str:
    """Return what was fitted and what was found, in sentences."""
    sizes = " and ".join(f"{size:,}" for size in model.machine_.sizes[1:])
    window = time(model.lags * model.bin_size_, model.time_unit_)
    said = [
        f"A machine with {sizes} hidden units learned from windows of {window} of "
        f"{plural(len(model.unit_ids_), 'unit')}, by local changes of its synapses."
    ]
    if score is not None:
        said.append(verdict(score, seen=seen))
    if assemblies is not None and "members" in assemblies:
        said.append(_assemblies_in_short(assemblies))
    return " ".join(said)


def _assemblies_in_short(assemblies: pd.DataFrame) -> str:
    if not len(assemblies):
        return "No assembly was found."
    sizes = sorted(len(members) for members in assemblies["members"])
    members = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
    found = "1 assembly was" if len(sizes) == 1 else f"{len(sizes)} assemblies were"
    return f"{found} found, of {members} units."


def about_recording(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield what there is to know of a recording: names and values."""
    unit = recording.time_unit
    rate = recording.n_spikes / recording.n_units / recording.observed_duration
    yield "Units", f"{recording.n_units:,}"
    yield "Spikes", f"{recording.n_spikes:,}"
    yield "Duration", time(recording.duration, unit)
    if not math.isclose(recording.observed_duration, recording.duration):
        yield "Observed", time(recording.observed_duration, unit)
    yield "Mean rate", f"{number(rate, 3)} {'Hz' if unit == 's' else 'spikes per bin'}"
    if recording.layout:
        yield "Read as", recording.layout


def about_model(model: SpikeHelmholtz) -> Iterator[tuple[str, str]]:
    """Yield what there is to know of a fitted model: names and values."""
    unit, width, history = model.time_unit_, model.bin_size_, model.history_
    sizes = " – ".join(f"{size:,}" for size in model.machine_.sizes)
    yield "Bins", time(width, unit)
    yield "Windows", f"{plural(model.lags, 'bin')} of all units, {time(model.lags * width, unit)}"
    yield "Counts", "a spike or none" if model.observation_ == "bernoulli" else "Poisson"
    yield "Machine", f"{sizes} units (spikes in a window – hidden layers)"
    yield "Learning rule", str(rule_of(model))
    yield "Plasticity", str(plasticity_of(model))
    yield "Learned", plural(len(history), "epoch") + best_epoch(model)
    yield "Seed", str(model.seed_)
    yield "Settings", " ".join(repr(model).split())
    yield "Recording's hash", model.recording_["fingerprint"][:16]


def versions() -> str:
    """Return the versions of neurohm and of what its results depend on, in a line."""
    libraries = (f"{name} {version}" for name, version in library_versions().items())
    return ", ".join([f"neurohm {__version__}", *libraries])


def rule_of(model: SpikeHelmholtz | HelmholtzDensity) -> LearningRule:
    """Return the learning rule that a model was fitted by."""
    return chosen_rule(model.rule, model.particles)


def plasticity_of(model: SpikeHelmholtz | HelmholtzDensity) -> Plasticity:
    """Return the plasticity that a model was fitted with."""
    rates = SPIKE_RATES if hasattr(model, "lags") else DENSITY_RATES
    return chosen_plasticity(model.plasticity, model.learning_rate, rates)


def best_epoch(model: SpikeHelmholtz | HelmholtzDensity) -> str:
    """Return which epoch's parameters a model has, if held-out data judged that."""
    history = model.history_
    if "held_out" not in history or not np.isfinite(history["held_out"]).any():
        return ""
    return f"; parameters of epoch {int(np.nanargmax(history['held_out'])) + 1}, the best"


def about_score(score: ScoreReport) -> Iterator[tuple[str, str]]:
    """Yield the score: names and values."""
    gain = f"{number(score.gain_bits_per_spike)} ± {number(score.standard_error, 2)}"
    yield "Model", f"{number(score.nats_per_bin, 6)} nats per bin"
    yield "Independent units", f"{number(score.independent_nats_per_bin, 6)} nats per bin"
    yield "Gain per spike", f"{gain} bits (± standard error)"
    yield "Gain per bin", f"{number(score.gain_bits_per_bin)} bits"
    yield "Scored", f"{plural(score.n_bins, 'bin')} with {plural(score.n_spikes, 'spike')}"
    yield "Kind", KINDS.get(score.kind, score.kind)
    yield "Particles", f"{score.particles:,}"
    yield "Effective sample size", f"{number(score.effective_sample_size, 3)} particles"


def fitted_to(*, seen: bool) -> str:
    """Return which data a score is of: some that the model has seen are among them, or none."""
    return "that it was partly fitted to" if seen else "that it was not fitted to"


def verdict(score: ScoreReport, *, seen: bool = False) -> str:
    """Return what the score means, in a sentence.

    Examples
    --------
    >>> score = ScoreReport(
    ...     -9.9, -10.0, 0.14, 0.05, 0.01, 1000, 300.0, "importance", 6000, 900, 12, "poisson"
    ... )
    >>> print(verdict(score))
    The model explains spikes that it was not fitted to better than independent units do,
    by 0.05 bits per spike; that is more than two standard errors (0.02).
    """
    gain, error = score.gain_bits_per_spike, score.standard_error
    if not math.isfinite(gain):
        return "The scored time holds no spike: the score says nothing about the model."
    amount = f"{number(abs(gain), 3)} bits per spike"
    better = "better" if gain > 0 else "worse"
    opening = (
        f"The model explains spikes {fitted_to(seen=seen)} {better} than independent units do, "
        f"by {amount}"
    )
    if not math.isfinite(error):
        return f"{opening}; the scored time is too short to say how certain that is."
    if abs(gain) > 2 * error:
        return f"{opening}; that is more than two standard errors ({number(2 * error, 2)})."
    return (
        f"On spikes {fitted_to(seen=seen)}, the model cannot be told from independent units: "
        f"the gain, {number(gain, 3)} bits per spike, is within two standard errors "
        f"({number(2 * error, 2)})."
    )
