"""The Helmholtz machine: populations, and the projections of its two pathways."""

from neurohm.machine.build import cascade, chain
from neurohm.machine.context import ContextMachine
from neurohm.machine.dynamics import HiddenDynamics, Trajectories
from neurohm.machine.initial import Initial, Normal, RandomCode, Sparse, Zeros
from neurohm.machine.machine import HelmholtzMachine, as_machine
from neurohm.machine.passes import (
    Activity,
    Stream,
    dream,
    log_joint,
    recognise,
    recognise_mean,
    zero_total,
)
from neurohm.machine.projection import Pathway, Projection
from neurohm.machine.recruitment import Recruitment
from neurohm.machine.revival import revive
from neurohm.machine.teaching import Prediction, afferents_of, predict, teach
from neurohm.machine.updates import (
    Afferent,
    DeclaredUpdate,
    LocalUpdate,
    MetricSample,
    SynapticSignals,
    ThirdFactor,
    Updates,
)
from neurohm.machine.workspace import Workspace

__all__ = [
    "Activity",
    "Afferent",
    "ContextMachine",
    "DeclaredUpdate",
    "HelmholtzMachine",
    "HiddenDynamics",
    "Initial",
    "LocalUpdate",
    "MetricSample",
    "Normal",
    "Pathway",
    "Prediction",
    "Projection",
    "RandomCode",
    "Recruitment",
    "Sparse",
    "Stream",
    "SynapticSignals",
    "ThirdFactor",
    "Trajectories",
    "Updates",
    "Workspace",
    "Zeros",
    "afferents_of",
    "as_machine",
    "cascade",
    "chain",
    "dream",
    "log_joint",
    "predict",
    "recognise",
    "recognise_mean",
    "revive",
    "teach",
    "zero_total",
]
