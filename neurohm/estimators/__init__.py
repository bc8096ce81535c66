"""Helmholtz machines with ``fit``: over recordings, and over matrices."""

from neurohm.estimators.assembly_files import load_assemblies, save_assemblies
from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.load import load
from neurohm.estimators.spikes import SpikeHelmholtz

__all__ = [
    "HelmholtzDensity",
    "HiddenActivity",
    "SpikeHelmholtz",
    "load",
    "load_assemblies",
    "save_assemblies",
]
