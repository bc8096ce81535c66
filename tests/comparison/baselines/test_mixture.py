"""Mixtures: exact by enumeration; learning never goes back."""

import itertools

import numpy as np
import pytest
from scipy import stats

from neurohm.comparison.baselines.expectation import Expectation, run
from neurohm.comparison.baselines.independent import IndependentBernoulli, IndependentPoisson
from neurohm.comparison.baselines.mixture import BernoulliMixture, PoissonMixture
from neurohm.exceptions import InputError

WORDS = np.array(list(itertools.product([0, 1], repeat=5)))
KINDS = {"binary": BernoulliMixture, "counts": PoissonMixture}


def planted(domain, n=400, seed=0):
    """Two states, in which other units are active."""
    generator = np.random.default_rng(seed)
    mean = np.array([[0.8, 0.7, 0.6, 0.1, 0.1], [0.1, 0.05, 0.1, 0.6, 0.8]])
    state = generator.integers(0, 2, n)
    drawn = (
        generator.random((n, 5)) < mean[state]
        if domain == "binary"
        else generator.poisson(3 * mean[state])
    )
    return drawn.astype(float), mean


def test_probabilities_of_all_words_sum_to_one():
    model = BernoulliMixture(3).fit(planted("binary")[0])
    assert np.exp(model.score_samples(WORDS)).sum() == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("domain", KINDS)
def test_likelihood_is_the_sum_over_components(domain):
    x, _ = planted(domain)
    model = KINDS[domain](3).fit(x)
    logpmf = (stats.bernoulli if domain == "binary" else stats.poisson).logpmf
    joint = [
        share * np.exp(logpmf(x, mean).sum(axis=1))
        for share, mean in zip(model.share_, model.mean_, strict=True)
    ]
    np.testing.assert_allclose(model.score_samples(x), np.log(np.sum(joint, axis=0)), rtol=1e-12)
    np.testing.assert_allclose(
        model.responsibilities(x).T, joint / np.sum(joint, axis=0), rtol=1e-9, atol=1e-300
    )


@pytest.mark.parametrize("domain", KINDS)
@pytest.mark.parametrize("strength", [0.0, 2.0])
def test_one_component_is_independent_units(domain, strength):
    x, _ = planted(domain)
    independent = {"binary": IndependentBernoulli, "counts": IndependentPoisson}[domain]().fit(x)
    model = KINDS[domain](1, strength=strength).fit(x)
    np.testing.assert_allclose(model.mean_[0], independent.mean_, rtol=1e-13)
    np.testing.assert_allclose(model.score_samples(x), independent.score_samples(x), rtol=1e-12)
    assert model.n_parameters == independent.n_parameters


@pytest.mark.parametrize("domain", KINDS)
@pytest.mark.parametrize("strength", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("components", [2, 4, 7])
def test_learning_never_goes_back(domain, strength, components):
    x, _ = planted(domain, n=150)
    history = KINDS[domain](components, strength=strength, tolerance=0).fit(x).history_
    assert len(history) > 10
    assert np.diff(history).min() > -1e-12


@pytest.mark.parametrize("domain", KINDS)
def test_the_end_is_a_maximum(domain):
    """What is maximised falls to all sides of where learning ends."""
    x, _ = planted(domain)
    what = Expectation.over(x, domain, 2, 1.0)
    end = run(what, what.start(np.random.default_rng(0)), 5000, 1e-15)
    mean, share = end.state
    for component, unit in itertools.product(range(2), range(5)):
        for step in (-1e-3, 1e-3):
            moved = mean.copy()
            moved[component, unit] += step
            assert what.step((moved, share))[0] < end.history[-1]


@pytest.mark.parametrize("domain", KINDS)
def test_planted_states_are_found(domain):
    x, mean = planted(domain, n=5000)
    model = KINDS[domain](2).fit(x, planted(domain, n=1000, seed=1)[0])
    found = model.mean_[np.argsort(-model.mean_[:, 0])]
    scale = 1 if domain == "binary" else 3
    # six standard errors of the least certain mean
    np.testing.assert_allclose(found, scale * mean, atol=6 * np.sqrt(scale * 0.8 / 2000))


@pytest.mark.parametrize("domain", KINDS)
def test_validation_chooses_more_than_one_component_where_there_are_two(domain):
    x, _ = planted(domain, n=5000)
    held_out = planted(domain, n=2000, seed=1)[0]
    model = KINDS[domain]().fit(x, held_out)
    assert len(model.share_) > 1
    one, two = (KINDS[domain](n, strength=1.0).fit(x).score_samples(held_out) for n in (1, 2))
    assert model.score_samples(held_out).mean() >= two.mean() > one.mean() + 0.3


def test_without_validation_samples_the_end_chooses_and_all_are_learned_from():
    x, _ = planted("binary", n=2000)
    model = BernoulliMixture().fit(x)
    again = BernoulliMixture(len(model.share_), strength=model.strength_).fit(x)
    np.testing.assert_array_equal(model.mean_, again.mean_)


def test_frequencies_of_samples_are_the_probabilities():
    model = BernoulliMixture(2).fit(planted("binary")[0])
    n = 40_000
    drawn = model.sample(n, seed=5) @ (1 << np.arange(5)[::-1])
    observed = np.bincount(drawn.astype(int), minlength=32)
    expected = n * np.exp(model.score_samples(WORDS))
    # false alarm: one seed in 10,000
    assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_a_seed_gives_one_fit():
    x, _ = planted("binary")
    one, two = (BernoulliMixture(4, seed=3).fit(x) for _ in range(2))
    np.testing.assert_array_equal(one.mean_, two.mean_)
    assert (one.mean_ != BernoulliMixture(4, seed=4).fit(x).mean_).any()


def test_few_samples_are_fitted_by_one_component():
    model = BernoulliMixture().fit([[0, 1], [1, 1]])
    assert len(model.share_) == 1


def test_what_is_refused():
    with pytest.raises(InputError, match="components 0; expected at least 1; or give 'auto'"):
        BernoulliMixture(0)
    with pytest.raises(InputError, match="5 components for 2 samples"):
        BernoulliMixture(5, strength=1.0).fit([[0, 1], [1, 1]])
    with pytest.raises(InputError, match="a count of 3"):
        BernoulliMixture(2).fit([[0, 3]])
