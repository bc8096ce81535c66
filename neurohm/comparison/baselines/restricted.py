"""The parameters of a restricted Boltzmann machine, what they say of states, and its chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from neurohm.backend import Site
from neurohm.comparison.baselines.compiled import restricted
from neurohm.comparison.baselines.interactions import Vector

Words = npt.NDArray[np.uint8]
Key = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Restricted:
    """The parameters of a restricted Boltzmann machine.

    Parameters
    ----------
    weights : ndarray of float64, (n_units, n_hidden)
    visible_bias : ndarray of float64, (n_units,)
    hidden_bias : ndarray of float64, (n_hidden,)
    """

    weights: Vector
    visible_bias: Vector
    hidden_bias: Vector
    settling: ClassVar[int] = 1000

    @classmethod
    def in_vector(cls, vector: Vector, n_units: int) -> Restricted:
        """Return parameters that lie in a vector, and change with it."""
        n_hidden = (vector.size - n_units) // (n_units + 1)
        weights, visible, hidden = np.split(vector, np.cumsum([n_units * n_hidden, n_units]))
        return cls(weights.reshape(n_units, n_hidden), visible, hidden)

    @property
    def vector(self) -> Vector:
        """All parameters in one vector."""
        return np.concatenate([self.weights.ravel(), self.visible_bias, self.hidden_bias])

    @property
    def transposed(self) -> Restricted:
        """The machine whose visible units are the hidden ones of this."""
        weights = np.ascontiguousarray(self.weights.T)
        return Restricted(weights, self.hidden_bias, self.visible_bias)

    @property
    def arrays(self) -> tuple[Vector, Vector, Vector, Vector]:
        """The arrays in the order of the compiled passes."""
        return self.weights, self.transposed.weights, self.visible_bias, self.hidden_bias

    def log_weights(self, visible: Vector) -> Vector:
        """Return the log-weight of visible states, hidden units summed out, (n_states,)."""
        drive = visible @ self.weights + self.hidden_bias
        return np.asarray(visible @ self.visible_bias + np.logaddexp(0, drive).sum(1))

    def slope(self, visible: Vector, shares: Vector) -> Vector:
        """Return the gradient of the mean log-weight of visible states, as a vector.

        Parameters
        ----------
        visible : ndarray of float64, (n_states, n_units)
        shares : ndarray of float64, (n_states,)
            Of each state in the mean.
        """
        hidden = expit(visible @ self.weights + self.hidden_bias) * shares[:, None]
        return Restricted(visible.T @ hidden, shares @ visible, hidden.sum(0)).vector

    def sweep(self, words: Words, key: Key, site: Site, step: int, sweeps: int) -> None:
        """Move words in place by Gibbs sampling, hidden units and visible ones in turn."""
        restricted.gibbs(words, *self.arrays, key, site.of(), 0, step, sweeps)

    def anneal(
        self, words: Words, log_odds: Vector, betas: Vector, key: Key, site: Site, first: int
    ) -> Vector:
        """Move words in place from independent units to the machine, and return log-weights."""
        out, base = np.empty(len(words)), (log_odds, self._hidden_base(log_odds))
        restricted.anneal(words, *base, *self.arrays, betas, key, site.of(), first, out)
        return out

    def log_partition_of_independent(self, log_odds: Vector) -> float:
        """Return log Z of units of both layers without synapses."""
        independent = np.concatenate([log_odds, self._hidden_base(log_odds)])
        return float(np.logaddexp(0, independent).sum())

    def _hidden_base(self, log_odds: Vector) -> Vector:
        """Return what drives hidden units while visible ones are as active as on average."""
        return np.asarray(expit(log_odds) @ self.weights + self.hidden_bias)
