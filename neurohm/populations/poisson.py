"""Units that count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels, UnitKernels
from neurohm.kernels.reference.poisson import RATE_LIMIT
from neurohm.populations.base import Input, Population
from neurohm.populations.exponential import GradientTerms, canonical_terms

RAREST = 1e-6


@dataclass(frozen=True)
class Poisson(Population):
    """Units with Poisson counts of rate exp(a + b), at most 500 a bin.

    Hidden causes multiply rates (de Sa, deCharms, Merzenich 1998).

    Parameters
    ----------
    size : int
    name : str, optional

    Examples
    --------
    >>> Poisson(300, name="spikes").kind
    'poisson'
    """

    kind: ClassVar[str] = "poisson"
    domain: ClassVar[str] = "counts"
    recordable: ClassVar[bool] = True

    def passes(self, kernels: Kernels) -> UnitKernels:
        """Return the Poisson passes."""
        return kernels.poisson

    def check(self, values: Array) -> None:
        """Raise an `InputError` if a value is not a count, or above the highest rate."""
        wrong = ~((values >= 0) & (values == np.floor(values)) & np.isfinite(values))
        if wrong.any():
            raise InputError(
                f"value {float(values[wrong].flat[0]):g} for Poisson units",
                "counts 0, 1, 2, ...",
                "give spike counts, not rates",
            )
        if (values > RATE_LIMIT).any():
            raise InputError(
                f"value {float(values.max()):g} for Poisson units",
                f"at most {RATE_LIMIT:g} spikes a bin, the highest rate that they have",
                "take smaller bins",
            )

    def bias_of(self, mean: Array) -> Array:
        """Return the logarithm of the mean, the mean held to at least 1e-6."""
        bias: Array = np.log(np.maximum(mean, RAREST))
        return bias

    def information(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the variances, which are the rates."""
        kernels.poisson.mean(given.drive, given.bias, out)

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return z - exp(a)."""
        return canonical_terms(np.minimum(np.exp(np.minimum(drive, 700)), RATE_LIMIT))
