"""Fields, couplings and a potential of the count, their moments, and their place in a vector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular
from scipy.stats import binom

from neurohm.backend import Site
from neurohm.comparison.baselines.compiled import pairwise

Words = npt.NDArray[np.uint8]
Key = npt.NDArray[np.uint32]
Vector = npt.NDArray[np.float64]
_REDUNDANT = 3  # constant, linear, quadratic: log Z, fields and couplings say as much


@dataclass(frozen=True, eq=False)
class Interactions:
    """What gives a state its log-weight.

    Parameters
    ----------
    fields : ndarray of float64, (n_units,)
    couplings : ndarray of float64, (n_units, n_units)
        Symmetric, with a diagonal of zeros.
    potential : ndarray of float64, (n_units + 1,)
        Of 0, 1, ... active units.
    """

    fields: Vector
    couplings: Vector
    potential: Vector
    settling: ClassVar[int] = 200

    @property
    def arrays(self) -> tuple[Vector, Vector, Vector]:
        """The arrays in the order of the compiled passes."""
        return self.fields, self.couplings, self.potential

    @property
    def anchored(self) -> Interactions:
        """The same with a potential of 0 for silence: log Z is then minus its log-probability."""
        return Interactions(self.fields, self.couplings, self.potential - self.potential[0])

    @classmethod
    def independent(cls, log_odds: Vector) -> Interactions:
        """Return units that know nothing of each other."""
        n = log_odds.size
        return cls(log_odds, np.zeros((n, n)), np.zeros(n + 1))

    def sweep(self, words: Words, key: Key, site: Site, step: int, sweeps: int) -> None:
        """Move words in place by Gibbs sampling, unit by unit."""
        pairwise.gibbs(words, *self.arrays, key, site.of(), 0, step, sweeps)

    def anneal(
        self, words: Words, log_odds: Vector, betas: Vector, key: Key, site: Site, first: int
    ) -> Vector:
        """Move words in place from independent units to interactions, and return log-weights."""
        out = np.empty(len(words))
        pairwise.anneal(words, log_odds, *self.arrays, betas, key, site.of(), first, out)
        return out

    def log_partition_of_independent(self, log_odds: Vector) -> float:
        """Return log Z of units with these log-odds."""
        return float(np.logaddexp(0, log_odds).sum())


@dataclass(frozen=True, eq=False)
class Moments:
    """What a distribution of states expects.

    Parameters
    ----------
    means : ndarray of float64, (n_units,)
    pairs : ndarray of float64, (n_units, n_units)
        Expectation of x_i x_j above the diagonal, which is all that is read.
    counts : ndarray of float64, (n_units + 1,)
        Probability of 0, 1, ... active units.
    """

    means: Vector
    pairs: Vector
    counts: Vector

    def with_noise(self, noise: float) -> Moments:
        """Return the moments after each entry has become a fair coin with that probability.

        Every state is then possible, so that interactions with these moments exist and are finite,
        whatever the data.
        """
        means = (1 - noise) * self.means + noise / 2
        covariance = self.pairs - np.outer(self.means, self.means)
        pairs = np.outer(means, means) + (1 - noise) ** 2 * covariance
        n = self.means.size
        counts = np.zeros(n + 1)
        for k in np.flatnonzero(self.counts):
            stay = binom.pmf(np.arange(k + 1), k, 1 - noise / 2)
            come = binom.pmf(np.arange(n - k + 1), n - k, noise / 2)
            counts += self.counts[k] * np.convolve(stay, come)
        return Moments(means, pairs, counts)


@dataclass(frozen=True)
class Layout:
    """The place of each parameter, and of its moment, in a vector.

    Parameters
    ----------
    n_units : int
    counted : bool
        Whether there is a potential of the count.
    """

    n_units: int
    counted: bool

    @cached_property
    def pairs(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The units of each coupling."""
        first, second = np.triu_indices(self.n_units, 1)
        return first, second

    @property
    def n_pairs(self) -> int:
        """How many couplings there are."""
        return self.n_units * (self.n_units - 1) // 2

    @property
    def n_potential(self) -> int:
        """How many values the potential has."""
        return self.n_units + 1 if self.counted else 0

    @property
    def size(self) -> int:
        """Length of the vector."""
        return self.n_units + self.n_pairs + self.n_potential

    @property
    def n_parameters(self) -> int:
        """How many numbers can be told from data."""
        return self.size - min(_REDUNDANT, self.n_potential)

    def split(self, vector: Vector) -> Interactions:
        """Return the parameters that lie in a vector."""
        n = self.n_units
        couplings, potential = np.zeros((n, n)), np.zeros(n + 1)
        couplings[self.pairs] = vector[n : n + self.n_pairs]
        if self.counted:
            potential[:] = vector[n + self.n_pairs :]
        return Interactions(vector[:n].copy(), couplings + couplings.T, potential)

    def join(self, moments: Moments) -> Vector:
        """Return the moments, in the places of their parameters."""
        counts = moments.counts if self.counted else np.empty(0)
        return np.concatenate([moments.means, moments.pairs[self.pairs], counts])

    def vector(self, interactions: Interactions) -> Vector:
        """Return the parameters as a vector."""
        potential = interactions.potential if self.counted else np.empty(0)
        couplings = interactions.couplings[self.pairs]
        return np.concatenate([interactions.fields, couplings, potential])


class Prior:
    """A Gaussian prior of couplings and of the third differences of the potential.

    Fields have none. With the strongest prior there is no coupling, and the potential is quadratic,
    which couplings and fields can say as well: units are independent.

    Parameters
    ----------
    layout : Layout
    precision : float
        One over the variance, divided by the number of samples.
    """

    def __init__(self, layout: Layout, precision: float) -> None:
        self.layout, self.precision = layout, precision
        differences = np.diff(np.eye(layout.n_units + 1), n=_REDUNDANT, axis=0)
        self.stiffness = precision * differences.T @ differences

    def slope(self, vector: Vector) -> Vector:
        """Return the gradient of minus the logarithm of the prior, a sample's share of it."""
        result = self.precision * vector
        result[: self.layout.n_units] = 0
        if self.layout.counted:
            result[-self.layout.n_potential :] = self.stiffness @ vector[-self.layout.n_potential :]
        return result


class Scale:
    """Coordinates in which all parameters are about as easy to learn.

    In them the expected curvature, variance of the moment plus precision of the prior, is one: for
    each field and coupling by itself, for the values of the potential together.

    Parameters
    ----------
    prior : Prior
    variance : ndarray of float64, (size,)
        Positive.
    """

    def __init__(self, prior: Prior, variance: Vector) -> None:
        n, layout = prior.layout.n_units, prior.layout
        self._plain = n + layout.n_pairs
        curvature = variance[: self._plain].copy()
        curvature[n:] += prior.precision
        self._root = np.sqrt(curvature)
        self._factor = np.empty((0, 0))
        if layout.counted:
            least = 1e-10 * prior.stiffness.max()  # for the factor to be found
            loose = np.maximum(variance[self._plain :], least)
            self._factor = cholesky(prior.stiffness + np.diag(loose), lower=True)

    def parameters(self, scaled: Vector) -> Vector:
        """Return the parameters at these coordinates."""
        return self._apply(scaled, transposed=True)

    def gradient(self, slope: Vector) -> Vector:
        """Return the gradient by coordinates, from that by parameters."""
        return self._apply(slope, transposed=False)

    def _apply(self, vector: Vector, transposed: bool) -> Vector:
        """Multiply by the inverse of the factor of the curvature, or by its transpose."""
        plain, rest = vector[: self._plain] / self._root, vector[self._plain :]
        if rest.size:
            factor = self._factor.T if transposed else self._factor
            rest = solve_triangular(factor, rest, lower=not transposed)
        return np.concatenate([plain, rest])
