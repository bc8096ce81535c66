"""What counts are, given a mean: Bernoulli or Poisson, as an exponential family."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Matrix = npt.NDArray[np.float64]


class Emission(ABC):
    """A distribution of counts with one mean for each.

    The log-probability of counts is linear in them: ``x · natural(mean) + offset(mean)``, and a
    `base` that no mean changes.
    """

    @abstractmethod
    def natural(self, mean: Matrix) -> Matrix:
        """Return by what a spike changes the log-probability, nats, in the shape of `mean`."""

    @abstractmethod
    def offset(self, mean: Matrix) -> Matrix:
        """Return the log-probability of silence of all units, nats, without the last axis."""

    @abstractmethod
    def base(self, x: Matrix) -> Matrix:
        """Return the part of the log-probability that no mean changes, nats, ``(n_samples,)``."""

    @abstractmethod
    def draw(self, mean: Matrix, generator: np.random.Generator) -> npt.NDArray[np.float32]:
        """Draw counts, in the shape of `mean`."""

    def log_likelihood(self, x: Matrix, mean: Matrix) -> Matrix:
        """Return the log-probability of samples.

        Parameters
        ----------
        x : ndarray of float64, (n_samples, n_units)
        mean : ndarray of float64, (n_units,) or (n_samples, n_units)
            Of all samples alike, or of each.

        Returns
        -------
        ndarray of float64, (n_samples,)
            Nats.

        Examples
        --------
        >>> EMISSIONS["binary"].log_likelihood(np.eye(2), np.array([0.5, 0.5])).round(4)
        array([-1.3863, -1.3863])
        """
        natural = self.natural(mean)
        spikes = x @ natural if mean.ndim == 1 else np.einsum("ij,ij->i", x, natural)
        return np.asarray(spikes + self.offset(mean) + self.base(x), dtype=np.float64)


class BernoulliEmission(Emission):
    """A spike or none; the mean is the probability of a spike."""

    def natural(self, mean: Matrix) -> Matrix:
        """Return the log-odds of a spike."""
        return np.asarray(np.log(mean) - np.log1p(-mean))

    def offset(self, mean: Matrix) -> Matrix:
        """Return the log-probability of silence, nats."""
        return np.asarray(np.log1p(-mean).sum(axis=-1))

    def base(self, x: Matrix) -> Matrix:
        """Return nothing: all of it depends on the mean."""
        return np.zeros(len(x))

    def draw(self, mean: Matrix, generator: np.random.Generator) -> npt.NDArray[np.float32]:
        """Draw zeros and ones."""
        return (generator.random(mean.shape) < mean).astype(np.float32)


class PoissonEmission(Emission):
    """Any count."""

    def natural(self, mean: Matrix) -> Matrix:
        """Return the logarithm of the mean."""
        return np.asarray(np.log(mean))

    def offset(self, mean: Matrix) -> Matrix:
        """Return the log-probability of silence, nats."""
        return np.asarray(-mean.sum(axis=-1))

    def base(self, x: Matrix) -> Matrix:
        """Return the factorials' part."""
        return np.asarray(-gammaln(x + 1).sum(axis=1))

    def draw(self, mean: Matrix, generator: np.random.Generator) -> npt.NDArray[np.float32]:
        """Draw counts."""
        return generator.poisson(mean).astype(np.float32)


EMISSIONS: Mapping[str, Emission] = MappingProxyType(
    {"binary": BernoulliEmission(), "counts": PoissonEmission()}
)
"""The distribution of each domain."""


def smoothed_mean(x: Matrix, weight: Matrix | None = None) -> Matrix:
    """Return the mean counts of units after half a spike and one more sample.

    A unit without a spike among the samples so leaves one possible elsewhere, and one that always
    spikes leaves silence possible.

    Parameters
    ----------
    x : ndarray of float64, (n_samples, n_units)
    weight : ndarray of float64, (n_samples,), optional
        How often each sample occurred; once by default.

    Returns
    -------
    ndarray of float64, (n_units,)

    Examples
    --------
    >>> smoothed_mean(np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 0.0]]))
    array([0.125, 0.625])
    """
    weight = np.ones(len(x)) if weight is None else weight
    return np.asarray((weight @ x + 0.5) / (weight.sum() + 1))
