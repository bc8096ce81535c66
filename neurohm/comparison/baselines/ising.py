"""The pairwise maximum entropy model: the least structure with given rates and correlations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.special import logsumexp

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number
from neurohm.comparison.baselines.annealing import LogPartition, annealed_log_partition
from neurohm.comparison.baselines.chains import Chains, annealed_words, annealing
from neurohm.comparison.baselines.energy import EnergyModel, Words
from neurohm.comparison.baselines.interactions import Interactions, Layout, Prior, Vector
from neurohm.comparison.baselines.moment_matching import (
    ChainSettings,
    Problem,
    match_by_chains,
    match_by_enumeration,
)
from neurohm.comparison.baselines.states import MOST_UNITS, AllStates, SampledStates
from neurohm.exceptions import InputError

DEVIATIONS = (0.3, 1.0, 0.1)  # the first one is used without validation
METHODS = ("auto", "enumeration", "chains")


class Ising(EnergyModel[Interactions]):
    """Pairwise maximum entropy model, known as Ising model.

    Parameters
    ----------
    prior_deviation : float or sequence of float, optional
        Standard deviation of the Gaussian prior of each coupling, nats; ``inf`` for none. Of
        several, validation samples choose one. By default 0.3, 1 and 0.1 are tried, and 0.3 is used
        where there is no validation.
    method : {"auto", "enumeration", "chains"}
        Learning from all states, for at most 20 units, or from persistent chains.
    chains : ChainSettings, optional
        How many chains, and how they learn.
    tolerance : float
        Standard error of log Z that annealing has to reach, nats.
    seed : int

    Attributes
    ----------
    fields_ : ndarray of float64, (n_units,)
        Log-odds of each unit while all others are silent, nats.
    couplings_ : ndarray of float64, (n_units, n_units)
        What two active units add, nats; symmetric, with a diagonal of zeros.
    prior_deviation_ : float
        The one that was used.
    log_partition_ : LogPartition
        Exact for at most 20 units.

    Raises
    ------
    ArgumentTypeError, InputError
        If a setting is out of bounds.

    Notes
    -----
    log p(x) = sum_i h_i x_i + sum_(i<j) J_ij x_i x_j - log Z has, of all distributions with the
    same means and pair products, the highest entropy, and the likelihood is highest where these are
    those of the data. Here they are those of the data in which each entry has become a fair coin
    with probability 1 / (n_samples + 1), half a spike in a silent unit: every parameter is finite.

    References
    ----------
    Schneidman, Berry, Segev, Bialek (2006). Weak pairwise correlations imply strongly correlated
    network states in a neural population. Nature 440:1007. https://doi.org/10.1038/nature04701

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> words = (rng.random((1000, 4)) < 0.3).astype(int)
    >>> words[:, 1] |= words[:, 0]
    >>> model = Ising().fit(words)
    >>> bool(model.couplings_[0, 1] > 1)
    True
    >>> model.score_samples(words[:2]).shape, model.standard_error
    ((2,), 0.0)
    """

    name: ClassVar[str] = "ising"
    _counted: ClassVar[bool] = False

    def __init__(
        self,
        *,
        prior_deviation: float | Sequence[float] | None = None,
        method: str = "auto",
        chains: ChainSettings | None = None,
        tolerance: float = 1e-3,
        seed: int = 0,
    ) -> None:
        super().__init__(tolerance, seed)
        if method not in METHODS:
            raise InputError(f"method {method!r}", "one of " + ", ".join(METHODS))
        self.prior_deviation, self.method = prior_deviation, method
        self.chains = chains or ChainSettings()
        self._deviations = _deviations(prior_deviation)

    @property
    def n_parameters(self) -> int:
        """How many numbers were fitted."""
        self._fitted()
        return Layout(self.log_odds_.size, self._counted).n_parameters

    def _settings(self, validated: bool) -> Sequence[float]:
        """Return deviations of the prior."""
        if not validated and self.prior_deviation is not None and len(self._deviations) > 1:
            raise InputError(
                f"{len(self._deviations)} prior deviations and no validation samples",
                "samples to choose by",
                "give one deviation, or validation samples",
            )
        return self._deviations

    def _learn(self, words: Words, setting: float, earlier: Interactions | None) -> Interactions:
        """Meet the moments of the samples."""
        n_samples, units = words.shape
        layout = Layout(units, self._counted)
        data = SampledStates.distinct(words)
        target = data.mean_moments().with_noise(1 / (n_samples + 1))
        prior = Prior(layout, setting**-2 / n_samples)
        problem = Problem(layout, prior, target, n_samples)
        start = earlier or Interactions.independent(self.log_odds_)
        if self._enumerates(units):
            return match_by_enumeration(problem, start)
        chains = Chains(self.log_odds_, self.chains.chains, self.seed)
        return match_by_chains(problem, start, data, chains, self.chains)

    def _enumerates(self, units: int) -> bool:
        """Return whether to learn from all states."""
        if self.method == "enumeration" and units > MOST_UNITS:
            raise InputError(
                f"{units} units to enumerate", f"at most {MOST_UNITS}", "learn by chains"
            )
        return self.method != "chains" and units <= MOST_UNITS

    def _keep(self, setting: float, energy: Interactions) -> None:
        """Make the fitted attributes."""
        self._energy, self.prior_deviation_ = energy, setting
        self.fields_, self.couplings_ = energy.fields, energy.couplings

    def _log_weights(self, energy: Interactions, words: Words) -> Vector:
        """Return the log-weight of each word, (n_samples,)."""
        return SampledStates(words).log_weights(energy)

    def _partition(self, energy: Interactions, tolerance: float) -> LogPartition:
        """Return log Z: exactly for a few units."""
        units = energy.fields.size
        if units <= MOST_UNITS:
            return LogPartition(float(logsumexp(AllStates(units).log_weights(energy))))
        return annealed_log_partition(annealing(energy, self.log_odds_, self.seed), tolerance)

    def _draw(self, n_samples: int, seed: int) -> Words:
        """Draw samples from the fitted model."""
        units, log_z = self.fields_.size, self.log_partition_
        if units > MOST_UNITS:
            return annealed_words(self._energy, self.log_odds_, n_samples, log_z.steps, seed)
        states = AllStates(units)
        cumulated = np.cumsum(np.exp(states.log_weights(self._energy) - log_z.value))
        uniform = RandomStream(seed).generator(Site.DREAM.of()).random(n_samples)
        return states.rows(np.searchsorted(cumulated, uniform * cumulated[-1], side="right"))


def _deviations(given: Any) -> tuple[float, ...]:
    """Return deviations of the prior as a tuple, checked."""
    if given is None:
        return DEVIATIONS
    several = tuple(given) if isinstance(given, Sequence) else (given,)
    if not several:
        raise InputError("no prior deviation", "at least one", "give e.g. 1.0")
    return tuple(
        np.inf if one == np.inf else real_number("prior deviation", one, above=0) for one in several
    )
