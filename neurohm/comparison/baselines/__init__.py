"""The models that a Helmholtz machine is compared with, one a file."""

from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.contrastive import ContrastiveSettings
from neurohm.comparison.baselines.ising import Ising
from neurohm.comparison.baselines.k_pairwise import KPairwise
from neurohm.comparison.baselines.moment_matching import ChainSettings
from neurohm.comparison.baselines.rbm import RestrictedBoltzmann

__all__ = [
    "Baseline",
    "ChainSettings",
    "ContrastiveSettings",
    "Ising",
    "KPairwise",
    "RestrictedBoltzmann",
    "as_samples",
]
