"""The cascade as arrays: its generative model, its recognition, and the cost of what it codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from neurohm.exceptions import InputError
from neurohm.kernels.reference.poisson import LOG_RATE_LIMIT, RATE_LIMIT

Matrix = npt.NDArray[np.float64]

POISSON, BERNOULLI = "poisson", "bernoulli"
LARGEST = 16  # hidden units whose codes are listed
_ROWS = 256


@dataclass(frozen=True, eq=False)
class CascadeNetwork:
    """Binary hidden units, each of which drives all observed units and all earlier hidden ones.

    Parameters
    ----------
    observation : str
        ``"poisson"`` or ``"bernoulli"``.
    bias : ndarray, (n_observed,)
    weights : ndarray, (n_hidden, n_observed)
        Generative.
    hidden_bias : ndarray, (n_hidden,)
    hidden_weights : ndarray, (n_hidden, n_hidden)
        Generative, from the unit of the row onto that of the column, which is an earlier one.
    recognition : ndarray, (n_observed, n_hidden)
    hidden_recognition : ndarray, (n_hidden, n_hidden)
        From the unit of the row onto that of the column, which is a later one.
    recognition_bias : ndarray, (n_hidden,)
    """

    observation: str
    bias: Matrix
    weights: Matrix
    hidden_bias: Matrix
    hidden_weights: Matrix
    recognition: Matrix
    hidden_recognition: Matrix
    recognition_bias: Matrix

    @classmethod
    def of_rates(cls, observation: str, bias: Matrix) -> CascadeNetwork:
        """Return the network without hidden units."""
        size, none = len(bias), np.zeros((0, 0))
        return cls(
            observation, bias, np.zeros((0, size)), np.zeros(0), none,
            np.zeros((size, 0)), none, np.zeros(0),
        )  # fmt: skip

    @property
    def n_hidden(self) -> int:
        """Number of hidden units."""
        return len(self.hidden_bias)

    def with_unit(self) -> CascadeNetwork:
        """Return the network with one more hidden unit, which is silent and drives nothing."""
        pad = ((0, 1), (0, 1))
        return CascadeNetwork(
            self.observation,
            self.bias,
            np.pad(self.weights, ((0, 1), (0, 0))),
            np.pad(self.hidden_bias, (0, 1)),
            np.pad(self.hidden_weights, pad),
            np.pad(self.recognition, ((0, 0), (0, 1))),
            np.pad(self.hidden_recognition, pad),
            np.pad(self.recognition_bias, (0, 1)),
        )

    def recognise(self, x: Matrix) -> Matrix:
        """Return the one hidden state of each row: s_k = 1 where what unit k receives is positive.

        y_k = c_k + sum_i x_i r_ik + sum_(j<k) s_j r_jk.
        """
        states = np.zeros((len(x), self.n_hidden))
        received = self.recognition_bias + x @ self.recognition
        for unit in range(self.n_hidden):
            lateral = states[:, :unit] @ self.hidden_recognition[:unit, unit]
            states[:, unit] = received[:, unit] + lateral > 0
        return states

    def log_joint(self, x: Matrix, states: Matrix) -> Matrix:
        """Return log p(x, s) of each row, nats."""
        return self.log_score(x, states) - log_base(self.observation, x)

    def log_score(self, x: Matrix, states: Matrix) -> Matrix:
        """Return log p(x, s) of each row without log x!, which no network changes, nats."""
        codes, code = distinct(states)
        linear = x @ self.bias + (states * (x @ self.weights.T)).sum(axis=1)
        return np.asarray(self.log_weight(codes)[code] + linear)

    def log_weight(self, codes: Matrix) -> Matrix:
        """Return what log p(x, s) has of each code alone: log p(s) - sum_i A(x_i), nats."""
        given = self.hidden_bias + codes @ self.hidden_weights
        prior = (codes * given - np.logaddexp(0, given)).sum(axis=1)
        return np.asarray(prior - log_partition(self.observation, self.inputs(codes)).sum(axis=1))

    def bound(self, x: Matrix) -> Matrix:
        """Return log p(x, s(x)) of each row with its recognised state, which is below log p(x)."""
        return self.log_joint(x, self.recognise(x))

    def log_likelihood(self, x: Matrix) -> Matrix:
        """Return log p(x) of each row, nats, by listing all 2^n_hidden codes.

        Raises
        ------
        InputError
            If they are too many.
        """
        if self.n_hidden > LARGEST:
            raise InputError(
                f"{self.n_hidden} hidden units, whose codes are to be listed",
                f"at most {LARGEST}",
                "take the bound",
            )
        places = np.indices((2,) * self.n_hidden).reshape(self.n_hidden, 2**self.n_hidden)
        codes = places.T.astype(np.float64)
        total = np.empty(len(x))
        for first in range(0, len(x), _ROWS):
            part = x[first : first + _ROWS]
            of_codes = self.log_weight(codes) + (part @ self.weights.T) @ codes.T
            total[first : first + _ROWS] = logsumexp(of_codes, axis=1) + part @ self.bias
        return np.asarray(total - log_base(self.observation, x))

    def inputs(self, codes: Matrix) -> Matrix:
        """Return what the observed units receive, ``(n_codes, n_observed)``."""
        received: Matrix = self.bias + codes @ self.weights
        return received

    def means(self, codes: Matrix) -> Matrix:
        """Return the expected counts of each code, ``(n_codes, n_observed)``."""
        return mean_of(self.observation, self.inputs(codes))


def distinct(states: Matrix) -> tuple[Matrix, npt.NDArray[np.int64]]:
    """Return the codes that occur, and which of them each row has.

    Examples
    --------
    >>> codes, code = distinct(np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 1.0]]))
    >>> codes.tolist(), code.tolist()
    ([[0.0, 0.0], [0.0, 1.0]], [1, 0, 1])
    """
    if not states.shape[1]:
        return np.zeros((1, 0)), np.zeros(len(states), np.int64)
    # Units are few, so that a code is a whole number that float64 holds.
    numbers = states @ 2.0 ** np.arange(states.shape[1])[::-1]
    _, first, code = np.unique(numbers, return_index=True, return_inverse=True)
    return states[first], code


def log_partition(observation: str, received: Matrix) -> Matrix:
    """Return A(x), whose derivative is the mean: exp(x) of counts, log(1 + exp(x)) of spikes."""
    if observation == BERNOULLI:
        return np.logaddexp(0, received)
    return np.asarray(np.exp(np.minimum(received, LOG_RATE_LIMIT)))


def mean_of(observation: str, received: Matrix) -> Matrix:
    """Return the mean of units by what they receive."""
    if observation == BERNOULLI:
        return np.asarray(0.5 * (1 + np.tanh(0.5 * received)))
    return np.asarray(np.minimum(np.exp(np.minimum(received, LOG_RATE_LIMIT)), RATE_LIMIT))


def log_base(observation: str, x: Matrix) -> Matrix:
    """Return sum_i log x_i! of each row of counts, zero of spikes."""
    if observation == BERNOULLI:
        return np.zeros(len(x))
    return np.asarray(gammaln(x + 1).sum(axis=1))
