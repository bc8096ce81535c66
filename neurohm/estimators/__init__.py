"""Helmholtz machines with ``fit``: over recordings, and over matrices."""

from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.load import load
from neurohm.estimators.spikes import SpikeHelmholtz

__all__ = ["HelmholtzDensity", "HiddenActivity", "SpikeHelmholtz", "load"]
