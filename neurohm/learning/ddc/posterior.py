"""Expectations under the posterior, read out of a distributed code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.learning.ddc.encoding import standard_of
from neurohm.learning.ddc.maximum_entropy import PENALTY, maximum_entropy
from neurohm.learning.ddc.memory import encodings_of, first_dreams, require_feasible
from neurohm.learning.ddc.recognition import Recognition
from neurohm.machine import HelmholtzMachine

if TYPE_CHECKING:
    from neurohm.learning.ddc.rule import DDC

Matrix = npt.NDArray[np.float64]
Function = Callable[[Matrix], Any]


@dataclass(frozen=True, eq=False)
class DistributedPosterior:
    """The posterior of a machine, as means of encoding functions given data.

    Made by `DDC.posterior`, from dreams of the machine. Hidden populations are counted from 1, the
    one next to the data.

    Parameters
    ----------
    machine : HelmholtzMachine
        In memory of the host.
    recognition : Recognition
    states : list of ndarray, (dreams, units)
        Dreams, visible first.

    References
    ----------
    Vertes, Sahani (2018). Flexible and accurate inference and learning for deep generative models.
    NeurIPS. arXiv:1805.11051.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([6, 3], seed=0)
    >>> rule = nh.DDC(functions=10, data_functions=10)
    >>> posterior = rule.posterior(machine, samples=2000)
    >>> x = machine.dream(5, seed=1)
    >>> posterior.expect(lambda z: z[:, 0] * z[:, 1], x).shape
    (5, 1)
    """

    machine: HelmholtzMachine
    recognition: Recognition = field(repr=False)
    states: list[npt.NDArray[Any]] = field(repr=False)

    @classmethod
    def of(
        cls, rule: DDC, machine: HelmholtzMachine, samples: int, seed: int
    ) -> DistributedPosterior:
        """Learn from dreams of a machine, see `DDC.posterior`."""
        host = machine.on("cpu")
        require_feasible(rule, host, samples, 1)
        states = first_dreams(host, samples, seed)
        standards = [standard_of(*pair) for pair in zip(host.populations, states, strict=True)]
        encodings = encodings_of(rule, host, standards)
        codes = [encoding(state) for encoding, state in zip(encodings, states, strict=True)]
        recognition = Recognition.of(
            encodings, codes, ridge=rule.ridge, data_ridge=rule.data_ridge, guard=rule.guard
        )
        return cls(host, recognition, states)

    def code(self, x: npt.ArrayLike) -> list[Matrix]:
        """Return the code r_l of each hidden population given data, ``(rows, functions)`` each."""
        return self.recognition.code(self._data(x)).means

    def expect(self, f: Function, x: npt.ArrayLike, *, layer: int = 1) -> Matrix:
        """Return E[f(z) | x].

        Parameters
        ----------
        f : callable
            From activity of the population, ``(rows, units)``, to ``(rows,)`` or ``(rows, n)``.
        x : array_like, (rows, visible units)
        layer : int

        Returns
        -------
        ndarray, (rows, n)
            Not held to the range of f.

        Raises
        ------
        InputError
            If there is no such layer, or data or values of f do not fit.
        """
        fit = self.recognition.ridges[self._layer(layer)]
        return fit.map(self._values(f, layer))(self.code(x)[layer - 1])

    def r_squared(self, f: Function, *, layer: int = 1) -> float:
        """Return how well the code tells f(z): the share of its variance over dreams left out.

        Parameters
        ----------
        f : callable
        layer : int

        Returns
        -------
        float
            1 where f is linear in the encoding functions; then ``expect`` errs only in the code.
        """
        return self.recognition.r_squared(self._layer(layer), self._values(f, layer))

    def mean(self, x: npt.ArrayLike, *, layer: int = 1) -> Matrix:
        """Return the posterior means of the units, ``(rows, units)``."""
        place = self._layer(layer)
        return self.recognition.encodings[place].raw(self.code(x)[layer - 1])

    def covariance(self, x: npt.ArrayLike, *, layer: int = 1) -> Matrix:
        """Return the posterior covariances, ``(rows, units, units)``."""
        mean, units = self.mean(x, layer=layer), self.machine.sizes[self._layer(layer)]
        upper = np.triu_indices(units)
        products = self.expect(lambda z: z[:, upper[0]] * z[:, upper[1]], x, layer=layer)
        covariance = np.empty((len(mean), units, units))
        covariance[:, upper[0], upper[1]] = products - mean[:, upper[0]] * mean[:, upper[1]]
        covariance[:, upper[1], upper[0]] = covariance[:, upper[0], upper[1]]
        return covariance

    def variance(self, x: npt.ArrayLike, *, layer: int = 1) -> Matrix:
        """Return the posterior variances, ``(rows, units)``, held to at least 0."""
        squares = self.expect(np.square, x, layer=layer)
        return np.asarray(np.maximum(squares - self.mean(x, layer=layer) ** 2, 0))

    def correlation(self, x: npt.ArrayLike, *, layer: int = 1) -> Matrix:
        """Return the posterior correlations, ``(rows, units, units)``, held to [-1, 1].

        Of units that hardly vary they are 0.
        """
        covariance = self.covariance(x, layer=layer)
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        deviation = np.sqrt(np.maximum(variance, 0))
        product = deviation[:, :, None] * deviation[:, None, :]
        varies = product > 1e-9
        ratio = np.where(varies, covariance, 0) / np.where(varies, product, 1)
        return np.asarray(np.clip(ratio, -1, 1))

    def marginals(
        self, x: npt.ArrayLike, *, layer: int = 1, edges: Sequence[float] | None = None
    ) -> Matrix:
        """Return the posterior distribution of each unit by itself.

        Parameters
        ----------
        x : array_like, (rows, visible units)
        layer : int
        edges : sequence of float, optional
            Of bins [a, b); needed for real values and counts.

        Returns
        -------
        ndarray
            How probably each unit is active, ``(rows, units)``; with edges, how probably it is in
            each bin, ``(rows, units, bins)``. Held to [0, 1].

        Raises
        ------
        InputError
            If the units have real values or counts, and there are no edges.
        """
        population = self.machine.populations[self._layer(layer)]
        if edges is None:
            if population.domain not in ("binary", "one-hot"):
                raise InputError(
                    f"marginals of {population.kind} units without edges", "edges of bins"
                )
            return np.asarray(np.clip(self.mean(x, layer=layer), 0, 1))
        limits = np.asarray(edges, dtype=np.float64)

        def is_within(z: Matrix) -> Matrix:
            within = (z[:, :, None] >= limits[:-1]) & (z[:, :, None] < limits[1:])
            return within.reshape(len(z), -1).astype(np.float64)

        shares = self.expect(is_within, x, layer=layer)
        return np.asarray(np.clip(shares, 0, 1).reshape(len(shares), population.size, -1))

    def density(
        self,
        x: npt.ArrayLike,
        states: npt.ArrayLike | None = None,
        *,
        layer: int = 1,
        penalty: float = PENALTY,
    ) -> Matrix:
        """Return the distribution of largest entropy that has about the means in the code.

        Parameters
        ----------
        x : array_like, (rows, visible units)
        states : array_like, (n_states, units), optional
            Where it is defined: a grid of real values, say. By default all states, of few units.
        layer : int
        penalty : float
            Of the squared natural parameters; the larger, the less errors of the code make peaks.

        Returns
        -------
        ndarray, (rows, n_states)
            Probabilities with sum 1, q(z) proportional to exp(sum_i eta_i T_i(z)).

        Raises
        ------
        InputError
            If there are infinitely many states, and none are given.
        """
        place = self._layer(layer)
        population = self.machine.populations[place]
        if states is None:
            if population.n_states is None:
                raise InputError(
                    f"a density of {population.kind} units without states", "states, such as a grid"
                )
            states = population.states()
        functions = self.recognition.encodings[place](states)
        means = self.code(x)[layer - 1]
        return np.stack([maximum_entropy(functions, mean, penalty) for mean in means])

    def _layer(self, layer: int) -> int:
        layer, hidden = whole_number("layer", layer), len(self.machine.populations) - 1
        if layer > hidden:
            raise InputError(f"layer {layer}", f"a hidden population, from 1 to {hidden}")
        return layer

    def _values(self, f: Function, layer: int) -> Matrix:
        """Return values of a function in each dream, ``(dreams, n)``."""
        states = self.states[self._layer(layer)].astype(np.float64)
        values = np.asarray(f(states), dtype=np.float64)
        if values.ndim not in (1, 2) or len(values) != len(states):
            raise InputError(
                f"a function with values of shape {values.shape} for {len(states)} rows",
                "a number, or a row of them, for each row",
            )
        return values.reshape(len(states), -1)

    def _data(self, x: npt.ArrayLike) -> Matrix:
        return np.asarray(self.machine.as_activity(x), dtype=np.float64)
