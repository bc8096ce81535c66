"""Several models as one."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison import HelmholtzBernoulli, Stacked
from neurohm.comparison.baselines import (
    BernoulliMixture,
    IndependentBernoulli,
    Ising,
    PoissonMixture,
)
from neurohm.comparison.stacked_machines import stacked_machines
from neurohm.exceptions import ArgumentTypeError, InputError, NeurohmWarning

EVERY = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(0)
    together = rng.random((400, 1)) < 0.3
    return (rng.random((400, 3)) < np.where(together, 0.8, 0.1)).astype(int)


@pytest.fixture(scope="module")
def stacked(words):
    models = [BernoulliMixture(2), IndependentBernoulli(), Ising()]
    return Stacked(models).fit(words[:300], words[300:])


def test_a_probability_is_the_weighted_mean_of_probabilities(stacked):
    each = [np.exp(model.score_samples(EVERY)) for model in stacked.models_]
    found = np.exp(stacked.score_samples(EVERY))
    np.testing.assert_allclose(found, stacked.weights_ @ each, rtol=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-9)


def test_no_other_weights_explain_validation_samples_better(stacked, words):
    each = np.array([np.exp(model.score_samples(words[300:])) for model in stacked.models_])
    # the optimum of a concave function on the simplex: no member gains more than the mean does
    gradient = (each / (stacked.weights_ @ each)).mean(axis=1)
    assert gradient.max() <= 1 + 1e-3
    assert stacked.weights_.sum() == pytest.approx(1)


def test_without_validation_samples_all_weigh_alike(words):
    model = Stacked([BernoulliMixture(2), IndependentBernoulli()]).fit(words)
    assert model.weights_.tolist() == [0.5, 0.5]
    each = np.array([model.score_samples(words) for model in model.models_])
    assert (model.score_samples(words) >= each.mean(axis=0) - 1e-12).all()  # Jensen


def test_models_given_stay_as_they_were(words):
    mixture = BernoulliMixture(2)
    Stacked([mixture]).fit(words)
    assert not hasattr(mixture, "mean_")


def test_samples_come_from_all_models(stacked):
    # each frequency is within 5 standard errors of its probability: false alarms below 1e-5
    drawn = stacked.sample(20_000, seed=3)
    place = (drawn @ [4, 2, 1]).astype(int)
    frequency = np.bincount(place, minlength=8) / len(drawn)
    probability = np.exp(stacked.score_samples(EVERY))
    assert (abs(frequency - probability) < 5 * np.sqrt(probability / len(drawn))).all()
    np.testing.assert_array_equal(drawn, stacked.sample(20_000, seed=3))


def test_members_draw_apart_from_what_chose_them():
    # within 5 standard errors of each probability: false alarms below 1e-5
    words = np.tile([[1, 1, 0], [0, 0, 1]], (100, 1))
    model = Stacked([BernoulliMixture(2), BernoulliMixture(2)]).fit(words)
    drawn = model.sample(20_000, seed=3)
    frequency = np.bincount((drawn @ [4, 2, 1]).astype(int), minlength=8) / len(drawn)
    probability = np.exp(model.score_samples(EVERY))
    assert (abs(frequency - probability) < 5 * np.sqrt(probability / len(drawn))).all()


def test_error_and_parameters_are_of_all_models(stacked):
    assert stacked.n_parameters == sum(model.n_parameters for model in stacked.models_) + 2
    assert stacked.standard_error == 0  # all of these are exact


def test_compared_like_any_model(words):
    machines = [
        HelmholtzBernoulli(nh.HelmholtzDensity(3, epochs=2, random_state=seed), particles=20)
        for seed in range(2)
    ]
    compared = nh.compare(words, {"two machines": Stacked(machines)}, test=100, progress=False)
    assert {score.name for score in compared.scores} == {"independent", "two machines"}


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        ([], InputError, "no models to stack"),
        ([BernoulliMixture(), PoissonMixture()], InputError, "models of binary and of counts"),
        ([nh.HelmholtzDensity(3)], ArgumentTypeError, r"wrap an estimator"),
    ],
)
def test_what_cannot_be_stacked(models, error, message):
    with pytest.raises(error, match=message):
        Stacked(models)


def test_counts_are_refused_by_a_stack_of_words(words):
    with pytest.raises(InputError, match="counts for a Stacked"):
        nh.compare(3 * words, [Stacked([BernoulliMixture()])], observation="poisson")


@pytest.mark.parametrize(("domain", "kind"), [("binary", "bernoulli"), ("counts", "poisson")])
def test_stacked_machines_are_a_model_by_name(words, monkeypatch, domain, kind):
    few = Stacked([stacked_machines(domain).models[i] for i in (0, 6)])
    for model in few.models:
        model.estimators[0].set_params(epochs=1, batch_size=50)
    monkeypatch.setattr(
        "neurohm.comparison.stacked_machines.stacked_machines", lambda *_, **__: few
    )
    samples = words if domain == "binary" else 2 * words
    with pytest.warns(NeurohmWarning, match="stacked has 1,403 parameters"):
        compared = nh.compare(
            samples, ["stacked"], test=100, particles=5, observation=kind, progress=False
        )
    assert {score.name for score in compared.scores} == {"independent", "stacked"}


def test_stacked_machines_differ_by_seed_and_layers():
    estimators = [model.estimators[0] for model in stacked_machines(seed=4).models]
    assert [one.random_state for one in estimators] == 3 * [4, 5, 6]
    assert len({str(one.hidden) for one in estimators}) == 3
