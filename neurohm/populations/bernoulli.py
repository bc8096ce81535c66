"""Binary stochastic units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels, UnitKernels
from neurohm.populations.base import Input, Population
from neurohm.populations.exponential import GradientTerms, canonical_terms
from neurohm.populations.states import all_states

RAREST = 1e-6


@dataclass(frozen=True)
class Bernoulli(Population):
    """Units that fire or not, with probability 1 / (1 + exp(-(a + b))).

    Parameters
    ----------
    size : int
    name : str, optional

    Examples
    --------
    >>> Bernoulli(40)
    Bernoulli(size=40, name='')
    """

    kind: ClassVar[str] = "bernoulli"
    domain: ClassVar[str] = "binary"
    recordable: ClassVar[bool] = True

    @property
    def n_states(self) -> int:
        """How many states the units can be in together."""
        return 1 << self.size

    def states(self) -> Array:
        """Return every state, ``(2**units, units)``."""
        return all_states(self.size)

    def passes(self, kernels: Kernels) -> UnitKernels:
        """Return the Bernoulli passes."""
        return kernels.bernoulli

    def check(self, values: Array) -> None:
        """Raise an `InputError` if a value is neither 0 nor 1."""
        wrong = ~((values == 0) | (values == 1))
        if wrong.any():
            raise InputError(
                f"value {float(values[wrong].flat[0]):g} for Bernoulli units",
                "0 or 1",
                "binarise the data, or take Poisson units for counts",
            )

    def bias_of(self, mean: Array) -> Array:
        """Return the logit of the mean, the mean held to [1e-6, 1 - 1e-6]."""
        p = np.clip(mean, RAREST, 1 - RAREST)
        bias: Array = np.log(p) - np.log1p(-p)
        return bias

    def information(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the variances p (1 - p)."""
        kernels.bernoulli.mean(given.drive, given.bias, out)
        kernels.metric.variance(out)

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return z - sigmoid(a)."""
        return canonical_terms(expit(drive))
