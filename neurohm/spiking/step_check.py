"""Whether a time step is short enough for units that may fire often."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.machine import Activity, HelmholtzMachine, Pathway, dream, recognise
from neurohm.machine.inputs import input_of
from neurohm.populations import Poisson
from neurohm.spiking.schedule import Schedule

LOST = 0.02
"""Share of a population's spikes that may be lost because two would fall into one time step."""

_DREAMS = 500


def check_poisson(machine: HelmholtzMachine, schedule: Schedule, stimulus: Array | None) -> None:
    """Refuse a time step in which Poisson units would often fire twice.

    A neuron fires once in a step at most: of a mean of m spikes in n steps n (1 - exp(-m / n))
    remain. Means are those of dreams, and of recognition of the stimulus.

    Parameters
    ----------
    machine : HelmholtzMachine
    schedule : Schedule
    stimulus : ndarray, (rows, copies * visible units), optional

    Raises
    ------
    InputError
        If more than 2 % of the spikes of a population would be lost.
    """
    if schedule.sleep_cycles:
        dreamt = dream(machine, _DREAMS, RandomStream(0), Site.DREAM)
        _check(machine, machine.generative, dreamt, schedule)
    if schedule.wake_cycles and stimulus is not None:
        rows = stimulus.reshape(-1, machine.visible.size)[:_DREAMS]
        seen = recognise(machine, rows, RandomStream(0), Site.RECOGNISE)
        _check(machine, machine.recognition, seen, schedule)


def _check(
    machine: HelmholtzMachine, pathway: Pathway, activity: Activity, schedule: Schedule
) -> None:
    """Refuse what the drives of one pathway ask for."""
    steps = schedule.steps_open
    for target in pathway.order:
        population = pathway.populations[target]
        if not isinstance(population, Poisson):
            continue
        mean = np.empty((activity.rows, population.size))
        population.mean(machine.kernels, input_of(pathway, target, activity.drives[target]), mean)
        lost = 1 - (steps * -np.expm1(-mean / steps)).sum() / mean.sum()
        if lost > LOST:
            shorter = schedule.dt * LOST / lost
            raise InputError(
                f"dt {1e3 * schedule.dt:g} ms, with which {100 * lost:.1f} % of the spikes of "
                f"population {machine.populations[target].name!r} would be second ones in their "
                "time step",
                f"at most {100 * LOST:g} %",
                f"take a dt of {1e3 * shorter:.2g} ms or less, or a longer window",
            )
