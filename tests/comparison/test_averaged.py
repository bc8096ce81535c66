"""Several models as one."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison import Averaged, HelmholtzBernoulli
from neurohm.comparison.baselines import (
    BernoulliMixture,
    IndependentBernoulli,
    Ising,
    PoissonMixture,
)
from neurohm.exceptions import ArgumentTypeError, InputError

EVERY = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(0)
    together = rng.random((400, 1)) < 0.3
    return (rng.random((400, 3)) < np.where(together, 0.8, 0.1)).astype(int)


@pytest.fixture(scope="module")
def averaged(words):
    models = [BernoulliMixture(2), IndependentBernoulli(), Ising()]
    return Averaged(models).fit(words[:300], words[300:])


def test_a_probability_is_the_mean_of_probabilities(averaged):
    each = [np.exp(model.score_samples(EVERY)) for model in averaged.models_]
    found = np.exp(averaged.score_samples(EVERY))
    np.testing.assert_allclose(found, np.mean(each, axis=0), rtol=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-9)


def test_no_worse_than_its_models_are_on_the_mean(averaged, words):
    each = np.array([model.score_samples(words) for model in averaged.models_])
    assert (averaged.score_samples(words) >= each.mean(axis=0)).all()


def test_models_given_stay_as_they_were(words):
    mixture = BernoulliMixture(2)
    Averaged([mixture]).fit(words)
    assert not hasattr(mixture, "mean_")


def test_samples_come_from_all_models(averaged):
    # each frequency is within 5 standard errors of its probability: false alarms below 1e-5
    drawn = averaged.sample(20_000, seed=3)
    place = (drawn @ [4, 2, 1]).astype(int)
    frequency = np.bincount(place, minlength=8) / len(drawn)
    probability = np.exp(averaged.score_samples(EVERY))
    assert (abs(frequency - probability) < 5 * np.sqrt(probability / len(drawn))).all()
    np.testing.assert_array_equal(drawn, averaged.sample(20_000, seed=3))


def test_error_and_parameters_are_of_all_models(averaged):
    assert averaged.n_parameters == sum(model.n_parameters for model in averaged.models_)
    assert averaged.standard_error == 0  # all of these are exact


def test_compared_like_any_model(words):
    machines = [
        HelmholtzBernoulli(nh.HelmholtzDensity(3, epochs=2, random_state=seed), particles=20)
        for seed in range(2)
    ]
    compared = nh.compare(words, {"two machines": Averaged(machines)}, test=100, progress=False)
    assert [score.name for score in compared.scores] == ["independent", "two machines"]


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        ([], InputError, "no models to average"),
        ([BernoulliMixture(), PoissonMixture()], InputError, "models of binary and of counts"),
        ([nh.HelmholtzDensity(3)], ArgumentTypeError, r"wrap an estimator"),
    ],
)
def test_what_cannot_be_averaged(models, error, message):
    with pytest.raises(error, match=message):
        Averaged(models)


def test_counts_are_refused_by_an_average_of_words(words):
    with pytest.raises(InputError, match="counts for a Averaged"):
        nh.compare(3 * words, [Averaged([BernoulliMixture()])], observation="poisson")
