"""One hidden unit of a cascade learns by expectation maximisation, the others being fixed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from neurohm.learning.cascade.network import (
    BERNOULLI,
    CascadeNetwork,
    Matrix,
    distinct,
    log_partition,
)

# Rates and probabilities are held to at least this.
_RAREST = 1e-6
_NEWTON_STEPS, _SETTLED = 15, 1e-9  # quadratic: the next change would be below rounding


@dataclass(frozen=True, eq=False)
class Learner:
    """One unit, the data, and the states of the other units, which stay as they are.

    The unit alone is stochastic: it is on with probability q_d in row d. The expectation step sets
    q to its exact posterior; the maximisation step sets, in turn, what each target receives when
    the unit is off (its bias b) and on (b + g) to the maximum of the likelihood given q.

    Parameters
    ----------
    x : ndarray, (n_rows, n_observed)
    states : ndarray, (n_rows, n_hidden)
        That of the unit itself is not read.
    unit : int
    pseudo_count : float
        So many rows are added in which all units fire at their mean rates, whether on or off.
    """

    x: Matrix
    states: Matrix
    unit: int
    pseudo_count: float
    _codes: Matrix
    _code: npt.NDArray[np.int64]
    _fired: Matrix  # counts of each observed unit, summed over the rows
    _fired_with: Matrix  # the same, over the rows in which each hidden unit is on

    @classmethod
    def of(cls, x: Matrix, states: Matrix, unit: int, pseudo_count: float) -> Learner:
        """Return the learner of a unit."""
        others = states.copy()
        others[:, unit] = 0
        found = distinct(others)
        return cls(x, others, unit, pseudo_count, *found, x.sum(axis=0), others.T @ x)

    def log_likelihood(self, network: CascadeNetwork, log_odds: Matrix) -> float:
        """Return sum_d log p(x, s of the others), this unit summed out, without log x!, nats."""
        rows = np.bincount(self._code, minlength=len(self._codes))
        off = rows @ network.log_weight(self._codes) + self._fired @ network.bias
        off += (self._fired_with * network.weights).sum()
        return float(off + np.logaddexp(0, log_odds).sum())

    def log_odds(self, network: CascadeNetwork) -> Matrix:
        """Return Delta, by how much the unit's being on adds to log p(x, s) of each row, nats."""
        unit, kind = self.unit, network.observation
        weights, onto = network.weights[unit], network.hidden_weights[unit]
        off = network.inputs(self._codes)
        given = network.hidden_bias + self._codes @ network.hidden_weights
        constant = given[:, unit] + self._codes @ onto
        constant -= (np.logaddexp(0, given + onto) - np.logaddexp(0, given)).sum(axis=1)
        constant -= (log_partition(kind, off + weights) - log_partition(kind, off)).sum(axis=1)
        return np.asarray(constant[self._code] + self.x @ weights)

    def bound(self, network: CascadeNetwork, q: Matrix, *, entropy: bool = True) -> float:
        """Return L = sum_d E_q[log p(x, s)] + H(q_d), nats; without H the cost of one state."""
        total = network.log_joint(self.x, self.states) + q * self.log_odds(network)
        if entropy:
            total += _entropy(q)
        return float(total.sum())

    def maximise(self, network: CascadeNetwork, q: Matrix) -> CascadeNetwork:
        """Return the network whose biases, and whose weights of the unit, fit best to q."""
        codes, count = len(self._codes), self.pseudo_count
        on, off = (np.bincount(self._code, share, codes).astype(np.float64) for share in (q, 1 - q))
        bias, weights = self._onto_observed(network, q, on, off)
        hidden_bias, onto = self._onto_hidden(network, q, on, off)
        prior = self._codes @ network.hidden_weights[:, self.unit]
        hidden_bias[self.unit] = intercept(
            BERNOULLI, np.array([q.sum() + 0.5 * count]), *_padded(on + off, prior[:, None], count)
        )[0]
        return replace(
            network,
            bias=bias,
            hidden_bias=hidden_bias,
            weights=_with_row(network.weights, self.unit, weights),
            hidden_weights=_with_row(network.hidden_weights, self.unit, onto),
        )

    def _onto_observed(
        self, network: CascadeNetwork, q: Matrix, on: Matrix, off: Matrix
    ) -> tuple[Matrix, Matrix]:
        """Return biases of the observed units, and the unit's weights onto them."""
        others, count = self._codes @ network.weights, self.pseudo_count
        fired = q @ self.x
        pseudo = count * mean_count(self._fired, len(q), count)
        bias, active = (
            intercept(network.observation, total + pseudo, *_padded(rows, others, count))
            for total, rows in ((self._fired - fired, off), (fired, on))
        )
        return bias, active - bias

    def _onto_hidden(
        self, network: CascadeNetwork, q: Matrix, on: Matrix, off: Matrix
    ) -> tuple[Matrix, Matrix]:
        """Return biases of the hidden units, and the unit's weights onto the earlier ones."""
        unit, count = self.unit, self.pseudo_count
        bias, onto = network.hidden_bias.copy(), np.zeros(network.n_hidden)
        if unit == 0:
            return bias, onto
        earlier, others = self.states[:, :unit], (self._codes @ network.hidden_weights)[:, :unit]
        pseudo, fired = count * earlier.mean(axis=0), q @ earlier
        bias[:unit], active = (
            intercept(BERNOULLI, total + pseudo, *_padded(rows, others, count))
            for total, rows in ((earlier.sum(axis=0) - fired, off), (fired, on))
        )
        onto[:unit] = active - bias[:unit]
        return bias, onto


def learn_unit(
    learner: Learner,
    network: CascadeNetwork,
    q: Matrix,
    *,
    iterations: int,
    tolerance: float = 1e-5,
) -> tuple[CascadeNetwork, Matrix]:
    """Alternate the two steps, from probabilities q, until the bound hardly rises.

    Parameters
    ----------
    learner : Learner
    network : CascadeNetwork
    q : ndarray, (n_rows,)
        How probably the unit is on in each row, to begin with.
    iterations : int
        At most.
    tolerance : float
        Nats a row.

    Returns
    -------
    network : CascadeNetwork
    q : ndarray, (n_rows,)
        The unit's exact posterior, the others being as they are.
    """
    before = -np.inf
    for _ in range(iterations):
        network = learner.maximise(network, q)
        odds = learner.log_odds(network)
        q = expit(odds)
        now = learner.log_likelihood(network, odds)
        if now - before < tolerance * len(q):
            break
        before = now
    return network, q


def intercept(observation: str, total: Matrix, rows: Matrix, offset: Matrix) -> Matrix:
    """Return beta such that expected totals, sum_u rows_u mean(offset_u + beta), are those given.

    It maximises sum_u rows_u [mean count x - A(x)] at x = offset_u + beta.

    Parameters
    ----------
    observation : str
    total : ndarray, (n_units,)
        Sum of the counts of each unit.
    rows : ndarray, (n_groups,)
        How many rows there are of each group.
    offset : ndarray, (n_groups, n_units)
        What else the units receive in a group.

    Returns
    -------
    ndarray, (n_units,)

    Examples
    --------
    >>> beta = intercept("poisson", np.array([6.0]), np.array([2.0, 1.0]), np.log([[1.0], [4.0]]))
    >>> float(np.exp(beta[0]).round(12))  # 6 spikes where 2 + 4 were expected at rate one
    1.0
    """
    if observation != BERNOULLI:
        expected = np.maximum(rows @ np.exp(offset), 1e-300)
        return np.asarray(np.log(np.maximum(total / expected, _RAREST)))
    share = rows / rows.sum()
    wanted = logit(np.clip(total / rows.sum(), _RAREST, 1 - _RAREST))
    beta = wanted - share @ offset
    for _ in range(_NEWTON_STEPS):
        mean = expit(offset + beta)
        now = np.minimum(np.maximum(share @ mean, 1e-12), 1 - 1e-12)
        slope = share @ (mean * (1 - mean)) / (now * (1 - now))
        change = (wanted - logit(now)) / np.maximum(slope, 1e-3)
        beta = beta + np.minimum(np.maximum(change, -3), 3)
        if np.abs(change).max(initial=0) < _SETTLED:
            break
    return np.asarray(beta)


def mean_count(total: Matrix, rows: int, pseudo_count: float = 0.0) -> Matrix:
    """Return the mean count of each observed unit, some hundredths of a row of all added."""
    little = 0.01 * pseudo_count
    return np.asarray((total + little * total.mean() / rows) / (rows + little))


def _padded(rows: Matrix, offset: Matrix, count: float) -> tuple[Matrix, Matrix]:
    """Return the groups with one of pseudo-rows, in which nothing else is received."""
    return np.append(rows, count), np.vstack([offset, np.zeros((1, offset.shape[1]))])


def _with_row(matrix: Matrix, row: int, values: Matrix) -> Matrix:
    changed = matrix.copy()
    changed[row] = values
    return changed


def _entropy(q: Matrix) -> Matrix:
    inside = np.clip(q, 1e-300, 1)
    outside = np.clip(1 - q, 1e-300, 1)
    return np.asarray(-(q * np.log(inside) + (1 - q) * np.log(outside)))
