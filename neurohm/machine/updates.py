"""What a learning rule returns. Locality is a type: a rule never touches a weight.

A `LocalUpdate` holds what a population's units did minus what their own input predicted, and the
presynaptic activity of each afferent; plasticity alone forms the products. What is not of this
form has to declare itself as a `DeclaredUpdate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from neurohm.backend import Activations, Array, SparseRows
from neurohm.exceptions import InputError
from neurohm.machine.projection import Bias, Internal, Projection

SYNAPSE_LOCAL = "synapse-local"
NEURON_LOCAL = "neuron-local"
GLOBAL_SCALAR = "global scalar"
NON_LOCAL = "non-local"


@dataclass(frozen=True, eq=False)
class Afferent:
    """One input of a population during an update.

    Parameters
    ----------
    synapses : Projection, Bias or Internal
    presynaptic : ndarray or SparseRows, (rows, source units), or None
        Activity of the source; None stands for a unit that is always active (a bias). With fewer
        rows than the error has, a row serves as many consecutive rows of the error.
    """

    synapses: Projection | Bias | Internal
    presynaptic: Activations | None


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
        What the units did minus what their own input predicted; over the variance, of real values.
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
    phase : str
        ``"wake"`` or ``"sleep"``, where it is of one.
    gain : ThirdFactor or None
        What the rows are weighed with in the change.
    """

    parameter: str
    change: Array
    locality: str
    reason: str
    phase: str = ""
    gain: ThirdFactor | None = None


@dataclass(frozen=True, eq=False)
class SynapticSignals:
    """What the synapses of one projection, or one bias, saw in one phase.

    Parameters
    ----------
    parameter : str
        Key of the parameter.
    phase : str
    presynaptic : ndarray, (rows, source units), or None
        Activity, a row for each row of the error; None for a bias, which is always active.
    error : ndarray, (rows, units)
        What the units did minus what their own input predicted.
    gain : ThirdFactor or None
    scale : float
        A factor of the sum over rows.
    """

    parameter: str
    phase: str
    presynaptic: Array | None
    error: Array
    gain: ThirdFactor | None
    scale: float


@dataclass(frozen=True, eq=False)
class Updates:
    """All that one step of a learning rule asks of plasticity, and what it saw on the way.

    Parameters
    ----------
    local : tuple of LocalUpdate
    metric : tuple of MetricSample
    declared : tuple of DeclaredUpdate
    monitored : dict of str to ndarray of float64, (samples,)
        What the rule watches, such as the bound on the log-likelihood (nats) of each sample.

    Examples
    --------
    What one projection saw, and the change that plasticity makes of it (times the learning rate):

    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, rule = nh.HelmholtzMachine([4, 2], seed=0), nh.WakeSleep()
    >>> updates = rule.updates(machine, rule.phases(machine, np.eye(4), seed=0))
    >>> (seen,) = updates.of("generative/hidden1->visible")
    >>> change = seen.scale * seen.presynaptic.T @ seen.error
    >>> seen.phase, seen.gain, change.shape
    ('wake', None, (2, 4))
    """

    local: tuple[LocalUpdate, ...] = ()
    metric: tuple[MetricSample, ...] = ()
    declared: tuple[DeclaredUpdate, ...] = ()
    monitored: dict[str, Array] = field(default_factory=dict)

    @property
    def monitor(self) -> dict[str, float]:
        """Means over the batch of what the rule watches."""
        return {name: float(values.mean()) for name, values in self.monitored.items()}

    def of(self, parameter: str, phase: str | None = None) -> tuple[SynapticSignals, ...]:
        """Return what the synapses of one projection, or one bias, saw.

        Parameters
        ----------
        parameter : str
            Key of the parameter, such as ``"generative/hidden1->visible"``.
        phase : str, optional
            ``"wake"`` or ``"sleep"``; both by default.

        Returns
        -------
        tuple of SynapticSignals
            One for each phase in which it learns. (Declared updates have no such signals.)

        Raises
        ------
        InputError
            If it does not learn, or not in that phase; the message lists what does.
        """
        learns: dict[str, list[str]] = {}
        seen = []
        for update in self.local:
            for afferent in update.afferents:
                key = afferent.synapses.key
                learns.setdefault(key, []).append(update.phase)
                if key == parameter and phase in (None, update.phase):
                    seen.append(_signals(update, afferent))
        if parameter not in learns:
            raise InputError(f"no update of {parameter!r}", f"one of {', '.join(learns)}")
        if not seen:
            raise InputError(
                f"no update of {parameter!r} in phase {phase!r}",
                " or ".join(map(repr, learns[parameter])),
            )
        return tuple(seen)

    def __add__(self, other: Updates) -> Updates:
        return Updates(
            self.local + other.local,
            self.metric + other.metric,
            self.declared + other.declared,
            {**self.monitored, **other.monitored},
        )


def _signals(update: LocalUpdate, afferent: Afferent) -> SynapticSignals:
    """Return the signals at one afferent, presynaptic activity as often as the error has rows."""
    presynaptic = afferent.presynaptic
    if isinstance(presynaptic, SparseRows):
        presynaptic = presynaptic.toarray()
    if presynaptic is not None:
        presynaptic = presynaptic.repeat(update.error.shape[0] // presynaptic.shape[0], axis=0)
    return SynapticSignals(
        afferent.synapses.key, update.phase, presynaptic, update.error, update.gain, update.scale
    )
