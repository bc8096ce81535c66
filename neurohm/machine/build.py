"""Builders of graphs: names of populations, what drives them, and pathways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import TypeAlias

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.machine.projection import Bias, Internal, Pathway, Projection
from neurohm.populations import Population, as_population

Edges: TypeAlias = tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]
"""Generative and recognition projections as (source, target)."""


def chain(n_populations: int) -> Edges:
    """Return the projections of a chain of layers, each driving its neighbour.

    Examples
    --------
    >>> chain(3)
    (((1, 0), (2, 1)), ((0, 1), (1, 2)))
    """
    upward = tuple((i, i + 1) for i in range(n_populations - 1))
    return tuple((target, source) for source, target in upward), upward


def cascade(n_populations: int) -> Edges:
    """Return the projections of a cascade: each population drives all before it, top-down.

    Recognition goes the other way: each population is driven by all before it.

    Examples
    --------
    >>> cascade(3)
    (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))
    """
    pairs = [(above, below) for above in range(n_populations) for below in range(above)]
    return tuple(pairs), tuple((below, above) for above, below in pairs)


def named(populations: Sequence[Population]) -> tuple[Population, ...]:
    """Name the populations that have no name, and check that names differ.

    Raises
    ------
    InputError
        If there is no population, or two share a name.
    """
    if not populations:
        raise InputError("no population", "a visible one at least", "give e.g. [784, 200, 10]")
    result = tuple(
        p if p.name else replace(p, name="visible" if i == 0 else f"hidden{i}")
        for i, p in enumerate(populations)
    )
    names = [p.name for p in result]
    if len(set(names)) < len(names):
        raise InputError(f"populations named {names}", "names that differ")
    return result


def recognised(
    populations: Sequence[Population], given: Sequence[Population | int | str] | None
) -> dict[int, Population]:
    """Return what the units of each hidden population are when recognition drives them.

    Parameters
    ----------
    populations : sequence of Population
        The visible one first, all of them named.
    given : sequence of Population, int or str, or None
        One of each hidden population; a number means that it is what it is anyway.

    Returns
    -------
    dict of int to Population

    Raises
    ------
    InputError
        If number, sizes or values do not fit.

    Examples
    --------
    >>> from neurohm.populations import Bernoulli
    >>> recognised([Bernoulli(4, "visible"), Bernoulli(2, "h")], ["autoregressive:2"])
    {1: AutoregressiveBernoulli(size=2, name='h')}
    """
    hidden = populations[1:]
    if given is None:
        return dict(enumerate(hidden, 1))
    if len(given) != len(hidden):
        raise InputError(
            f"{len(given)} populations for recognition", f"one of each of {len(hidden)} hidden ones"
        )
    asked = [as_population(g) for g in given]
    kinds = [
        own if isinstance(g, Integral) and kind.size == own.size else kind
        for g, kind, own in zip(given, asked, hidden, strict=True)
    ]
    for kind, own in zip(kinds, hidden, strict=True):
        if not kind.stands_for(own):
            raise InputError(
                f"{kind.size} {kind.kind} units to recognise {own.name}",
                f"{own.size} units with {own.domain} values, as it has when it is generated",
            )
    return {i: replace(p, name=hidden[i - 1].name) for i, p in enumerate(kinds, 1)}


def pathway_of(
    name: str,
    populations: Sequence[Population],
    driven: Mapping[int, Population],
    edges: Sequence[tuple[int, int]],
    zeros: Callable[[tuple[int, ...]], Array],
) -> Pathway:
    """Return a pathway whose weights and biases are zero.

    Parameters
    ----------
    name : str
        ``"generative"`` or ``"recognition"``.
    populations : sequence of Population
    driven : mapping of int to Population
        What the units of each population that the pathway drives are then.
    edges : sequence of (source, target)
    zeros : callable
        Gives an array of zeros of a shape.

    Returns
    -------
    Pathway

    Raises
    ------
    InputError
        If an edge is of a population that is not there or not driven, comes twice, or closes a
        cycle.
    """
    units, names = [p.size for p in populations], [p.name for p in populations]
    _check_edges(name, edges, len(units), driven)
    projections = [
        Projection(f"{name}/{names[s]}->{names[t]}", s, t, zeros((units[s], units[t])))
        for s, t in edges
    ]
    biases = [Bias(f"{name}/{names[t]}", t, zeros((units[t],))) for t in driven]
    internals = [
        internal
        for target, population in driven.items()
        for internal in _internals(
            name,
            target,
            population,
            [s for s, t in edges if t == target],
            populations,
            zeros,
        )
    ]
    return Pathway(name, driven, projections, biases, internals)


def _check_edges(
    name: str, edges: Sequence[tuple[int, int]], size: int, driven: Mapping[int, Population]
) -> None:
    for s, t in edges:
        if not (0 <= s < size and 0 <= t < size):
            raise InputError(f"{name} projection {s} -> {t}", f"populations 0 to {size - 1}")
        if t not in driven:
            raise InputError(
                f"{name} projection {s} -> {t}", "one onto a hidden population, not the visible"
            )
    if len({(s, t) for s, t in edges}) < len(edges):
        raise InputError(f"{name} projections {list(edges)}", "each of them once")


def _internals(
    name: str,
    target: int,
    population: Population,
    sources: Sequence[int],
    populations: Sequence[Population],
    zeros: Callable[[tuple[int, ...]], Array],
) -> Iterator[Internal]:
    """Make what a population has for itself in a pathway."""
    places = {populations[place].name: place for place in (*sources, target)}
    for parameter in population.internals([populations[source] for source in sources]):
        weights = zeros(parameter.shape)
        weights[...] = parameter.start
        source = places.get(parameter.source)
        yield Internal(f"{name}/{parameter.key}", target, source, parameter, weights)
