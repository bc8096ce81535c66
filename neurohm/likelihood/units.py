"""What the units of one population say of activity, for estimates that look at single units."""

from __future__ import annotations

from neurohm.backend import Activations, Array
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Pathway
from neurohm.populations import Population


def population_of(machine: HelmholtzMachine, pathway: Pathway, target: int) -> Population:
    """Return the population that a pathway drives.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 2])
    >>> population_of(machine, machine.generative, 0)
    Bernoulli(size=4, name='visible')
    """
    return machine.populations[target]


def add_log_probability(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    drive: Array,
    values: Activations,
    total: Array,
) -> None:
    """Add the log-probability (nats) of a population's activity, given its drive, to totals.

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
    target : int
        Index of the population.
    drive, values : ndarray, (rows, units)
        Fewer rows serve several consecutive ones each.
    total : ndarray of float64, (rows,)
    """
    population = population_of(machine, pathway, target)
    bias = pathway.biases[target].weights
    population.log_probability(machine.kernels, drive, bias, values, total)


def require_independent(
    machine: HelmholtzMachine, pathway: Pathway, target: int, kinds: tuple[str, ...], what: str
) -> None:
    """Raise unless the units of a population are independent of each other given their drive.

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
    target : int
        Index of the population.
    kinds : tuple of str
        Those that are allowed.
    what : str
        What needs it, for the message.

    Raises
    ------
    InputError
        If the population is of another kind.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 2])
    >>> require_independent(machine, machine.generative, 1, ("bernoulli",), "annealing")
    """
    population = population_of(machine, pathway, target)
    if population.kind not in kinds:
        raise InputError(
            f"{what} over population {population.name!r} of kind {population.kind!r}",
            f"one of kind {' or '.join(map(repr, kinds))}",
            "estimate with log_likelihood instead",
        )
