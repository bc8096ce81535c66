"""Units that know nothing of each other: one rate each, the same at all times."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.emissions import EMISSIONS, smoothed_mean


class _Independent(Baseline):
    """A rate for each unit; see the two kinds."""

    name = "independent"
    mean_: npt.NDArray[np.float64]

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Take the mean counts, after half a spike and one more sample for each unit.

        Parameters
        ----------
        x : array_like, (n_samples, n_units)
        validation : array_like, optional
            Not needed.

        Returns
        -------
        Baseline
            Itself.
        """
        self.mean_ = smoothed_mean(as_samples(x, self.domain))
        return self

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``; exact."""
        samples = as_samples(x, self.domain, len(self.mean_))
        return EMISSIONS[self.domain].log_likelihood(samples, self.mean_)

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, ``(n_samples, n_units)``."""
        generator = RandomStream(seed).generator(Site.DREAM.of())
        shape = (whole_number("n_samples", n_samples), len(self.mean_))
        return EMISSIONS[self.domain].draw(np.broadcast_to(self.mean_, shape), generator)

    @property
    def n_parameters(self) -> int:
        """One for each unit."""
        return len(self.mean_)


class IndependentBernoulli(_Independent):
    """Units that spike or do not, each with its own probability.

    Attributes
    ----------
    mean_ : ndarray of float64, (n_units,)
        Probability of a spike.

    Examples
    --------
    >>> model = IndependentBernoulli().fit([[0, 1], [1, 1], [0, 1]])
    >>> model.score_samples([[0, 1], [1, 0]]).round(3)
    array([-0.604, -3.06 ])
    """

    domain = "binary"


class IndependentPoisson(_Independent):
    """Units whose counts are Poisson, each with its own rate.

    Attributes
    ----------
    mean_ : ndarray of float64, (n_units,)
        Expected count.

    Examples
    --------
    >>> IndependentPoisson().fit([[0, 3], [1, 0], [0, 2]]).mean_
    array([0.375, 1.375])
    """

    domain = "counts"
