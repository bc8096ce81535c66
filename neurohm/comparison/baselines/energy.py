"""What models with an energy have in common: settings by validation, and scores by log Z."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from threadpoolctl import threadpool_limits

from neurohm.checks import real_number, whole_number
from neurohm.comparison.baselines.annealing import LogPartition
from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.interactions import Vector
from neurohm.exceptions import NeurohmWarning, NotFittedError, NumericalError

Words = npt.NDArray[np.uint8]
Energy = TypeVar("Energy")
_COARSE = 1e-2  # nats: no two settings are told apart by less


class EnergyModel(Baseline, Generic[Energy]):
    """A model of binary samples: log p(x) = log-weight of x - log Z.

    Attributes
    ----------
    log_odds_ : ndarray of float64, (n_units,)
        Of the units by themselves, as which chains begin.
    log_partition_ : LogPartition
        Log Z, exact or with its standard error.
    """

    domain = "binary"
    log_odds_: Vector
    log_partition_: LogPartition
    _energy: Energy

    def __init__(self, tolerance: float, seed: int) -> None:
        self.tolerance = real_number("tolerance", tolerance, above=0)
        self.seed = whole_number("seed", seed, least=0)

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Learn from samples.

        Parameters
        ----------
        x : array_like, (n_samples, n_units)
        validation : array_like, (n_samples, n_units), optional
            Samples by which one of several settings is chosen; never learned from.

        Returns
        -------
        EnergyModel
            Itself.

        Raises
        ------
        InputError
            If an entry is not 0 or 1, or there are too many units for what was asked.
        NumericalError
            If log Z cannot be estimated.
        """
        words = as_samples(x, self.domain).astype(np.uint8)
        units = words.shape[1]
        _warn_of_constant_units(words)
        self.log_odds_ = logit((words.sum(0, dtype=np.int64) + 0.5) / (len(words) + 1))
        held_out = None
        if validation is not None:
            held_out = as_samples(validation, self.domain, units).astype(np.uint8)
        with threadpool_limits(1, "blas"):  # more threads, other last bits
            setting, energy = self._choose(words, held_out)
            self.log_partition_ = self._partition(energy, self.tolerance)
        self._keep(setting, energy)
        _warn_of_few_samples(len(words), self.n_parameters)
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``.

        Parameters
        ----------
        x : array_like, (n_samples, n_units)

        Raises
        ------
        InputError
            If an entry is not 0 or 1, or units are missing.
        NotFittedError
            Before `fit`.
        """
        log_z = self._fitted().value
        words = as_samples(x, self.domain, self.log_odds_.size).astype(np.uint8)
        return self._log_weights(self._energy, words) - log_z

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, exactly where states can be enumerated, by long chains elsewhere.

        Parameters
        ----------
        n_samples : int
        seed : int

        Returns
        -------
        ndarray of float32, (n_samples, n_units)
            Independent of each other.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        self._fitted()
        n_samples = whole_number("n_samples", n_samples)
        return self._draw(n_samples, whole_number("seed", seed, least=0)).astype(np.float32)

    @property
    def standard_error(self) -> float:
        """Standard error of every score alike, nats: that of log Z."""
        return self._fitted().standard_error

    def _choose(self, words: Words, held_out: Words | None) -> tuple[Any, Energy]:
        """Return the setting by which held-out samples are most probable, and what it learned."""
        settings = self._settings(validated=held_out is not None)
        if held_out is None:
            return settings[0], self._learn(words, settings[0], None)
        scores: dict[int, float] = {}
        learned: list[Energy] = []
        failure: NumericalError | None = None
        for number, setting in enumerate(settings):
            learned.append(self._learn(words, setting, learned[-1] if learned else None))
            try:
                log_z = self._partition(learned[-1], max(self.tolerance, _COARSE)).value
            except NumericalError as error:  # another setting may do
                failure = error
                continue
            scores[number] = float(self._log_weights(learned[-1], held_out).mean()) - log_z
        if failure and not scores:
            raise failure
        best = max(scores, key=scores.__getitem__)
        return settings[best], learned[best]

    def _fitted(self) -> LogPartition:
        """Return log Z, which there is once the model has learned."""
        if not hasattr(self, "log_partition_"):
            raise NotFittedError(f"a model of kind {self.name!r} that has learned nothing", "a fit")
        return self.log_partition_

    @abstractmethod
    def _settings(self, validated: bool) -> Sequence[Any]:
        """Return the settings to choose from; the first one is used without validation."""

    @abstractmethod
    def _learn(self, words: Words, setting: Any, earlier: Energy | None) -> Energy:
        """Learn with a setting; what was learned with another one is a start."""

    @abstractmethod
    def _keep(self, setting: Any, energy: Energy) -> None:
        """Make the fitted attributes."""

    @abstractmethod
    def _log_weights(self, energy: Energy, words: Words) -> Vector:
        """Return the log-weight of each word, (n_samples,)."""

    @abstractmethod
    def _partition(self, energy: Energy, tolerance: float) -> LogPartition:
        """Return log Z."""

    @abstractmethod
    def _draw(self, n_samples: int, seed: int) -> Words:
        """Draw samples from the fitted model."""


def _warn_of_constant_units(words: Words) -> None:
    """Warn of units that say nothing."""
    constant = np.flatnonzero(words.min(0) == words.max(0))
    if constant.size:
        listed = ", ".join(map(str, constant[:10])) + (", ..." if constant.size > 10 else "")
        warnings.warn(
            f"{constant.size} of {words.shape[1]} units never change ({listed}): they are learned "
            "as if they had in half a sample; leave out what is dead",
            NeurohmWarning,
            stacklevel=3,
        )


def _warn_of_few_samples(n_samples: int, n_parameters: int) -> None:
    """Warn if there is less to learn from than to learn."""
    if n_samples < n_parameters:
        warnings.warn(
            f"{n_samples} samples for {n_parameters} parameters: new samples will hardly be "
            "explained; give more samples or fewer units",
            NeurohmWarning,
            stacklevel=3,
        )
