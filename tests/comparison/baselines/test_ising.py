"""Pairwise and K-pairwise models: exact on few units, the same by annealing, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import bernoulli

from neurohm.comparison.baselines import ising
from neurohm.comparison.baselines.annealing import LogPartition
from neurohm.comparison.baselines.interactions import Interactions
from neurohm.comparison.baselines.ising import Ising
from neurohm.comparison.baselines.k_pairwise import KPairwise
from neurohm.comparison.baselines.moment_matching import ChainSettings
from neurohm.comparison.baselines.states import bits
from neurohm.exceptions import (
    ArgumentTypeError,
    InputError,
    NeurohmWarning,
    NotFittedError,
    NumericalError,
)

FEW = ChainSettings(chains=500, sweeps=3, approach=10, averaging=20)
models = pytest.mark.parametrize("model", [Ising, KPairwise])


def words_of(n: int, rows: int = 3000, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((rows, n)) < rng.choice([0.05, 0.4], (rows, 1))).astype(np.uint8)


@models
def test_probabilities_sum_to_one(model: type[Ising]) -> None:
    fitted = model().fit(words_of(7))
    assert np.exp(fitted.score_samples(bits(7))).sum() == pytest.approx(1, abs=1e-12)
    assert fitted.standard_error == 0
    assert fitted.log_partition_.kind == "exact"


@models
def test_without_couplings_units_are_independent(model: type[Ising]) -> None:
    words = words_of(6)
    fitted = model(prior_deviation=1e-9).fit(words)
    probability = (words.sum(0) + 0.5) / (len(words) + 1)
    fitted.couplings_[...] = 0
    fitted.fields_[...] = logit(probability)
    fitted._energy.potential[...] = 0
    fitted.log_partition_ = fitted._partition(fitted._energy, 1e-3)
    expected = bernoulli.logpmf(words, probability).sum(1)
    np.testing.assert_allclose(fitted.score_samples(words), expected, atol=1e-12)


def test_a_narrow_prior_leaves_independent_units() -> None:
    words = words_of(6)
    probability = (words.sum(0) + 0.5) / (len(words) + 1)
    expected = bernoulli.logpmf(words, probability).sum(1)
    scores = Ising(prior_deviation=1e-7).fit(words).score_samples(words)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


@models
def test_of_two_units_all_probabilities_are_met(model: type[Ising]) -> None:
    words = np.repeat([[0, 0], [1, 0], [0, 1], [1, 1]], [500, 200, 100, 200], axis=0)
    fitted = model(prior_deviation=np.inf).fit(words)
    found = np.exp(fitted.score_samples([[0, 0], [1, 0], [0, 1], [1, 1]]))
    np.testing.assert_allclose(found, [0.5, 0.2, 0.1, 0.2], atol=1e-3)  # of a coin in 1001 entries
    assert fitted.n_parameters == 3


def test_the_potential_meets_the_counts() -> None:
    words = words_of(8)
    fitted = KPairwise(prior_deviation=np.inf).fit(words)
    states = bits(8)
    found = np.bincount(states.sum(1).astype(int), np.exp(fitted.score_samples(states)))
    np.testing.assert_allclose(found, np.bincount(words.sum(1), minlength=9) / 3000, atol=1e-3)
    assert fitted.score_samples(words).mean() > Ising().fit(words).score_samples(words).mean()
    assert fitted.potential_[0] == 0
    assert fitted.log_partition_.value == pytest.approx(-fitted.score_samples([[0] * 8])[0])


@models
def test_samples_are_of_the_model(model: type[Ising]) -> None:
    fitted = model().fit(words_of(5))
    samples = fitted.sample(20_000, seed=3)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, fitted.sample(20_000, seed=3))
    found = np.bincount((samples @ 2 ** np.arange(5)).astype(int), minlength=32)
    expected = 20_000 * np.exp(fitted.score_samples(bits(5)))
    excess = ((found - expected) ** 2 / expected).sum()
    assert excess < 31 + 4 * np.sqrt(2 * 31)  # chi-square: false alarm below 1 in 1000


@models
def test_many_units_are_learned_and_scored_by_chains(
    model: type[Ising], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = words_of(9)
    exact = model(prior_deviation=1.0).fit(words)
    monkeypatch.setattr(ising, "MOST_UNITS", 8)
    settings = ChainSettings(chains=2000, sweeps=4)
    fitted = model(prior_deviation=1.0, chains=settings, tolerance=5e-3).fit(words)
    assert fitted.log_partition_.kind == "annealed"
    assert 0 < fitted.standard_error <= 5e-3
    total = np.log(np.exp(fitted.score_samples(bits(9))).sum())
    assert abs(total) < 4 * fitted.standard_error  # false alarm: 1 in 10,000
    difference = exact.score_samples(words).mean() - fitted.score_samples(words).mean()
    assert abs(difference) < 0.01
    samples = fitted.sample(5000)
    assert np.abs(samples.mean(0) - words.mean(0)).max() < 5 * np.sqrt(0.25 / 3000)


def test_a_seed_gives_one_result() -> None:
    words = words_of(22, rows=1000)
    one, same, other = (
        KPairwise(chains=FEW, tolerance=0.05, seed=seed).fit(words) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.couplings_, same.couplings_)
    np.testing.assert_array_equal(one.score_samples(words), same.score_samples(words))
    np.testing.assert_array_equal(one.sample(50, seed=2), same.sample(50, seed=2))
    assert (one.couplings_ != other.couplings_).any()


def test_validation_chooses_the_prior() -> None:
    words = np.random.default_rng(0).random((5000, 10)) < 0.3  # no couplings at all
    few, many = words[:120], words[120:]
    chosen = Ising(prior_deviation=[10.0, 0.1]).fit(few, validation=many)
    assert chosen.prior_deviation_ == 0.1
    alone = Ising(prior_deviation=0.1).fit(few)
    np.testing.assert_allclose(chosen.couplings_, alone.couplings_, atol=1e-6)
    assert Ising().fit(few, validation=many).prior_deviation_ == 0.1
    assert Ising().fit(few).prior_deviation_ == 0.3


def test_a_setting_without_log_z_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    words, ask = words_of(5), Ising._partition

    def partition(self: Ising, energy: Interactions, tolerance: float) -> LogPartition:
        if failing and np.abs(energy.couplings).max() > 0.01:
            raise NumericalError("weights that differ")
        return ask(self, energy, tolerance)

    monkeypatch.setattr(Ising, "_partition", partition)
    failing = True
    model = Ising(prior_deviation=[1.0, 1e-4])
    assert model.fit(words, validation=words).prior_deviation_ == 1e-4
    with pytest.raises(NumericalError, match="differ"):
        Ising(prior_deviation=[1.0, 0.5]).fit(words, validation=words)
    failing = False
    assert model.fit(words, validation=words).prior_deviation_ == 1.0


@models
def test_constant_units_have_large_finite_fields(model: type[Ising]) -> None:
    words = words_of(6)
    words[:, 1], words[:, 4] = 0, 1
    with pytest.warns(NeurohmWarning, match=r"2 of 6 units never change \(1, 4\)"):
        fitted = model().fit(words)
    assert np.isfinite(fitted.fields_).all()
    silent = words.copy()
    silent[:, 1] = 1
    lost = fitted.score_samples(words).mean() - fitted.score_samples(silent).mean()
    assert 6 < lost < 12  # log 6000 is 8.7


def test_constant_units_are_learned_by_chains() -> None:
    words = words_of(22, rows=1000)
    words[:, 5] = 0
    with pytest.warns(NeurohmWarning, match="never change"):
        fitted = Ising(chains=FEW, tolerance=0.05).fit(words)
    assert -12 < fitted.fields_[5] < -5


def test_fewer_samples_than_parameters_warn() -> None:
    with pytest.warns(NeurohmWarning, match="20 samples for 36 parameters"):
        Ising().fit(words_of(8, rows=20))


def test_too_many_units_to_enumerate() -> None:
    with pytest.raises(InputError, match="21 units to enumerate; expected at most 20"):
        Ising(method="enumeration").fit(words_of(21))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"prior_deviation": 0.0}, "above 0"),
        ({"prior_deviation": []}, "at least one"),
        ({"method": "exact"}, "one of auto, enumeration, chains"),
        ({"tolerance": 0}, "above 0"),
        ({"seed": -1}, "at least 0"),
    ],
)
def test_settings_out_of_bounds(settings: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Ising(**settings)


def test_settings_of_the_wrong_type() -> None:
    with pytest.raises(ArgumentTypeError):
        Ising(prior_deviation="wide")


def test_several_priors_need_validation() -> None:
    with pytest.raises(InputError, match="no validation samples"):
        Ising(prior_deviation=[1.0, 0.5]).fit(words_of(4))


def test_what_has_learned_nothing_says_so() -> None:
    for ask in (
        lambda m: m.score_samples([[0, 1]]),
        lambda m: m.sample(3),
        lambda m: m.n_parameters,
    ):
        with pytest.raises(NotFittedError, match="ising"):
            ask(Ising())


def test_other_units_than_learned_are_refused() -> None:
    with pytest.raises(InputError, match="samples of 5 units; expected 4"):
        Ising().fit(words_of(4)).score_samples(words_of(5))
    with pytest.raises(InputError, match="count of 2"):
        Ising().fit([[0, 2], [1, 1]])
