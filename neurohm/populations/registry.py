"""Populations by the name of their kind, for model files and for sizes given as numbers."""

from __future__ import annotations

from neurohm.populations.autoregressive import AutoregressiveBernoulli
from neurohm.populations.base import Population
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.poisson import Poisson

KINDS: tuple[type[Population], ...] = (Bernoulli, AutoregressiveBernoulli, Poisson)
POPULATIONS: dict[str, type[Population]] = {kind.kind: kind for kind in KINDS}


def as_population(given: Population | int) -> Population:
    """Return a population; a number means so many Bernoulli units."""
    return given if isinstance(given, Population) else Bernoulli(given)
