"""Which units an estimate can look at one by one."""

from __future__ import annotations

from neurohm.exceptions import InputError
from neurohm.machine import Pathway


def require_kind(pathway: Pathway, target: int, kinds: tuple[str, ...], what: str) -> None:
    """Raise unless a population is, in a pathway, of one of the kinds.

    Parameters
    ----------
    pathway : Pathway
    target : int
        Index of the population.
    kinds : tuple of str
    what : str
        What needs it, for the message.

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
            "estimate with log_likelihood instead",
        )
