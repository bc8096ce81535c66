"""The models that a Helmholtz machine is compared with, one a file."""

from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.contrastive import ContrastiveSettings
from neurohm.comparison.baselines.independent import IndependentBernoulli, IndependentPoisson
from neurohm.comparison.baselines.ising import Ising
from neurohm.comparison.baselines.k_pairwise import KPairwise
from neurohm.comparison.baselines.mixture import BernoulliMixture, PoissonMixture
from neurohm.comparison.baselines.moment_matching import ChainSettings
from neurohm.comparison.baselines.rbm import RestrictedBoltzmann
from neurohm.comparison.baselines.registry import BASELINES, baseline
from neurohm.comparison.baselines.trial_average import TrialAverageBernoulli, TrialAveragePoisson

__all__ = [
    "BASELINES",
    "Baseline",
    "BernoulliMixture",
    "ChainSettings",
    "ContrastiveSettings",
    "IndependentBernoulli",
    "IndependentPoisson",
    "Ising",
    "KPairwise",
    "PoissonMixture",
    "RestrictedBoltzmann",
    "TrialAverageBernoulli",
    "TrialAveragePoisson",
    "as_samples",
    "baseline",
]
