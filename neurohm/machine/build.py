"""Builders of graphs, and the names of populations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from neurohm.exceptions import InputError
from neurohm.populations import Population

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
