"""Helmholtz machines with ``fit``: over recordings, and over matrices."""

from neurohm.estimators.assembly_details import describe_assemblies
from neurohm.estimators.assembly_files import load_assemblies, save_assemblies
from neurohm.estimators.cascade import SpikeCascade
from neurohm.estimators.cascade_report import CascadeReport
from neurohm.estimators.condition_comparison import compare_assemblies
from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.hidden_codes import HiddenCodes
from neurohm.estimators.load import load
from neurohm.estimators.spike_fields import SpikeFields, recognition_fields
from neurohm.estimators.spike_levels import spike_levels
from neurohm.estimators.spikes import SpikeHelmholtz
from neurohm.estimators.stability import stability_selection
from neurohm.estimators.stimulus_responses import (
    compare_decoding,
    count_responses,
    hidden_responses,
    regenerated_responses,
)
from neurohm.estimators.trained import as_density
from neurohm.estimators.transformer import HelmholtzTransformer

__all__ = [
    "CascadeReport",
    "HelmholtzDensity",
    "HelmholtzTransformer",
    "HiddenActivity",
    "HiddenCodes",
    "SpikeCascade",
    "SpikeFields",
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
]
