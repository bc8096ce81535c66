"""Log-probabilities of single units, against SciPy."""

import numpy as np
import pytest
from scipy import stats

from neurohm.comparison.baselines.emissions import EMISSIONS, smoothed_mean

DISTRIBUTIONS = {"binary": stats.bernoulli, "counts": stats.poisson}


@pytest.mark.parametrize("domain", DISTRIBUTIONS)
def test_log_likelihood_with_one_mean_for_all_and_with_one_for_each(domain):
    generator = np.random.default_rng(0)
    x = generator.integers(0, 2 if domain == "binary" else 4, (6, 3)).astype(float)
    mean = generator.uniform(0.1, 0.9, (6, 3))
    emission, logpmf = EMISSIONS[domain], DISTRIBUTIONS[domain].logpmf
    expected = logpmf(x, mean[0]).sum(axis=1)
    np.testing.assert_allclose(emission.log_likelihood(x, mean[0]), expected, rtol=1e-13)
    expected = logpmf(x, mean).sum(axis=1)
    np.testing.assert_allclose(emission.log_likelihood(x, mean), expected, rtol=1e-13)


@pytest.mark.parametrize("domain", DISTRIBUTIONS)
def test_draws_have_the_mean(domain):
    # six standard errors: false alarm below 1e-8 each
    mean = np.broadcast_to([0.2, 0.7], (20_000, 2))
    drawn = EMISSIONS[domain].draw(mean, np.random.default_rng(1))
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), mean[0], atol=6 * 0.84 / np.sqrt(20_000))


def test_smoothing_keeps_everything_possible():
    x = np.array([[0.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(smoothed_mean(x), [1 / 6, 5 / 6])
    np.testing.assert_allclose(smoothed_mean(x[:1], np.array([2.0])), [1 / 6, 5 / 6])
