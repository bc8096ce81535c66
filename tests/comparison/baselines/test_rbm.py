"""Restricted Boltzmann machines: exact by either layer, gradients, learning, draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from neurohm.comparison.baselines import rbm
from neurohm.comparison.baselines.contrastive import ContrastiveSettings, learn
from neurohm.comparison.baselines.ising import Ising
from neurohm.comparison.baselines.rbm import RestrictedBoltzmann
from neurohm.comparison.baselines.restricted import Restricted
from neurohm.comparison.baselines.states import bits
from neurohm.exceptions import InputError, NeurohmWarning, NotFittedError

QUICK = ContrastiveSettings(steps=200, learning_rate=0.05, chains=50)


def machine_of(n_units: int, n_hidden: int, seed: int = 0) -> Restricted:
    rng = np.random.default_rng(seed)
    return Restricted(*(rng.normal(size=s) for s in ((n_units, n_hidden), n_units, n_hidden)))


def words_of(n: int, rows: int = 3000, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((rows, n)) < rng.choice([0.05, 0.4], (rows, 1))).astype(np.uint8)


def test_hidden_units_are_summed_out() -> None:
    machine, visible, hidden = machine_of(4, 3), bits(4), bits(3)
    joint = (
        (visible @ machine.visible_bias)[:, None]
        + hidden @ machine.hidden_bias
        + visible @ machine.weights @ hidden.T
    )
    np.testing.assert_allclose(machine.log_weights(visible), logsumexp(joint, axis=1), atol=1e-12)
    np.testing.assert_allclose(
        machine.transposed.log_weights(hidden), logsumexp(joint, axis=0), atol=1e-12
    )


def test_the_gradient_is_that_of_finite_differences() -> None:
    data = words_of(4, rows=50).astype(float)
    machine, states = machine_of(4, 3), bits(4)
    at = machine.vector
    direction = np.random.default_rng(1).normal(size=at.size)

    def mean_log_likelihood(vector: np.ndarray) -> float:
        moved = Restricted.in_vector(vector, 4)
        return float(moved.log_weights(data).mean() - logsumexp(moved.log_weights(states)))

    log_weights = machine.log_weights(states)
    slope = machine.slope(data, np.full(50, 1 / 50))
    slope -= machine.slope(states, np.exp(log_weights - logsumexp(log_weights)))
    step = 1e-5 * direction
    found = (mean_log_likelihood(at + step) - mean_log_likelihood(at - step)) / 2e-5
    assert found == pytest.approx(slope @ direction, rel=1e-7)


@pytest.mark.parametrize("n_hidden", [2, 9])
def test_probabilities_sum_to_one(n_hidden: int) -> None:
    fitted = RestrictedBoltzmann(n_hidden=n_hidden, learning=QUICK).fit(words_of(6))
    assert np.exp(fitted.score_samples(bits(6))).sum() == pytest.approx(1, abs=1e-12)
    assert fitted.log_partition_.kind == "exact"
    assert fitted.n_parameters == 6 * n_hidden + 6 + n_hidden


@pytest.mark.parametrize("n_hidden", [2, 9])
def test_samples_are_of_the_model(n_hidden: int) -> None:
    fitted = RestrictedBoltzmann(n_hidden=n_hidden, learning=QUICK).fit(words_of(5))
    found = np.bincount((fitted.sample(20_000) @ 2 ** np.arange(5)).astype(int), minlength=32)
    expected = 20_000 * np.exp(fitted.score_samples(bits(5)))
    assert ((found - expected) ** 2 / expected).sum() < 31 + 4 * np.sqrt(2 * 31)


def test_large_layers_are_annealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rbm, "MOST_UNITS", 3)
    fitted = RestrictedBoltzmann(n_hidden=4, learning=QUICK, tolerance=5e-3).fit(words_of(6))
    assert fitted.log_partition_.kind == "annealed"
    total = np.log(np.exp(fitted.score_samples(bits(6))).sum())
    assert abs(total) < 4 * fitted.standard_error <= 0.02  # false alarm: 1 in 10,000
    samples = fitted.sample(4000)
    found = np.bincount((samples @ 2 ** np.arange(6)).astype(int), minlength=64)
    expected = 4000 * np.exp(fitted.score_samples(bits(6)) - total)
    assert ((found - expected) ** 2 / expected).sum() < 63 + 4 * np.sqrt(2 * 63)


def test_learning_finds_what_a_machine_dreams() -> None:
    truth = RestrictedBoltzmann(n_hidden=2, learning=QUICK).fit(words_of(8))
    truth.weights_[...] = np.kron(np.eye(2), np.full((4, 1), 3.0))
    truth.visible_bias_[...], truth.hidden_bias_[...] = -3, -1
    truth.log_partition_ = truth._partition(truth._energy, 1e-3)
    words, test = truth.sample(4000, seed=1), truth.sample(4000, seed=2)
    fitted = RestrictedBoltzmann(
        n_hidden=2, learning=ContrastiveSettings(steps=4000, learning_rate=0.03, chains=200)
    ).fit(words)
    lost = truth.score_samples(test).mean() - fitted.score_samples(test).mean()
    assert -0.005 < lost < 0.01
    assert fitted.score_samples(test).mean() > Ising().fit(words).score_samples(test).mean()


def test_a_seed_gives_one_result() -> None:
    words = words_of(30, rows=500)
    log_odds = np.full(30, -1.0)
    one, same, other = (learn(words, log_odds, 25, 1e-4, QUICK, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.vector, same.vector)
    assert (one.vector != other.vector).any()


def test_validation_chooses_settings() -> None:
    words, test = words_of(6, rows=1000), words_of(6, seed=1)
    fitted = RestrictedBoltzmann(n_hidden=[1, 3], weight_decay=[1.0, 1e-4], learning=QUICK)
    assert fitted.fit(words, validation=test).weight_decay_ == 1e-4
    with pytest.raises(InputError, match="4 settings and no validation samples"):
        fitted.fit(words)


def test_bad_input() -> None:
    with pytest.raises(NotFittedError, match="rbm"):
        RestrictedBoltzmann().score_samples([[0, 1]])
    with pytest.raises(InputError, match="at least 1"):
        RestrictedBoltzmann(n_hidden=0)
    with pytest.raises(InputError, match="of at least 0"):
        RestrictedBoltzmann(weight_decay=-1.0)
    with pytest.warns(NeurohmWarning, match="never change"):
        fitted = RestrictedBoltzmann(n_hidden=1, learning=QUICK).fit([[0, 1], [0, 0]] * 10)
    assert np.isfinite(fitted.score_samples([[1, 1]])).all()
