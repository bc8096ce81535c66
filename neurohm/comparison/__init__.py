"""Comparison of models on held-out samples: the baselines, and cross-validation in time."""

from neurohm.comparison.compare import compare
from neurohm.comparison.results import Comparison, GainTest, ModelScore, SurrogateTest
from neurohm.comparison.samples import Samples

__all__ = [
    "Comparison",
    "GainTest",
    "ModelScore",
    "Samples",
    "SurrogateTest",
    "compare",
]
