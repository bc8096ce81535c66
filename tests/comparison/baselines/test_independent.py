"""Independent units: the baseline that every gain is measured from."""

import itertools

import numpy as np
import pytest

from neurohm.analysis import IndependentModel
from neurohm.comparison.baselines.independent import IndependentBernoulli, IndependentPoisson
from neurohm.exceptions import InputError

WORDS = np.array(list(itertools.product([0, 1], repeat=5)))


def test_probabilities_of_all_words_sum_to_one():
    model = IndependentBernoulli().fit(WORDS[5:17])
    assert np.exp(model.score_samples(WORDS)).sum() == pytest.approx(1, abs=1e-14)


def test_probabilities_of_counts_sum_to_one():
    model = IndependentPoisson().fit([[0, 1], [2, 0], [1, 0]])
    counts = np.array(list(itertools.product(range(30), repeat=2)))
    assert np.exp(model.score_samples(counts)).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "model"), [("bernoulli", IndependentBernoulli()), ("poisson", IndependentPoisson())]
)
def test_it_is_the_model_of_the_score_report(kind, model):
    x = np.random.default_rng(0).integers(0, 2, (40, 5))
    model.fit(x)
    same = IndependentModel(kind, (x.sum(axis=0) + 0.5) / 41)
    np.testing.assert_allclose(model.score_samples(x), same.log_likelihood(x, 1), rtol=1e-13)
    assert model.n_parameters == 5
    assert model.standard_error == 0


def test_a_seed_gives_one_sample():
    model = IndependentBernoulli().fit(WORDS)
    np.testing.assert_array_equal(model.sample(7, seed=3), model.sample(7, seed=3))
    assert (model.sample(50, seed=3) != model.sample(50, seed=4)).any()


def test_constant_units_leave_the_other_value_possible():
    model = IndependentBernoulli().fit([[0, 1], [0, 1]])
    assert np.isfinite(model.score_samples([[1, 0]])).all()


def test_what_is_refused():
    with pytest.raises(InputError, match="a count of 2; expected 0 or 1"):
        IndependentBernoulli().fit([[0, 2]])
    with pytest.raises(InputError, match="3 units; expected 2"):
        IndependentBernoulli().fit([[0, 1]]).score_samples([[0, 1, 1]])
