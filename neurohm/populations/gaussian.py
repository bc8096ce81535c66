"""Units with real values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Draws
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels
from neurohm.kernels.reference.gaussian import LEAST_DEVIATION
from neurohm.populations.base import Input, InternalChange, InternalParameter, Population, Room
from neurohm.populations.exponential import DRIVE, GradientTerms, itself

LOG_DEVIATION = "log deviation"


@dataclass(frozen=True)
class Gaussian(Population):
    """Units with real values x ~ N(a + b, deviation^2): a deviation for each, in each pathway.

    A synapse learns by presynaptic activity times (x - (a + b)) / deviation^2, and a deviation, if
    it is learned, by ((x - (a + b)) / deviation)^2 - 1, which the unit alone knows.

    Errors are in units of one over the deviation: with a deviation of 0.01 they are a hundred times
    what they are with 1, and the steepest curvature is ten thousand times as high. The delta rule
    then needs a learning rate below 2 deviation^2 / mean squared norm of the presynaptic activity;
    Adam scales by itself, but moves weights by no more than its rate a step. So standardise data.
    No deviation is below 0.001, whatever is learned: on data with a direction of no variance the
    likelihood would grow without limit.

    Parameters
    ----------
    size : int
    deviation : float
        Standard deviation, or where it starts if it is learned; at least 0.001.
    learned : bool
        Whether each unit learns its own.
    name : str, optional

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument makes no sense.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([Gaussian(3, deviation=0.5), 2], seed=0)
    >>> import numpy as np
    >>> np.exp(machine.parameters()["generative/visible log deviation"]).tolist()
    [0.5, 0.5, 0.5]
    """

    name: str = field(default="", kw_only=True)
    deviation: float = 1.0
    learned: bool = False

    kind: ClassVar[str] = "gaussian"
    domain: ClassVar[str] = "real"
    recordable: ClassVar[bool] = True
    starts_silent: ClassVar[bool] = False
    compressible: ClassVar[bool] = False
    internal_locality: ClassVar[str] = "neuron-local"
    internal_reason: ClassVar[str] = "squared error of the unit against its own variance"

    def __post_init__(self) -> None:
        super().__post_init__()
        deviation = real_number("deviation", self.deviation, above=0, mend="give e.g. 1")
        if deviation < LEAST_DEVIATION:
            raise InputError(
                f"deviation {deviation:g}", f"at least {LEAST_DEVIATION:g}", "scale the data up"
            )
        object.__setattr__(self, "deviation", deviation)
        object.__setattr__(self, "learned", bool(self.learned))

    def check(self, values: Array) -> None:
        """Raise an `InputError` if a value is not finite."""
        wrong = ~np.isfinite(values)
        if wrong.any():
            raise InputError(
                f"value {float(values[wrong].flat[0]):g} for Gaussian units",
                "finite numbers",
                "leave out the rows, or fill in what is missing",
            )

    def bias_of(self, mean: Array) -> Array:
        """Return the mean."""
        return mean

    def information(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write one over the variances."""
        kernels.metric.precision(given.own[LOG_DEVIATION], out)

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return (z - a) / deviation^2, and (z^2 - 2 a z + a^2) / deviation^2 - 1 if learned."""
        precision = 1 / self._variance(own)
        terms = {DRIVE: GradientTerms((itself,), (precision,), drive * precision)}
        if self.learned:
            slopes = -2 * drive * precision, precision
            expected = 1 - drive**2 * precision
            terms[LOG_DEVIATION] = GradientTerms((itself, np.square), slopes, expected)
        return terms

    def internals(self, sources: Sequence[Population]) -> tuple[InternalParameter, ...]:
        """Return the logarithms of the deviations."""
        key = f"{self.name} {LOG_DEVIATION}"
        return (InternalParameter(LOG_DEVIATION, key, (self.size,), math.log(self.deviation)),)

    def internal_change(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        error: Array,
        gain: Array,
        scale: float,
        room: Room,
    ) -> InternalChange | None:
        """Return what the deviations learn, if they do."""
        if not self.learned:
            return None
        log_deviation = given.own[LOG_DEVIATION]
        change = room(LOG_DEVIATION, log_deviation.shape, log_deviation.dtype)
        kernels.gaussian.deviation_gradient(error, log_deviation, gain, scale, change)
        return InternalChange({LOG_DEVIATION: change})

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the means a + b."""
        kernels.gaussian.mean(given.drive, given.bias, out)

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Write normal draws; add their log-density (nats) to ``total``."""
        deviation = given.own[LOG_DEVIATION]
        kernels.gaussian.draw(given.drive, given.bias, deviation, draws, out, total)

    def error(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write (x - (a + b)) / deviation^2; add the log-density (nats) to ``total``."""
        deviation = given.own[LOG_DEVIATION]
        kernels.gaussian.error(given.drive, given.bias, deviation, values, out, total)

    def predicted(self, given: Input, values: Array, error: Array) -> Array:
        """Return the means: ``values`` minus error x deviation^2."""
        mean: Array = values - error * self._variance(given.own)
        return mean

    def _variance(self, own: Mapping[str, Array]) -> Array:
        """Return the variance of each unit, the deviation held to its least."""
        log_deviation = own.get(LOG_DEVIATION, np.log(self.deviation))
        variance: Array = np.exp(2 * np.maximum(log_deviation, math.log(LEAST_DEVIATION)))
        return variance

    def log_probability(
        self, kernels: Kernels, given: Input, values: Activations, total: Array
    ) -> None:
        """Add the log-density (nats) of each row to ``total``."""
        deviation = given.own[LOG_DEVIATION]
        kernels.gaussian.log_probability(given.drive, given.bias, deviation, values, total)
