"""Comparison of models on held-out samples: the baselines, and cross-validation in time."""

from neurohm.comparison.compare import compare
from neurohm.comparison.helmholtz import HelmholtzBernoulli, HelmholtzPoisson
from neurohm.comparison.results import Comparison, GainTest, ModelScore, SurrogateTest
from neurohm.comparison.samples import Samples
from neurohm.comparison.stacked import Stacked

__all__ = [
    "Comparison",
    "GainTest",
    "HelmholtzBernoulli",
    "HelmholtzPoisson",
    "ModelScore",
    "Samples",
    "Stacked",
    "SurrogateTest",
    "compare",
]
