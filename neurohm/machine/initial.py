"""Starting values of the parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from neurohm.kernels.reference.gaussian import LEAST_DEVIATION
from neurohm.populations.gaussian import LOG_DEVIATION

if TYPE_CHECKING:
    from neurohm.machine.machine import HelmholtzMachine


class Initial(Protocol):
    """Writes starting values into a machine of zeros."""

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Write starting values, in place."""


@dataclass(frozen=True)
class Zeros:
    """All zero: units fire with probability one half, and sampling breaks the symmetry.

    The inner units of `neurohm.populations.NADE` are not sampled: they would all stay alike.
    """

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Leave the zeros."""


@dataclass(frozen=True)
class Normal:
    """Normal weights of one spread, and one bias of all hidden units.

    Parameters
    ----------
    spread : float
        Standard deviation of the weights.
    hidden_bias : float
    """

    spread: float = 0.1
    hidden_bias: float = 0.0

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Draw the weights."""
        _draw_weights(machine, lambda shape: self.spread * rng.standard_normal(shape))
        _set_hidden_biases(machine, self.hidden_bias)


@dataclass(frozen=True)
class RandomCode:
    """A random, nearly binary code in the recognition pathway; small generative weights.

    Recognition biases are such that a hidden unit is on for half of the states that the units
    below it are in, if each of these is as often on as off; units of one-hot groups need none.
    What populations have for themselves, such as lateral synapses, starts as small as generative
    weights do.

    Parameters
    ----------
    spread : float
        Standard deviation of the recognition weights.
    generative : float
        Standard deviation of the generative weights.
    """

    spread: float = 6.0
    generative: float = 0.1

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Draw the weights."""
        for projection in machine.generative.projections:
            projection.weights[...] = self.generative * rng.standard_normal(
                projection.weights.shape
            )
        for projection in machine.recognition.projections:
            drawn = self.spread * rng.standard_normal(projection.weights.shape)
            projection.weights[...] = drawn
            if machine.populations[projection.source].domain == "binary":
                bias = machine.recognition.biases[projection.target].weights
                bias[...] -= drawn.sum(axis=0) / 2
        draw_internals(machine, lambda shape: self.generative * rng.standard_normal(shape))


@dataclass(frozen=True)
class Sparse:
    """Small weights and negative hidden biases: layers start sparse and nearly independent.

    Biases of units that see each other (autoregressive, NADE), and of real values, start at zero.
    Weights are uniform on (-1, 1) times ``sqrt(6 / (n_in + n_out)) / n_in``.

    Parameters
    ----------
    hidden_bias : float

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR; the starting values of their release.
    """

    hidden_bias: float = -1.0

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Draw the weights."""
        _draw_weights(
            machine,
            lambda shape: np.asarray(
                rng.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape)) / shape[0]
            ),
        )
        _set_hidden_biases(machine, self.hidden_bias)


def fit_visible_bias(machine: HelmholtzMachine, mean: npt.ArrayLike) -> None:
    """Set the visible generative biases so that undriven units have the mean of the data.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    mean : array_like, (visible units,)
    """
    bias = machine.generative.biases[0].weights
    fitted = machine.visible.bias_of(np.asarray(mean, dtype=np.float64))
    bias[...] = machine.backend.asarray(fitted, bias.dtype)


def fit_visible_deviation(machine: HelmholtzMachine, deviation: npt.ArrayLike) -> None:
    """Set the deviations of visible Gaussian units, held to the least that they have.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    deviation : array_like, (visible units,)
    """
    log_deviation = machine.generative.internals_of(0)[LOG_DEVIATION].weights
    held = np.maximum(np.asarray(deviation, dtype=np.float64), LEAST_DEVIATION)
    log_deviation[...] = machine.backend.asarray(np.log(held), log_deviation.dtype)


def _draw_weights(
    machine: HelmholtzMachine, draw: Callable[[tuple[int, ...]], npt.NDArray[Any]]
) -> None:
    for pathway in (machine.generative, machine.recognition):
        for projection in pathway.projections:
            projection.weights[...] = draw(projection.weights.shape)
    draw_internals(machine, draw)


def draw_internals(
    machine: HelmholtzMachine, draw: Callable[[tuple[int, ...]], npt.NDArray[Any]]
) -> None:
    """Draw what populations have for themselves, where it is drawn.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    draw : callable
        From a shape, (presynaptic units, units), to values.
    """
    for pathway in (machine.generative, machine.recognition):
        for internal in pathway.internals:
            parameter = internal.parameter
            if parameter.drawn:
                turned = parameter.row_per_target
                drawn = draw(parameter.shape[::-1]).T if turned else draw(parameter.shape)
                internal.weights[...] = np.triu(drawn, 1) if parameter.triangular else drawn


def _set_hidden_biases(machine: HelmholtzMachine, value: float) -> None:
    for pathway in (machine.generative, machine.recognition):
        for index, bias in pathway.biases.items():
            if index > 0 and pathway.populations[index].starts_silent:
                bias.weights[...] = value
