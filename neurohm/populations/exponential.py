"""How log-probabilities depend on parameters, where units are of an exponential family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurohm.backend import Array

DRIVE = "drive"


@dataclass(frozen=True, eq=False)
class GradientTerms:
    """The gradient of log p(z | drive) in the drive or in an internal parameter, by its parts.

    With the sufficient statistics S_k of a unit, their natural parameters g_k and the
    log-normaliser Phi, it is sum_k S_k(z) dg_k - dPhi.

    Parameters
    ----------
    statistics : tuple of callable
        S_k, each from activity to an array of its shape.
    slopes : tuple of ndarray or float
        dg_k, ``(rows, units)``; whatever broadcasts to it where it does not depend on the drive.
    expected : ndarray, (rows, units)
        dPhi, the mean of the sum over the units' own distribution.

    References
    ----------
    Vertes, Sahani (2018). Flexible and accurate inference and learning for deep generative models.
    NeurIPS. arXiv:1805.11051.
    """

    statistics: tuple[Callable[[Array], Array], ...]
    slopes: tuple[Array | float, ...]
    expected: Array

    def observed(self, values: Array) -> Array:
        """Return sum_k S_k(z) dg_k of activity, ``(rows, units)``."""
        total: Array = np.zeros_like(self.expected)
        for statistic, slope in zip(self.statistics, self.slopes, strict=True):
            total = total + statistic(values) * slope
        return total


def itself(values: Array) -> Array:
    """Return activity as it is, the statistic of most kinds.

    Examples
    --------
    >>> itself(np.ones(2)).tolist()
    [1.0, 1.0]
    """
    return values


def canonical_terms(mean: Array) -> dict[str, GradientTerms]:
    """Return the terms of units whose drive is their natural parameter: z - mean.

    Examples
    --------
    >>> terms = canonical_terms(np.full((1, 2), 0.5))
    >>> (terms["drive"].observed(np.ones((1, 2))) - terms["drive"].expected).tolist()
    [[0.5, 0.5]]
    """
    return {DRIVE: GradientTerms((itself,), (1.0,), mean)}
