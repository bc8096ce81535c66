"""What the units of a population are: one kind a file."""

from neurohm.populations.base import Population
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.poisson import Poisson
from neurohm.populations.registry import POPULATIONS, as_population

__all__ = ["POPULATIONS", "Bernoulli", "Poisson", "Population", "as_population"]
