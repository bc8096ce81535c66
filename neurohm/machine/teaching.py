"""From activity to local updates: what a pathway predicted of units, and what that teaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neurohm.backend import Activations, Array, Site
from neurohm.machine.inputs import drive, input_given, lateral, onto_inner
from neurohm.machine.machine import GENERATIVE, HelmholtzMachine
from neurohm.machine.passes import Activity
from neurohm.machine.projection import Pathway
from neurohm.machine.updates import Afferent, DeclaredUpdate, LocalUpdate, ThirdFactor, Updates
from neurohm.machine.workspace import Workspace
from neurohm.populations import Input


@dataclass(frozen=True, eq=False)
class Prediction:
    """What units did beside what their own input predicted.

    Parameters
    ----------
    pathway : Pathway
        Whose prediction it is.
    target : int
        Index of the population.
    values : ndarray or SparseRows, (rows, units)
        What the units did.
    given : Input
        What it was predicted from.
    error : ndarray, (rows, units)
        Values minus prediction, over the variance where units have one.
    afferents : tuple of Afferent
        The synapses that learn from the error, with their presynaptic activity.
    activity : Activity
    """

    pathway: Pathway
    target: int
    values: Activations
    given: Input
    error: Array
    afferents: tuple[Afferent, ...]
    activity: Activity


def predict(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    activity: Activity,
    *,
    total: Array | None = None,
    work: Workspace | None = None,
    label: Site = Site.WAKE,
) -> Prediction:
    """Compare what units did with what their own input predicts.

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
        Whose prediction it is.
    target : int
        Index of the population.
    activity : Activity
    total : ndarray of float64, (rows,), optional
        Receives, added, the log-probability of what the units did under the prediction (nats).
    work : Workspace, optional
    label : Site
        Keeps the buffers of the phases apart.

    Returns
    -------
    Prediction
    """
    work = work or Workspace(machine.backend)
    states, values = activity.states, activity.states[target]
    known = activity.drives.get(target) if pathway.name != GENERATIVE else None
    brought = known or drive(machine, pathway, target, states, work, label)
    given = input_given(machine, pathway, target, brought, values, work, label)
    shape = (activity.rows, machine.sizes[target])
    error = work.array((label, pathway.name, "error", target), shape, machine.dtype)
    pathway.populations[target].error(machine.kernels, given, values, error, total)
    afferents = afferents_of(pathway, target, states)
    return Prediction(pathway, target, values, given, error, afferents, activity)


def afferents_of(
    pathway: Pathway, target: int, states: Sequence[Activations]
) -> tuple[Afferent, ...]:
    """Return the synapses onto a population that learn from its error, the bias last."""
    afferents = [Afferent(p, states[p.source]) for p in pathway.afferents(target)]
    if own := lateral(pathway, target):
        afferents.append(Afferent(own, states[target]))
    return (*afferents, Afferent(pathway.biases[target], None))


def teach(
    machine: HelmholtzMachine,
    prediction: Prediction,
    scale: float,
    gain: ThirdFactor | None = None,
    *,
    phase: str = "wake",
    work: Workspace | None = None,
) -> Updates:
    """Return what a prediction teaches: local updates, and declared ones where units have more.

    Parameters
    ----------
    machine : HelmholtzMachine
    prediction : Prediction
    scale : float
        A factor of the sum over rows: one over the number of samples, times the mix of phases.
    gain : ThirdFactor, optional
        A scalar for each row.
    phase : str
        ``"wake"`` or ``"sleep"``.
    work : Workspace, optional

    Returns
    -------
    Updates
    """
    pathway, target = prediction.pathway, prediction.target
    update = LocalUpdate(
        target, pathway.name, prediction.error, scale, gain, prediction.afferents, phase
    )
    work = work or Workspace(machine.backend)
    return Updates((update,), declared=_declared(machine, prediction, update, work))


def _declared(
    machine: HelmholtzMachine, prediction: Prediction, update: LocalUpdate, work: Workspace
) -> tuple[DeclaredUpdate, ...]:
    """Return what internal parameters learn that is not presynaptic activity x error."""
    pathway, target = prediction.pathway, prediction.target
    population, internals = pathway.populations[target], pathway.internals_of(target)
    if not internals:
        return ()
    key = ("declared", update.phase, pathway.name, target)
    gain = work.array((*key, "gain"), (1,), machine.dtype)
    if update.gain is None:
        machine.kernels.arrays.fill(gain, 1.0)
    else:
        gain = update.gain.values
    change = population.internal_change(
        machine.kernels,
        prediction.given,
        prediction.values,
        prediction.error,
        gain,
        update.scale,
        lambda name, shape, dtype: work.array((*key, name), shape, dtype),
    )
    if change is None:
        return ()
    roles = {internals[role].key: role for role in change.parameters}
    changes = {internals[role].key: array for role, array in change.parameters.items()}
    if change.inner_error is not None:
        for synapses in onto_inner(pathway, target):
            assert synapses.source is not None
            presynaptic = prediction.activity.states[synapses.source]
            changes[synapses.key] = _product(
                machine, presynaptic, change.inner_error, work, (*key, synapses.key)
            )
    declared = []
    for parameter, array in changes.items():
        locality, reason = population.locality_of(roles.get(parameter, ""))
        declared.append(
            DeclaredUpdate(parameter, array, locality, reason, phase=update.phase, gain=update.gain)
        )
    return tuple(declared)


def _product(
    machine: HelmholtzMachine,
    presynaptic: Activations,
    error: Array,
    work: Workspace,
    key: tuple[object, ...],
) -> Array:
    """Return presynaptic activity x error, summed over the rows, some of which may share one."""
    kernels, (rows, units) = machine.kernels, error.shape
    if presynaptic.shape[0] < rows:
        one = work.array((*key, "one"), (1,), machine.dtype)
        kernels.arrays.fill(one, 1.0)
        gathered = work.array((*key, "rows"), (presynaptic.shape[0], units), machine.dtype)
        summed = work.array((*key, "sum"), (units,), machine.dtype)
        kernels.weights.weigh_rows(error, one, 1.0, gathered, summed)
        error = gathered
    out = work.array((*key, "product"), (presynaptic.shape[1], units), machine.dtype)
    kernels.products.transposed_product(presynaptic, error, out)
    return out
