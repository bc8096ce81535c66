"""Several models as one: the mean of the probabilities that they give."""

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


class Averaged(Baseline):
    """Several models, trusted alike: p(x) is the mean of what they say.

    Fits that differ by their seed, or by the sizes of layers, err in different places, and their
    mean errs less: of samples that none has seen it has at least the mean log-likelihood of its
    members (Jensen's inequality), and mostly more than the best. It is one more generative model,
    whose topmost unit chooses a member.

    Parameters
    ----------
    models : sequence of Baseline
        Of one domain; fitted or not, their settings are fitted anew.

    Attributes
    ----------
    models_ : list of Baseline
        Fitted.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are none, or they are of several domains, or one is no `Baseline`.

    References
    ----------
    Hoeting, Madigan, Raftery, Volinsky (1999). Bayesian model averaging: a tutorial. Statistical
    Science 14:382, with all models alike in place of their posterior probabilities.

    Examples
    --------
    >>> from neurohm.comparison.baselines import BernoulliMixture
    >>> words = np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 50, axis=0)
    >>> model = Averaged([BernoulliMixture(2, seed=seed) for seed in range(3)]).fit(words)
    >>> model.score_samples(words[:2]).shape, model.n_parameters
    ((2,), 27)
    """

    name = "averaged"

    def __init__(self, models: Sequence[Baseline]) -> None:
        self.models = list(models)
        for model in self.models:
            if not isinstance(model, Baseline):
                raise ArgumentTypeError(
                    f"a {type(model).__name__} to average",
                    "a Baseline",
                    "wrap an estimator: HelmholtzBernoulli(estimator)",
                )
        if not self.models:
            raise InputError("no models to average", "at least one")
        domains = sorted({model.domain for model in self.models})
        if len(domains) > 1:
            raise InputError(f"models of {' and of '.join(domains)}", "all of one domain")
        (self.domain,) = domains

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Fit each of the models; see `Baseline.fit`."""
        self.models_ = [deepcopy(model).fit(x, validation) for model in self.models]
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log of the mean probability of each sample, nats, ``(n_samples,)``."""
        each = np.array([model.score_samples(x) for model in self.models_])
        return np.asarray(logsumexp(each, axis=0) - np.log(len(each)))

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, each from a model drawn at random, ``(n_samples, n_units)``."""
        number = whole_number("n_samples", n_samples)
        generator = RandomStream(seed).generator(Site.DREAM.of())
        chosen = generator.integers(len(self.models_), size=number)
        drawn = [model.sample(number, seed=seed + i) for i, model in enumerate(self.models_)]
        return np.asarray(np.array(drawn)[chosen, np.arange(number)])

    @property
    def n_parameters(self) -> int:
        """Those of all models together."""
        return sum(model.n_parameters for model in self.models_)

    @property
    def standard_error(self) -> float:
        """Of every score alike, nats: no more than the largest of the models'."""
        return max(model.standard_error for model in self.models_)
