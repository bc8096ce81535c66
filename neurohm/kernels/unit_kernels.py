"""What every implementation of the kernels offers of units, kind by kind."""

from __future__ import annotations

from typing import Any, Protocol

from neurohm.backend import Activations, Array, Draws
from neurohm.kernels.reference.nade import NadeChange, NadeInput


class UnitKernels(Protocol):
    """The passes over one kind of units; see `neurohm.kernels.reference.bernoulli`."""

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the mean activity."""

    def draw(self, drive: Array, bias: Array, draws: Draws, out: Activations) -> None:
        """Write drawn activity."""

    def draw_with_log_probability(
        self, drive: Array, bias: Array, draws: Draws, out: Activations, total: Array
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""

    def error(self, drive: Array, bias: Array, values: Activations, out: Array) -> None:
        """Write values minus their prediction."""

    def error_with_log_probability(
        self, drive: Array, bias: Array, values: Activations, out: Array, total: Array
    ) -> None:
        """Write the error, add the log-probability of the values to the totals."""

    def log_probability(self, drive: Array, bias: Array, values: Activations, total: Array) -> None:
        """Add the log-probability of the values to the totals."""


class AutoregressiveKernels(Protocol):
    """Units that see those before them; see `neurohm.kernels.reference.autoregressive`."""

    def mean(self, drive: Array, bias: Array, lateral: Array, out: Array) -> None:
        """Write the mean activity in mean field."""

    def draw(
        self,
        drive: Array,
        bias: Array,
        lateral: Array,
        draws: Draws,
        out: Any,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""


class CategoricalKernels(Protocol):
    """Groups of units, one of each active; see `neurohm.kernels.reference.categorical`."""

    def mean(self, drive: Array, bias: Array, categories: int, out: Array) -> None:
        """Write the probabilities."""

    def draw(
        self,
        drive: Array,
        bias: Array,
        categories: int,
        draws: Draws,
        out: Any,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""

    def error(
        self,
        drive: Array,
        bias: Array,
        categories: int,
        values: Any,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write values minus their prediction, add their log-probability to the totals."""

    def log_probability(
        self, drive: Array, bias: Array, categories: int, values: Any, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""


class GaussianKernels(Protocol):
    """Units with real numbers; see `neurohm.kernels.reference.gaussian`."""

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the means."""

    def draw(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        draws: Draws,
        out: Any,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""

    def error(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        values: Any,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write the error over the variance, add the log-probability to the totals."""

    def log_probability(
        self, drive: Array, bias: Array, log_deviation: Array, values: Any, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""

    def deviation_gradient(
        self, error: Array, log_deviation: Array, gain: Array, scale: float, out: Array
    ) -> None:
        """Write the gradient of the log-probability in the log-deviations."""


class NadeKernels(Protocol):
    """Units with a second compartment; see `neurohm.kernels.reference.nade`."""

    def mean(self, given: NadeInput, out: Array) -> None:
        """Write the mean activity in mean field."""

    def draw(self, given: NadeInput, draws: Draws, out: Any, total: Array | None = None) -> None:
        """Write drawn activity, add its log-probability to the totals."""

    def error(self, given: NadeInput, values: Any, out: Array, total: Array | None = None) -> None:
        """Write values minus their prediction, add their log-probability to the totals."""

    def log_probability(self, given: NadeInput, values: Any, total: Array) -> None:
        """Add the log-probability of the values to the totals."""

    def change(
        self,
        given: NadeInput,
        values: Any,
        error: Array,
        gain: Array,
        scale: float,
        out: NadeChange,
    ) -> None:
        """Write what a batch asks of the second compartment."""
