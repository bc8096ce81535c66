"""Units with real values around zero, whose scale depends on what drives them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Draws, random_bits
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels
from neurohm.populations.base import Input, Population
from neurohm.populations.exponential import DRIVE, GradientTerms

LEAST_SCALE = 1e-3


@dataclass(frozen=True)
class Laplace(Population):
    """Units with real values z ~ Laplace(0, scale), scale = log(1 + exp(a + b)).

    Under a population that drives them they are a scale mixture: their values are uncorrelated, but
    their magnitudes are not, as those of the coefficients of natural images. The scale is held to
    at least 0.001.

    A recognition pathway of such units can but guess the magnitude of an activity; give the machine
    ``recognition=`` Gaussian ones, or learn by `neurohm.DDC`, which needs none.

    Parameters
    ----------
    size : int
    name : str, optional

    References
    ----------
    Vertes, Sahani (2018). Flexible and accurate inference and learning for deep generative models.
    NeurIPS. arXiv:1805.11051.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine(
    ...     [nh.Gaussian(4), Laplace(3), nh.Gaussian(1)],
    ...     recognition=[nh.Gaussian(3), nh.Gaussian(1)],
    ... )
    >>> machine.dream(5, seed=0).shape
    (5, 4)
    """

    name: str = field(default="", kw_only=True)

    kind: ClassVar[str] = "laplace"
    domain: ClassVar[str] = "real"
    starts_silent: ClassVar[bool] = False
    compressible: ClassVar[bool] = False

    def check(self, values: Array) -> None:
        """Raise an `InputError` if a value is not finite."""
        wrong = ~np.isfinite(values)
        if wrong.any():
            raise InputError(
                f"value {float(values[wrong].flat[0]):g} for Laplace units",
                "finite numbers",
                "leave out the rows, or fill in what is missing",
            )

    def bias_of(self, mean: Array) -> Array:
        """Return the bias of a scale of one: the mean of these units is zero, whatever drives."""
        bias: Array = np.zeros_like(mean) + math.log(math.e - 1)
        return bias

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return ``|z| sigmoid(a) / scale^2 - sigmoid(a) / scale``."""
        scale, slope = _scale_and_slope(drive)
        return {DRIVE: GradientTerms((np.abs,), (slope / scale**2,), slope / scale)}

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write zeros."""
        out[...] = 0

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Write draws through the inverse distribution; add their log-density (nats)."""
        assert isinstance(out, np.ndarray)
        centred = (random_bits(draws, *out.shape) + 0.5) * 2.0**-32 - 0.5
        scale = _scale_and_slope(_spread(given, out.shape[0]))[0]
        out[...] = -scale * np.sign(centred) * np.log1p(-2 * np.abs(centred))
        if total is not None:
            self.log_probability(kernels, given, out, total)

    def error(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write the gradient in the drive; add the log-density (nats) to ``total``."""
        assert isinstance(values, np.ndarray)
        rows = out.shape[0]
        terms = self.gradient_terms(_spread(given, rows), given.own)[DRIVE]
        out[...] = terms.observed(_repeated(values, rows)) - terms.expected
        if total is not None:
            self.log_probability(kernels, given, values, total)

    def predicted(self, given: Input, values: Array, error: Array) -> Array:
        """Return zeros."""
        return np.zeros_like(values)

    def log_probability(
        self, kernels: Kernels, given: Input, values: Activations, total: Array
    ) -> None:
        """Add ``-|z| / scale - log(2 scale)`` of each row to ``total`` (nats)."""
        assert isinstance(values, np.ndarray)
        rows = total.shape[0]
        scale = _scale_and_slope(_spread(given, rows))[0].astype(np.float64)
        magnitude = np.abs(_repeated(values, rows))
        total -= (magnitude / scale + np.log(2 * scale)).sum(axis=1)


def _scale_and_slope(drive: Array) -> tuple[Array, Array]:
    """Return the scale log(1 + e^a), held to its least, and its derivative sigmoid(a)."""
    scale: Array = np.maximum(np.logaddexp(0, drive), LEAST_SCALE)
    slope: Array = -np.expm1(-np.logaddexp(0, drive))
    return scale, slope


def _spread(given: Input, rows: int) -> Array:
    return _repeated(given.drive, rows) + given.bias


def _repeated(matrix: Array, rows: int) -> Array:
    """Let each row serve as many consecutive rows as there are particles."""
    share = rows // matrix.shape[0]
    return matrix if share == 1 else np.repeat(matrix, share, axis=0)
