"""Activity from which the Fisher matrix of each neuron is estimated, for natural gradients.

The generative pathway has its own distribution, that of dreams; the recognition pathway has that of
data and of what they make it draw. A unit's Fisher matrix over its afferents u is E[v u u'], with
the Fisher information v of the unit about its drive (the variance of a Bernoulli unit).
"""

from __future__ import annotations

from collections.abc import Iterator

from neurohm.backend import Site
from neurohm.exceptions import InputError
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    MetricSample,
    Pathway,
    Workspace,
    afferents_of,
)
from neurohm.machine.inputs import drive, input_given
from neurohm.populations import Population


def metric_samples(
    machine: HelmholtzMachine, dreams: Activity, wake: Activity, work: Workspace | None = None
) -> tuple[MetricSample, ...]:
    """Return a sample for each population that learns, in either pathway.

    Parameters
    ----------
    machine : HelmholtzMachine
    dreams : Activity
        Drawn from the generative pathway.
    wake : Activity
        Drawn from the recognition pathway, given data.
    work : Workspace, optional

    Returns
    -------
    tuple of MetricSample

    Raises
    ------
    InputError
        If units of a population have no Fisher matrix of their own.

    References
    ----------
    Varady, Volpi, Malagò, Ay (2022). Natural reweighted wake-sleep. Neural Networks 155:574.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, rule = nh.HelmholtzMachine([4, 2], seed=0), nh.WakeSleep()
    >>> phases = rule.phases(machine, np.eye(4), seed=0)
    >>> samples = metric_samples(machine, phases.sleep, phases.wake)
    >>> [(sample.pathway, sample.fisher_weight.shape) for sample in samples]
    [('generative', (1, 2)), ('generative', (4, 4)), ('recognition', (4, 2))]
    """
    work = work or Workspace(machine.backend)
    pairs = ((machine.generative, dreams), (machine.recognition, wake))
    return tuple(
        sample for pathway, activity in pairs for sample in _of(machine, pathway, activity, work)
    )


def _of(
    machine: HelmholtzMachine, pathway: Pathway, activity: Activity, work: Workspace
) -> Iterator[MetricSample]:
    for target in pathway.order:
        _require_own_matrix(pathway, target)
        states, values = activity.states, activity.states[target]
        brought = activity.drives.get(target)
        if brought is None:
            brought = drive(machine, pathway, target, states, work, Site.METRIC)
        given = input_given(machine, pathway, target, brought, values, work, Site.METRIC)
        # Particles of a sample that see the sample alone are one row, as often as there are some.
        shape = (given.drive.shape[0], machine.sizes[target])
        weight = work.array((Site.METRIC, pathway.name, "weight", target), shape, machine.dtype)
        pathway.populations[target].information(machine.kernels, given, weight)
        yield MetricSample(
            target, pathway.name, weight, None, afferents_of(pathway, target, states)
        )


def _require_own_matrix(pathway: Pathway, target: int) -> None:
    """Refuse units that share parameters, or have some that are no synapses onto their soma."""
    population = pathway.populations[target]
    inside = pathway.internals_of(target).values()
    matrices = [i.parameter for i in inside if i.weights.ndim == 2]
    unknown = type(population).information is Population.information
    if unknown or not all(m.triangular for m in matrices):
        raise InputError(
            f"natural gradients of {population.name!r}, units of kind {population.kind!r}",
            "units with a Fisher matrix each: Bernoulli, autoregressive, Poisson or Gaussian",
            "choose another plasticity, e.g. 'adam'",
        )
