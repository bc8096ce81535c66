"""Populations by the name of their kind, for model files and for those given in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plugins import Registry
from neurohm.populations.autoregressive import AutoregressiveBernoulli
from neurohm.populations.base import Population
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.categorical import Categorical
from neurohm.populations.gaussian import Gaussian
from neurohm.populations.laplace import Laplace
from neurohm.populations.nade import NADE
from neurohm.populations.poisson import Poisson

KINDS: tuple[type[Population], ...] = (
    Bernoulli,
    AutoregressiveBernoulli,
    NADE,
    Poisson,
    Categorical,
    Gaussian,
    Laplace,
)
POPULATIONS: Registry[Population] = Registry(
    Population,  # type: ignore[type-abstract]
    "kind",
    KINDS,
    "neurohm.populations",
)


def population_of(settings: Mapping[str, Any]) -> Population:
    """Return the population that has those settings, its kind among them.

    Examples
    --------
    >>> population_of(Bernoulli(3, "spikes").settings())
    Bernoulli(size=3, name='spikes')
    """
    others = {name: value for name, value in settings.items() if name != "kind"}
    return POPULATIONS[settings["kind"]](**others)


def as_population(given: Population | int | str) -> Population:
    """Return a population by its size, or by kind and size.

    Parameters
    ----------
    given : Population, int or str
        A number means so many Bernoulli units; a text is a kind, a colon and a size, and another
        colon and the number of categories where units have them.

    Raises
    ------
    InputError, ArgumentTypeError
        If the kind is unknown (the message lists the known ones), or the size is none.

    Examples
    --------
    >>> as_population("autoregressive:200")
    AutoregressiveBernoulli(size=200, name='')
    >>> as_population("categorical:12:3")
    Categorical(size=12, name='', categories=3)
    """
    if isinstance(given, Population):
        return given
    if not isinstance(given, str):
        return Bernoulli(given)
    if given.isdecimal():
        raise ArgumentTypeError(f"population size {given!r}", "a whole number", f"give {given}")
    kind, *numbers = given.split(":")
    names = ("size", "categories") if kind == Categorical.kind else ("size",)
    if (
        kind not in POPULATIONS
        or len(numbers) != len(names)
        or not all(map(str.isdecimal, numbers))
    ):
        raise InputError(
            f"population {given!r}",
            f"a size, or a kind and a size; kinds are {', '.join(POPULATIONS)}",
            "give e.g. 200, 'autoregressive:200', or 'categorical:12:3' (of 3 categories)",
        )
    return population_of({"kind": kind, **dict(zip(names, map(int, numbers), strict=True))})
