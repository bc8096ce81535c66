"""What units a machine has to have for an estimate."""

from __future__ import annotations

from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Pathway, as_machine


def require_kind(
    pathway: Pathway, target: int, kinds: tuple[str, ...], what: str, mend: str = ""
) -> None:
    """Raise unless a population is, in a pathway, of one of the kinds.

    Parameters
    ----------
    pathway : Pathway
    target : int
        Index of the population.
    kinds : tuple of str
    what : str
        What needs it, for the message.
    mend : str, optional

    Raises
    ------
    InputError
        If the population is of another kind.

    Examples
    --------
    >>> from neurohm.machine import HelmholtzMachine
    >>> require_kind(HelmholtzMachine([4, 2]).generative, 1, ("bernoulli",), "annealing")
    """
    population = pathway.populations[target]
    if population.kind not in kinds:
        raise InputError(
            f"{what} over {pathway.name} population {population.name!r} of kind "
            f"{population.kind!r}",
            f"one of kind {' or '.join(map(repr, kinds))}",
            mend,
        )


def require_hidden(machine: HelmholtzMachine) -> HelmholtzMachine:
    """Return the machine, if it has a hidden population.

    Raises
    ------
    InputError, ArgumentTypeError
        If it has none, or is no machine.

    Examples
    --------
    >>> from neurohm.machine import HelmholtzMachine
    >>> require_hidden(HelmholtzMachine([4, 2]))
    HelmholtzMachine(4 bernoulli - 2)
    """
    if not as_machine(machine).recognition.order:
        raise InputError(
            "a machine without a hidden population",
            "one at least",
            "score it with log_likelihood, which is then exact",
        )
    return machine
