"""The baselines by name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from neurohm.comparison.baselines.base import Baseline
from neurohm.exceptions import InputError

BASELINES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "independent": {
            "binary": "independent.IndependentBernoulli",
            "counts": "independent.IndependentPoisson",
        },
        "trial-average": {
            "binary": "trial_average.TrialAverageBernoulli",
            "counts": "trial_average.TrialAveragePoisson",
        },
        "ising": {"binary": "ising.Ising"},
        "k-pairwise": {"binary": "k_pairwise.KPairwise"},
        "rbm": {"binary": "rbm.RestrictedBoltzmann"},
        "mixture": {"binary": "mixture.BernoulliMixture", "counts": "mixture.PoissonMixture"},
    }
)
"""Where each baseline is, by its name and by the domain of samples; imported at first use."""


def baseline(name: str, domain: str = "binary", **settings: Any) -> Baseline:
    """Return a baseline that is not fitted yet.

    Parameters
    ----------
    name : str
        One of `BASELINES`.
    domain : {"binary", "counts"}
        What the entries of samples may be.
    **settings
        Of its constructor; a ``seed`` is dropped where nothing is drawn.

    Returns
    -------
    Baseline

    Raises
    ------
    InputError
        If there is none of that name, or none for that domain.

    Examples
    --------
    >>> baseline("mixture", "counts", components=3).components
    3
    >>> baseline("psth")
    Traceback (most recent call last):
    ...
    neurohm.exceptions.InputError: model 'psth'; expected one of independent, trial-average, ...
    """
    if name not in BASELINES:
        raise InputError(f"model {name!r}", "one of " + ", ".join(BASELINES))
    if domain not in BASELINES[name]:
        (taken,) = BASELINES[name]
        raise InputError(
            f"{domain} for the model {name!r}",
            f"{taken} samples",
            "take observation='bernoulli', which counts a bin of several spikes as one"
            if taken == "binary"
            else "take observation='poisson'",
        )
    module, _, attribute = BASELINES[name][domain].partition(".")
    kind = getattr(import_module(f"{__package__}.{module}"), attribute)
    if "seed" in settings and "seed" not in inspect.signature(kind).parameters:
        settings.pop("seed")
    made: Baseline = kind(**settings)
    return made
