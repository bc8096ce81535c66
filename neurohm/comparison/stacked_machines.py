"""Helmholtz machines of several kinds and seeds as one model."""

from __future__ import annotations

from neurohm.comparison.helmholtz import HelmholtzBernoulli, HelmholtzPoisson
from neurohm.comparison.stacked import Stacked
from neurohm.estimators import HelmholtzDensity
from neurohm.populations import Categorical

SIZES = (40, 10), (96, 32)
"""Hidden layers of independent units, the first next to the data."""

SEEDS = 3


def stacked_machines(domain: str = "binary", *, particles: int = 1000, seed: int = 0) -> Stacked:
    """Return nine machines to be fitted, of three kinds of hidden layers with three seeds each.

    Two layers of 40 and 10 and of 96 and 32 units, and one layer of two groups of sixteen states
    of which one is active, a product of two mixtures.

    Parameters
    ----------
    domain : {"binary", "counts"}
    particles : int
        Of the importance-sampled likelihood.
    seed : int
        Of the first of each kind.

    Returns
    -------
    Stacked

    Examples
    --------
    >>> len(stacked_machines().models)
    9
    """
    kind = HelmholtzBernoulli if domain == "binary" else HelmholtzPoisson
    layers = (*SIZES, (Categorical(32, categories=16),))
    return Stacked(
        [
            kind(
                HelmholtzDensity(
                    hidden,
                    particles=10,
                    learning_rate=6e-3,
                    validation=0.1,
                    patience=25,
                    random_state=seed + i,
                ),
                particles=particles,
            )
            for hidden in layers
            for i in range(SEEDS)
        ]
    )
