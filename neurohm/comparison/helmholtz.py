"""The Helmholtz machine as one of the models that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from neurohm.checks import whole_number
from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.dataset import as_recording
from neurohm.comparison.samples import Samples
from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import log_likelihood
from neurohm.recordings import Recording

Estimator: TypeAlias = SpikeHelmholtz | HelmholtzDensity
_OBSERVATIONS = {"binary": "bernoulli", "counts": "poisson"}
_OFTEN, _MORE = 0.01, 50  # share of samples from which on equal ones have so many more particles
_CHOOSING = 100  # particles: estimators that differ by less than these show are as good


class _Helmholtz(Baseline):
    """A Helmholtz machine with the settings of an estimator; see the two kinds."""

    name = "helmholtz"

    def __init__(
        self,
        estimator: Estimator | Sequence[Estimator] | None = None,
        *,
        particles: int = 1000,
        seed: int = 0,
    ) -> None:
        estimator = SpikeHelmholtz(random_state=seed) if estimator is None else estimator
        several = estimator if isinstance(estimator, Sequence) else [estimator]
        for one in several:
            if not isinstance(one, SpikeHelmholtz | HelmholtzDensity):
                raise ArgumentTypeError(
                    f"a {type(one).__name__}", "a SpikeHelmholtz or a HelmholtzDensity"
                )
        if not several:
            raise InputError("an empty list of estimators", "at least one")
        self.estimators = [clone(one) for one in several]  # their settings alone
        self.particles = whole_number("particles", particles)

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Fit a machine with the estimator's settings.

        Parameters
        ----------
        x : Samples or array_like, (n_samples, n_columns)
            Of samples a `SpikeHelmholtz` learns from the bins that they were cut from, window by
            window at every phase, and sets some apart as it always does; the rows of a matrix it
            takes for bins.
        validation : array_like, optional
            What one of several estimators is chosen by, and what stops the fit of a
            `HelmholtzDensity`, if that is to be stopped by a share of the rows.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        InputError
            If there are several estimators, and nothing to choose by.
        """
        if validation is None and len(self.estimators) > 1:
            raise InputError(
                f"{len(self.estimators)} estimators and no validation samples",
                "samples to choose by",
                "give one estimator, or validation samples",
            )
        fitted = [self._fitted(one, x, validation) for one in self.estimators]
        self.estimator_ = fitted[0]
        if len(fitted) > 1:
            few = min(self.particles, _CHOOSING)
            self.estimator_ = max(fitted, key=lambda one: self._score(one, validation, few).mean())
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample by importance sampling, nats, ``(n_samples,)``.

        On average it lies below the true one.
        """
        return self._score(self.estimator_, x, self.particles)

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Dream samples, ``(n_samples, n_columns)``."""
        number = whole_number("n_samples", n_samples)
        return np.asarray(self.estimator_.machine_.dream(number, seed=seed), dtype=np.float32)

    @property
    def n_parameters(self) -> int:
        """Weights and biases of both pathways."""
        return sum(value.size for value in self.estimator_.machine_.parameters().values())

    def _fitted(self, estimator: Estimator, x: npt.ArrayLike, validation: Any) -> Estimator:
        """Return an estimator with these settings that has learned."""
        fresh: Estimator = clone(estimator)
        if isinstance(fresh, SpikeHelmholtz):
            lags = x.lags if isinstance(x, Samples) else 1
            fresh.set_params(bin_size="auto", lags=lags, observation=_OBSERVATIONS[self.domain])
            return fresh.fit(self._recording(x), label=None)
        rows = [np.asarray(x)]
        if validation is not None and fresh.validation > 0:
            rows.append(np.asarray(validation))
            share = (len(rows[1]) + 0.5) / (len(rows[0]) + len(rows[1]))
            fresh.set_params(validation=share)
        fresh.set_params(observation=_observation(fresh.observation, self.domain))
        return fresh.fit(np.concatenate(rows), label=None)

    def _score(self, estimator: Estimator, x: Any, particles: int) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample under a fitted estimator, nats.

        Equal samples have equal noise, so that what is frequent, such as silence, is estimated
        from more particles.
        """
        machine = estimator.machine_
        rows = as_samples(x, self.domain, machine.visible.size).astype(np.float32)
        distinct, place, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)

        def estimated(rows: npt.NDArray[np.float32], particles: int) -> npt.NDArray[np.float64]:
            estimate = log_likelihood(
                machine, rows, particles=particles, seed=estimator.seed_, progress=False
            )
            return np.array(estimate.value, dtype=np.float64)

        nats, often = estimated(distinct, particles), counts > _OFTEN * len(rows)
        if often.any():
            nats[often] = estimated(distinct[often], _MORE * particles)
        return np.asarray(nats[place.reshape(-1)])

    def _recording(self, x: npt.ArrayLike) -> Recording:
        if isinstance(x, Samples) and x.binned is not None:
            return as_recording(x.binned)
        return Recording.from_counts(as_samples(x, self.domain))


class HelmholtzBernoulli(_Helmholtz):
    """A Helmholtz machine over binary samples.

    Parameters
    ----------
    estimator : SpikeHelmholtz, HelmholtzDensity, or a sequence of them, optional
        Whose settings are taken, fitted or not; by default a `SpikeHelmholtz` as it comes. Of
        several, validation samples choose one.
    particles : int
        Of the importance-sampled likelihood.
    seed : int
        Of the default estimator.

    Attributes
    ----------
    estimator_ : SpikeHelmholtz or HelmholtzDensity
        Fitted.

    Examples
    --------
    >>> words = np.tile(np.eye(4), (25, 1))
    >>> model = HelmholtzBernoulli(SpikeHelmholtz(hidden=3, epochs=2), particles=10).fit(words)
    >>> model.score_samples(words[:2]).shape, model.sample(3).shape
    ((2,), (3, 4))
    """

    domain = "binary"


class HelmholtzPoisson(_Helmholtz):
    """A Helmholtz machine over counts; arguments are those of `HelmholtzBernoulli`.

    Examples
    --------
    >>> counts = np.tile([[3, 0], [0, 2]], (25, 1))
    >>> model = HelmholtzPoisson(SpikeHelmholtz(hidden=3, epochs=2), particles=10).fit(counts)
    >>> model.estimator_.machine_
    HelmholtzMachine(2 poisson - 3)
    """

    domain = "counts"


def _observation(given: Any, domain: str) -> Any:
    """Return a density's observation if it is of the domain, else the usual one of the domain."""
    from neurohm.estimators.observation import visible_of

    if given == "auto":
        return _OBSERVATIONS[domain]
    units = given.size if hasattr(given, "size") else 1
    same = visible_of(given, units).domain == domain
    return given if same else _OBSERVATIONS[domain]
