"""The Helmholtz machine: populations, and the projections of its two pathways."""

from neurohm.machine.build import chain
from neurohm.machine.machine import HelmholtzMachine, as_machine
from neurohm.machine.passes import (
    Activity,
    dream,
    log_joint,
    prediction_error,
    recognise,
    recognise_mean,
)
from neurohm.machine.projection import Pathway, Projection
from neurohm.machine.updates import (
    Afferent,
    DeclaredUpdate,
    LocalUpdate,
    MetricSample,
    ThirdFactor,
    Updates,
)
from neurohm.machine.workspace import Workspace

__all__ = [
    "Activity",
    "Afferent",
    "DeclaredUpdate",
    "HelmholtzMachine",
    "LocalUpdate",
    "MetricSample",
    "Pathway",
    "Projection",
    "ThirdFactor",
    "Updates",
    "Workspace",
    "as_machine",
    "chain",
    "dream",
    "log_joint",
    "prediction_error",
    "recognise",
    "recognise_mean",
]
