"""The restricted Boltzmann machine: correlations by hidden units that share visible ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, logsumexp

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.comparison.baselines.annealing import LogPartition, annealed_log_partition
from neurohm.comparison.baselines.chains import annealed_words, annealing
from neurohm.comparison.baselines.contrastive import ContrastiveSettings, learn
from neurohm.comparison.baselines.energy import EnergyModel, Words
from neurohm.comparison.baselines.interactions import Vector
from neurohm.comparison.baselines.restricted import Restricted
from neurohm.comparison.baselines.states import MOST_UNITS, numbered
from neurohm.exceptions import InputError

HIDDEN, DECAYS = (20, 50), (1e-4, 1e-3)
_PART = 2**13  # states at a time


class RestrictedBoltzmann(EnergyModel[Restricted]):
    """Restricted Boltzmann machine, learned by persistent contrastive divergence.

    Parameters
    ----------
    n_hidden : int or sequence of int, optional
        Hidden units; of several, validation samples choose one. By default 20 and 50 are tried,
        and 20 are used where there is no validation.
    weight_decay : float or sequence of float, optional
        Half of it times the sum of squared weights is taken off the mean log-likelihood. By default
        0.0001 and 0.001 are tried, and 0.0001 is used where there is no validation.
    learning : ContrastiveSettings, optional
    tolerance : float
        Standard error of log Z that annealing has to reach, nats.
    seed : int

    Attributes
    ----------
    weights_ : ndarray of float64, (n_units, n_hidden)
    visible_bias_ : ndarray of float64, (n_units,)
    hidden_bias_ : ndarray of float64, (n_hidden,)
    n_hidden_, weight_decay_
        Those that were used.
    log_partition_ : LogPartition
        Exact where there are at most 20 units in one of the layers.

    Raises
    ------
    ArgumentTypeError, InputError
        If a setting is out of bounds.

    Notes
    -----
    log p(x) = a.x + sum_j log(1 + exp(b_j + sum_i x_i W_ij)) - log Z: hidden units are summed out.

    References
    ----------
    Köster, Sohl-Dickstein, Gray, Olshausen (2014). Modeling higher-order correlations within
    cortical microcolumns. PLoS Computational Biology 10:e1003684.
    https://doi.org/10.1371/journal.pcbi.1003684

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> words = (rng.random((500, 6)) < 0.1).astype(int)
    >>> words[::5, :3] = 1
    >>> model = RestrictedBoltzmann(n_hidden=2).fit(words)
    >>> bool(model.score_samples([[1, 1, 1, 0, 0, 0]])[0] > np.log(0.05))
    True
    """

    name: ClassVar[str] = "rbm"

    def __init__(
        self,
        *,
        n_hidden: int | Sequence[int] | None = None,
        weight_decay: float | Sequence[float] | None = None,
        learning: ContrastiveSettings | None = None,
        tolerance: float = 1e-3,
        seed: int = 0,
    ) -> None:
        super().__init__(tolerance, seed)
        self.n_hidden, self.weight_decay = n_hidden, weight_decay
        self.learning = learning or ContrastiveSettings()
        self._hidden = [whole_number("n_hidden", n) for n in _several(n_hidden, HIDDEN)]
        self._decays = [
            real_number("weight decay", decay, least=0) for decay in _several(weight_decay, DECAYS)
        ]

    @property
    def n_parameters(self) -> int:
        """How many numbers were fitted."""
        self._fitted()
        return self._energy.vector.size

    def _settings(self, validated: bool) -> Sequence[tuple[int, float]]:
        """Return numbers of hidden units, each with every weight decay."""
        settings = list(product(self._hidden, self._decays))
        asked = isinstance(self.n_hidden, Sequence) or isinstance(self.weight_decay, Sequence)
        if not validated and asked and len(settings) > 1:
            raise InputError(
                f"{len(settings)} settings and no validation samples",
                "samples to choose by",
                "give one number of hidden units and one weight decay, or validation samples",
            )
        return settings

    def _learn(
        self, words: Words, setting: tuple[int, float], earlier: Restricted | None
    ) -> Restricted:
        """Learn from chains; a machine of another size is no start."""
        return learn(words, self.log_odds_, *setting, self.learning, self.seed)

    def _keep(self, setting: tuple[int, float], energy: Restricted) -> None:
        """Make the fitted attributes."""
        self._energy = energy
        self.n_hidden_, self.weight_decay_ = setting
        self.weights_ = energy.weights
        self.visible_bias_, self.hidden_bias_ = energy.visible_bias, energy.hidden_bias

    def _log_weights(self, energy: Restricted, words: Words) -> Vector:
        """Return the log-weight of each word, (n_samples,)."""
        return energy.log_weights(words.astype(np.float64))

    def _partition(self, energy: Restricted, tolerance: float) -> LogPartition:
        """Return log Z: exactly where one of the layers is small."""
        if min(energy.weights.shape) <= MOST_UNITS:
            return LogPartition(float(logsumexp(_log_weights_of_all(_enumerable(energy)))))
        return annealed_log_partition(annealing(energy, self.log_odds_, self.seed), tolerance)

    def _draw(self, n_samples: int, seed: int) -> Words:
        """Draw samples from the fitted model."""
        machine, stream = self._energy, RandomStream(seed)
        if min(machine.weights.shape) > MOST_UNITS:
            steps = self.log_partition_.steps
            return annealed_words(machine, self.log_odds_, n_samples, steps, seed)
        small = _enumerable(machine)
        weights = np.exp(_log_weights_of_all(small) - self.log_partition_.value)
        uniform = stream.generator(Site.DREAM.of()).random(n_samples)
        cumulated = np.cumsum(weights)
        numbers = np.searchsorted(cumulated, uniform * cumulated[-1], side="right")
        states = numbered(numbers, small.visible_bias.size)
        if small is machine:
            return states.astype(np.uint8)
        drive = states @ small.weights + small.hidden_bias
        return (stream.generator(Site.DREAM.of(1)).random(drive.shape) < expit(drive)).astype(
            np.uint8
        )


def _several(given: Any, usual: Sequence[Any]) -> Sequence[Any]:
    """Return one or several values as several, or the usual ones."""
    if given is None:
        return usual
    several = given if isinstance(given, Sequence) else (given,)
    if not several:
        raise InputError("an empty list of settings", "at least one")
    return several


def _enumerable(machine: Restricted) -> Restricted:
    """Return the machine with the smaller layer as the visible one."""
    n_units, n_hidden = machine.weights.shape
    return machine if n_units <= n_hidden else machine.transposed


def _log_weights_of_all(machine: Restricted) -> Vector:
    """Return the log-weight of every visible state, (2**n_units,)."""

    def parts() -> Iterator[Vector]:
        n_units = machine.visible_bias.size
        for first in range(0, 2**n_units, _PART):
            numbers = np.arange(first, min(first + _PART, 2**n_units))
            yield machine.log_weights(numbered(numbers, n_units))

    return np.concatenate(list(parts()))
