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
from neurohm.populations.categorical import Categorical
from neurohm.populations.exponential import DRIVE, GradientTerms
from neurohm.populations.gaussian import Gaussian
from neurohm.populations.laplace import Laplace
from neurohm.populations.nade import NADE
from neurohm.populations.poisson import Poisson
from neurohm.populations.registry import POPULATIONS, as_population, population_of
from neurohm.populations.states import all_states, one_hot_states

__all__ = [
    "DRIVE",
    "NADE",
    "POPULATIONS",
    "AutoregressiveBernoulli",
    "Bernoulli",
    "Categorical",
    "Drive",
    "Gaussian",
    "GradientTerms",
    "Input",
    "InternalChange",
    "InternalParameter",
    "Laplace",
    "Poisson",
    "Population",
    "Room",
    "all_states",
    "as_population",
    "one_hot_states",
    "population_of",
]
