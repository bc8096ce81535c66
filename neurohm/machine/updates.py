"""What a learning rule returns. Locality is a type: a rule never touches a weight.

A `LocalUpdate` holds what a population's units did minus what their own input predicted, and the
presynaptic activity of each afferent; plasticity alone forms the products. What is not of this
form has to declare itself as a `DeclaredUpdate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from neurohm.backend import Array
from neurohm.machine.projection import Bias, Projection

SYNAPSE_LOCAL = "synapse-local"
NEURON_LOCAL = "neuron-local"
GLOBAL_SCALAR = "global scalar"
NON_LOCAL = "non-local"


@dataclass(frozen=True, eq=False)
class Afferent:
    """One input of a population during an update.

    Parameters
    ----------
    synapses : Projection or Bias
    presynaptic : ndarray, (rows, source units), or None
        Activity of the source; None stands for a unit that is always active (a bias). With fewer
        rows than the error has, a row serves as many consecutive rows of the error.
    """

    synapses: Projection | Bias
    presynaptic: Array | None


@dataclass(frozen=True, eq=False)
class ThirdFactor:
    """A scalar per row that multiplies the error.

    Parameters
    ----------
    values : ndarray, (rows,)
    signal : str
        What it is, for the locality report.
    locality : str
        How far it travels; a scalar that all synapses share is ``"global scalar"``.
    """

    values: Array
    signal: str
    locality: str = GLOBAL_SCALAR


@dataclass(frozen=True, eq=False)
class LocalUpdate:
    """A change of every synapse of a population: presynaptic activity x error [x third factor].

    Parameters
    ----------
    population : int
    pathway : str
    error : ndarray, (rows, units)
        What the units did minus what their own input predicted.
    scale : float
        A factor of the sum over rows: one over the number of samples, times the mix of phases.
    gain : ThirdFactor or None
    afferents : tuple of Afferent
    phase : str
        ``"wake"`` or ``"sleep"``: whose activity it is.
    """

    population: int
    pathway: str
    error: Array
    scale: float
    gain: ThirdFactor | None
    afferents: tuple[Afferent, ...]
    phase: str = "wake"


@dataclass(frozen=True, eq=False)
class MetricSample:
    """Activity from which a neuron-local metric (the natural gradient) is estimated.

    Parameters
    ----------
    population : int
    pathway : str
    fisher_weight : ndarray, (rows, units)
        Fisher information of each unit about its drive.
    weight : ndarray, (rows,) or None
    afferents : tuple of Afferent
    """

    population: int
    pathway: str
    fisher_weight: Array
    weight: Array | None
    afferents: tuple[Afferent, ...]


@dataclass(frozen=True, eq=False)
class DeclaredUpdate:
    """A change that is not error x presynaptic activity, and says so.

    Parameters
    ----------
    parameter : str
        Key of the parameter.
    change : ndarray
        The direction, uphill, of the parameter's shape.
    locality : str
    reason : str
    """

    parameter: str
    change: Array
    locality: str
    reason: str


@dataclass(frozen=True, eq=False)
class Updates:
    """All that one step of a learning rule asks of plasticity, and what it saw on the way.

    Parameters
    ----------
    local : tuple of LocalUpdate
    metric : tuple of MetricSample
    declared : tuple of DeclaredUpdate
    monitor : dict of str to float
        Means over the batch, such as the bound on the log-likelihood (nats per sample).
    """

    local: tuple[LocalUpdate, ...] = ()
    metric: tuple[MetricSample, ...] = ()
    declared: tuple[DeclaredUpdate, ...] = ()
    monitor: dict[str, float] = field(default_factory=dict)

    def __add__(self, other: Updates) -> Updates:
        return Updates(
            self.local + other.local,
            self.metric + other.metric,
            self.declared + other.declared,
            {**self.monitor, **other.monitor},
        )
