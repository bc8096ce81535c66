"""What reaches a population along one pathway: its drive, its bias, and what it has for itself."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from neurohm.backend import Activations, Array, Site
from neurohm.exceptions import InputError
from neurohm.machine.machine import HelmholtzMachine
from neurohm.machine.projection import Internal, Pathway
from neurohm.machine.workspace import Workspace
from neurohm.populations import Drive, Input

Synapses = Sequence[tuple[int, Array]]


def drive(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    states: Sequence[Activations],
    work: Workspace,
    label: Site,
) -> Drive:
    """Return what the afferents of a population bring: presynaptic activity x weights, summed.

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
    target : int
        Index of the population.
    states : sequence of ndarray or SparseRows, (rows, units)
        Activity of each population; those that drive the target are read.
    work : Workspace
    label : Site
        Keeps the buffers of the phases apart.

    Returns
    -------
    Drive
        With one row of zeros, which serves all rows, where nothing projects onto the population.
    """
    key = (label, pathway.name, "drive", target)
    soma = [(p.source, p.weights) for p in pathway.afferents(target)]
    total = _sum(machine, soma, machine.sizes[target], states, work, key)
    inner_size = pathway.populations[target].inner_size
    if not inner_size:
        return Drive(total)
    inner = [(i.source, i.weights) for i in onto_inner(pathway, target) if i.source is not None]
    return Drive(total, _sum(machine, inner, inner_size, states, work, (*key, "inner")))


def onto_inner(pathway: Pathway, target: int) -> tuple[Internal, ...]:
    """Return the synapses from other populations onto the second compartment of one."""
    internals = pathway.internals_of(target).values()
    return tuple(i for i in internals if i.parameter.onto_inner)


def lateral(pathway: Pathway, target: int) -> Internal | None:
    """Return the synapses from earlier onto later units of a population, if it has any."""
    internals = pathway.internals_of(target).values()
    return next((i for i in internals if i.parameter.triangular), None)


def input_of(pathway: Pathway, target: int, drive: Drive) -> Input:
    """Return all that decides how a population acts."""
    own = {role: internal.weights for role, internal in pathway.internals_of(target).items()}
    return Input(drive.soma, pathway.biases[target].weights, own, drive.inner)


def input_given(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    drive: Drive,
    values: Activations,
    work: Workspace,
    label: Site,
) -> Input:
    """Return the input of a population whose activity is known.

    Then lateral synapses are synapses like any other: their drive is part of the input.
    """
    synapses = lateral(pathway, target)
    if synapses is None:
        return input_of(pathway, target, drive)
    key = (label, pathway.name, "drive with lateral", target)
    units, products = machine.sizes[target], machine.kernels.products
    rows = max(drive.soma.shape[0], values.shape[0])
    total = work.array(key, (rows, units), machine.dtype)
    if values.shape[0] == rows:
        products.product(values, synapses.weights, total)
    else:
        part = work.array((*key, "part"), (values.shape[0], units), machine.dtype)
        products.product(values, synapses.weights, part)
        machine.kernels.arrays.fill(total, 0.0)
        products.add_shared(part, total)
    products.add_shared(drive.soma, total)
    return input_of(pathway, target, Drive(total, drive.inner))


def _sum(
    machine: HelmholtzMachine,
    synapses: Synapses,
    units: int,
    states: Sequence[Activations],
    work: Workspace,
    key: tuple[Hashable, ...],
) -> Array:
    """Return the sum of presynaptic activity x weights, or a row of zeros where there is none."""
    if not synapses:
        return work.zeros(key, (1, units), machine.dtype)
    kernels = machine.kernels
    if max(source for source, _ in synapses) >= len(states):
        raise InputError(
            f"{machine!r} without the activity of its context",
            "a context with every sample",
            "let a GoalSeededMachine learn, or take a machine without a context",
        )
    rows = max(states[source].shape[0] for source, _ in synapses)
    total = work.array(key, (rows, units), machine.dtype)
    for i, (source, weights) in enumerate(synapses):
        presynaptic = states[source]
        if i == 0 and presynaptic.shape[0] == rows:
            kernels.products.product(presynaptic, weights, total)
            continue
        part = work.array((*key, "part"), (presynaptic.shape[0], units), machine.dtype)
        kernels.products.product(presynaptic, weights, part)
        if i == 0:
            kernels.arrays.fill(total, 0.0)
        kernels.products.add_shared(part, total)
    return total
