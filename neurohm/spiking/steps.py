"""Whether a time step is short enough for units that may fire often."""

from __future__ import annotations

import numpy as np

from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, dream
from neurohm.machine.inputs import input_of
from neurohm.populations import Poisson
from neurohm.spiking.schedule import Schedule

LOST = 0.02
"""Share of a population's spikes that may be lost because two would fall into one time step."""

_DREAMS = 500


def check_poisson(machine: HelmholtzMachine, schedule: Schedule) -> None:
    """Refuse a time step in which Poisson units would often fire twice, when dreaming.

    A neuron fires once in a step at most: of a mean of m spikes in n steps n (1 - exp(-m / n))
    remain.

    Raises
    ------
    InputError
        If more than 2 % of the spikes of a population would be lost.
    """
    dreamt = dream(machine, _DREAMS, RandomStream(0), Site.DREAM)
    pathway, steps = machine.generative, schedule.steps_open
    for target, population in enumerate(machine.populations):
        if not isinstance(population, Poisson):
            continue
        mean = np.empty((_DREAMS, population.size))
        given = input_of(pathway, target, dreamt.drives[target])
        population.mean(machine.kernels, given, mean)
        lost = 1 - (steps * -np.expm1(-mean / steps)).sum() / mean.sum()
        if lost > LOST:
            shorter = schedule.dt * LOST / lost
            raise InputError(
                f"dt {1e3 * schedule.dt:g} ms, with which {100 * lost:.1f} % of the spikes of "
                f"population {population.name!r} would be second ones in their time step",
                f"at most {100 * LOST:g} %",
                f"take a dt of {1e3 * shorter:.2g} ms or less, or a longer window",
            )
