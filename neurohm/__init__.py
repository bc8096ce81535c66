"""Helmholtz machines with local wake-sleep learning, for spike recordings.

Public names are imported at first use, so that ``import neurohm`` loads no other library. The
convention is ``import neurohm as nh``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from neurohm.__about__ import __version__ as __version__

if TYPE_CHECKING:
    from neurohm import agents as agents
    from neurohm import analysis as analysis
    from neurohm import backend as backend
    from neurohm import cluster as cluster
    from neurohm import comparison as comparison
    from neurohm import estimators as estimators
    from neurohm import exceptions as exceptions
    from neurohm import images as images
    from neurohm import learning as learning
    from neurohm import likelihood as likelihood
    from neurohm import logs as logs
    from neurohm import machine as machine
    from neurohm import plasticity as plasticity
    from neurohm import plots as plots
    from neurohm import populations as populations
    from neurohm import recordings as recordings
    from neurohm import report as report
    from neurohm import spiking as spiking
    from neurohm import storage as storage
    from neurohm import training as training
    from neurohm.agents import GoalSeededMachine as GoalSeededMachine
    from neurohm.analysis import decode as decode
    from neurohm.analysis import fit_gabors as fit_gabors
    from neurohm.analysis import information_about as information_about
    from neurohm.analysis import mmd as mmd
    from neurohm.analysis import psth as psth
    from neurohm.analysis import relative_mmd as relative_mmd
    from neurohm.analysis import response_correlations as response_correlations
    from neurohm.analysis import responses_of as responses_of
    from neurohm.analysis import sample_quality as sample_quality
    from neurohm.analysis import tuning_of as tuning_of
    from neurohm.cluster import fit_many as fit_many
    from neurohm.cluster import fit_together as fit_together
    from neurohm.cluster import sweep as sweep
    from neurohm.comparison import compare as compare
    from neurohm.estimators import HelmholtzDensity as HelmholtzDensity
    from neurohm.estimators import HelmholtzTransformer as HelmholtzTransformer
    from neurohm.estimators import SpikeCascade as SpikeCascade
    from neurohm.estimators import SpikeHelmholtz as SpikeHelmholtz
    from neurohm.estimators import as_density as as_density
    from neurohm.estimators import compare_assemblies as compare_assemblies
    from neurohm.estimators import compare_decoding as compare_decoding
    from neurohm.estimators import count_responses as count_responses
    from neurohm.estimators import describe_assemblies as describe_assemblies
    from neurohm.estimators import hidden_responses as hidden_responses
    from neurohm.estimators import load as load
    from neurohm.estimators import load_assemblies as load_assemblies
    from neurohm.estimators import recognition_fields as recognition_fields
    from neurohm.estimators import regenerated_responses as regenerated_responses
    from neurohm.estimators import save_assemblies as save_assemblies
    from neurohm.estimators import spike_levels as spike_levels
    from neurohm.estimators import stability_selection as stability_selection
    from neurohm.images import Images as Images
    from neurohm.images import load_images as load_images
    from neurohm.images import natural_patches as natural_patches
    from neurohm.learning import DDC as DDC
    from neurohm.learning import ActiveSampling as ActiveSampling
    from neurohm.learning import Bidirectional as Bidirectional
    from neurohm.learning import Cascade as Cascade
    from neurohm.learning import MultiLevel as MultiLevel
    from neurohm.learning import ParticleSchedule as ParticleSchedule
    from neurohm.learning import Postdiction as Postdiction
    from neurohm.learning import Reweighted as Reweighted
    from neurohm.learning import WakeSleep as WakeSleep
    from neurohm.learning import locality_report as locality_report
    from neurohm.likelihood import annealed_log_likelihood as annealed_log_likelihood
    from neurohm.likelihood import complete as complete
    from neurohm.likelihood import conditional_log_likelihood as conditional_log_likelihood
    from neurohm.likelihood import conditional_mean as conditional_mean
    from neurohm.likelihood import exact_filter as exact_filter
    from neurohm.likelihood import exact_log_likelihood as exact_log_likelihood
    from neurohm.likelihood import log_likelihood as log_likelihood
    from neurohm.likelihood import log_likelihood_curve as log_likelihood_curve
    from neurohm.likelihood import marginal_log_likelihood as marginal_log_likelihood
    from neurohm.logs import set_log_level as set_log_level
    from neurohm.machine import HelmholtzMachine as HelmholtzMachine
    from neurohm.machine import HiddenDynamics as HiddenDynamics
    from neurohm.plasticity import Adam as Adam
    from neurohm.plasticity import Delta as Delta
    from neurohm.plasticity import DiagonalNatural as DiagonalNatural
    from neurohm.plasticity import Natural as Natural
    from neurohm.plasticity import NonNegative as NonNegative
    from neurohm.plasticity import OnlineNatural as OnlineNatural
    from neurohm.plasticity import Signed as Signed
    from neurohm.populations import NADE as NADE
    from neurohm.populations import AutoregressiveBernoulli as AutoregressiveBernoulli
    from neurohm.populations import Bernoulli as Bernoulli
    from neurohm.populations import Categorical as Categorical
    from neurohm.populations import Gaussian as Gaussian
    from neurohm.populations import Laplace as Laplace
    from neurohm.populations import Poisson as Poisson
    from neurohm.recordings import Recording as Recording
    from neurohm.recordings import as_recording as as_recording
    from neurohm.recordings import load_recording as load_recording
    from neurohm.recordings import merge_recordings as merge_recordings
    from neurohm.recordings import simulate_assemblies as simulate_assemblies
    from neurohm.recordings import simulate_trials as simulate_trials
    from neurohm.recordings import surrogate as surrogate
    from neurohm.recordings import trials_of as trials_of
    from neurohm.training import Checkpoint as Checkpoint
    from neurohm.training import EarlyStopping as EarlyStopping
    from neurohm.training import History as History
    from neurohm.training import LayerMonitor as LayerMonitor
    from neurohm.training import Progress as Progress
    from neurohm.training import train as train

# Which package each public name lives in; the imports above tell type checkers the same.
_HOMES = {
    "agents": ("GoalSeededMachine",),
    "analysis": (
        "decode",
        "fit_gabors",
        "information_about",
        "mmd",
        "psth",
        "relative_mmd",
        "response_correlations",
        "responses_of",
        "sample_quality",
        "tuning_of",
    ),
    "comparison": ("compare",),
    "estimators": (
        "HelmholtzDensity",
        "HelmholtzTransformer",
        "SpikeCascade",
        "SpikeHelmholtz",
        "as_density",
        "compare_assemblies",
        "compare_decoding",
        "count_responses",
        "describe_assemblies",
        "hidden_responses",
        "load",
        "load_assemblies",
        "recognition_fields",
        "regenerated_responses",
        "save_assemblies",
        "spike_levels",
        "stability_selection",
    ),
    "images": ("Images", "load_images", "natural_patches"),
    "cluster": ("fit_many", "fit_together", "sweep"),
    "learning": (
        "DDC",
        "ActiveSampling",
        "Bidirectional",
        "MultiLevel",
        "Cascade",
        "ParticleSchedule",
        "Postdiction",
        "Reweighted",
        "WakeSleep",
        "locality_report",
    ),
    "likelihood": (
        "annealed_log_likelihood",
        "complete",
        "conditional_log_likelihood",
        "conditional_mean",
        "exact_filter",
        "exact_log_likelihood",
        "log_likelihood",
        "log_likelihood_curve",
        "marginal_log_likelihood",
    ),
    "logs": ("set_log_level",),
    "machine": ("HelmholtzMachine", "HiddenDynamics"),
    "plasticity": (
        "Adam",
        "Delta",
        "DiagonalNatural",
        "Natural",
        "NonNegative",
        "OnlineNatural",
        "Signed",
    ),
    "populations": (
        "NADE",
        "AutoregressiveBernoulli",
        "Bernoulli",
        "Categorical",
        "Gaussian",
        "Laplace",
        "Poisson",
    ),
    "recordings": (
        "Recording",
        "as_recording",
        "load_recording",
        "merge_recordings",
        "simulate_assemblies",
        "simulate_trials",
        "surrogate",
        "trials_of",
    ),
    "training": ("Checkpoint", "EarlyStopping", "History", "LayerMonitor", "Progress", "train"),
}
_PACKAGES = (*_HOMES, "backend", "exceptions", "images", "plots", "report", "spiking", "storage")
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(("__version__", *_HOME_OF, *_PACKAGES))


def __getattr__(name: str) -> Any:
    """Import a public name from its package at first use."""
    if name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value  # found at once from now on
        return value
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported yet or not."""
    return sorted({*globals(), *__all__})
