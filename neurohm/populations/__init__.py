"""What the units of a population are: one kind a file."""

from neurohm.populations.autoregressive import AutoregressiveBernoulli
from neurohm.populations.base import (
    Drive,
    Input,
    InternalChange,
    InternalParameter,
    Population,
    Room,
)
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.nade import NADE
from neurohm.populations.poisson import Poisson
from neurohm.populations.registry import POPULATIONS, as_population, population_of

__all__ = [
    "NADE",
    "POPULATIONS",
    "AutoregressiveBernoulli",
    "Bernoulli",
    "Drive",
    "Input",
    "InternalChange",
    "InternalParameter",
    "Poisson",
    "Population",
    "Room",
    "as_population",
    "population_of",
]
