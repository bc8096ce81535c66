"""Several models as one: the weighted mean of the probabilities that they give."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.comparison.baselines.base import Baseline
from neurohm.exceptions import ArgumentTypeError, InputError

_STEPS, _TOLERANCE = 5000, 1e-9  # of the weights' expectation maximisation; nats per sample


class Stacked(Baseline):
    """Several models at once, p(x) = sum of w p(x | model), weighted by validation samples.

    Fits that differ by their seed or by the sizes of layers err in different places, and their
    mean errs less; where one kind of hidden layer suits the data better, weights find out. It is
    one more generative model, whose topmost unit chooses a member with probability w.

    Parameters
    ----------
    models : sequence of Baseline
        Of one domain; fitted or not, their settings are fitted anew. A machine with the settings
        of a `SpikeHelmholtz` sets a share apart by itself: beside other models, that share is to
        be the one that the comparison chooses by, as it is by default.

    Attributes
    ----------
    models_ : list of Baseline
        Fitted.
    weights_ : ndarray of float64, (n_models,)
        Those under which validation samples are most likely, which are unique but for models that
        agree on all of them; alike if there are no such samples.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are none, or they are of several domains, or one is no `Baseline`.

    References
    ----------
    Smyth, Wolpert (1999). Linearly combining density estimators via stacking. Machine Learning
    36:59 (section 3).

    Examples
    --------
    >>> from neurohm.comparison.baselines import BernoulliMixture, IndependentBernoulli
    >>> words = np.tile([[1, 1, 0, 0], [0, 0, 1, 1]], (50, 1))
    >>> model = Stacked([IndependentBernoulli(), BernoulliMixture(2)]).fit(words[:80], words[80:])
    >>> model.weights_.round(3), model.n_parameters
    (array([0., 1.]), 14)
    """

    name = "stacked"

    def __init__(self, models: Sequence[Baseline]) -> None:
        self.models = list(models)
        for model in self.models:
            if not isinstance(model, Baseline):
                raise ArgumentTypeError(
                    f"a {type(model).__name__} to stack",
                    "a Baseline",
                    "wrap an estimator: HelmholtzBernoulli(estimator)",
                )
        if not self.models:
            raise InputError("no models to stack", "at least one")
        domains = sorted({model.domain for model in self.models})
        if len(domains) > 1:
            raise InputError(f"models of {' and of '.join(domains)}", "all of one domain")
        (self.domain,) = domains

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Fit each of the models, then their weights; see `Baseline.fit`."""
        self.models_ = [deepcopy(model).fit(x, validation) for model in self.models]
        self.weights_ = np.full(len(self.models_), 1 / len(self.models_))
        if validation is not None and len(self.models_) > 1:
            self.weights_ = _weights(self._each(validation))
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``."""
        return np.asarray(logsumexp(self._each(x), axis=0, b=self.weights_[:, None]))

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, each from a model drawn by the weights, ``(n_samples, n_units)``."""
        number = whole_number("n_samples", n_samples)
        generator = RandomStream(seed).generator(Site.DREAM.of())
        chosen = generator.choice(len(self.models_), size=number, p=self.weights_)
        # Seeds of their own: with this one members would draw by the numbers that chose them.
        seeds = generator.integers(2**63, size=len(self.models_)).tolist()
        drawn = [model.sample(number, seed=s) for model, s in zip(self.models_, seeds, strict=True)]
        return np.asarray(np.array(drawn)[chosen, np.arange(number)])

    @property
    def n_parameters(self) -> int:
        """Those of all models, and their weights, which sum to one."""
        return sum(model.n_parameters for model in self.models_) + len(self.models_) - 1

    @property
    def standard_error(self) -> float:
        """Of every score alike, nats: no more than the largest of the models that weigh."""
        errors = [model.standard_error for model in self.models_]
        return max(error for error, w in zip(errors, self.weights_, strict=True) if w > 0)

    def _each(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample under each model, nats."""
        return np.array([model.score_samples(x) for model in self.models_])


def _weights(each: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weights that make samples most likely, by expectation maximisation."""
    weights, before = np.full(len(each), 1 / len(each)), -np.inf
    probability = np.exp(each - each.max(axis=0))
    for _ in range(_STEPS):
        mean = weights @ probability
        now = float(np.log(mean).mean())
        if now - before < _TOLERANCE:
            break
        before = now
        weights = weights * (probability / mean).mean(axis=1)
    return np.asarray(weights / weights.sum())
