"""The Helmholtz machine as a baseline: the estimator that a user would fit."""

import itertools

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison.dataset import Dataset
from neurohm.comparison.helmholtz import HelmholtzBernoulli, HelmholtzPoisson
from neurohm.exceptions import ArgumentTypeError, InputError

WORDS = np.array(list(itertools.product([0, 1], repeat=4)))
SAMPLES = np.tile(WORDS[[0, 3, 12, 15]], (40, 1))


def test_it_learns_what_the_estimator_learns(assemblies):
    data = Dataset.of(assemblies, 0.02, 2, "bernoulli")
    estimator = nh.SpikeHelmholtz(hidden=3, epochs=2, random_state=4)
    model = HelmholtzBernoulli(estimator, particles=5)
    model.fit(data.samples(data.learned(data.binned.observed)))
    same = nh.SpikeHelmholtz(
        hidden=3, epochs=2, random_state=4, lags=2, observation="bernoulli", bin_size=0.02
    ).fit(assemblies)
    ours, theirs = model.estimator_.machine_.parameters(), same.machine_.parameters()
    for key, value in theirs.items():
        np.testing.assert_array_equal(ours[key], value)
    assert model.n_parameters == sum(value.size for value in theirs.values())


def test_scores_approach_the_exact_ones():
    model = HelmholtzBernoulli(nh.SpikeHelmholtz(hidden=3, epochs=20), particles=20_000)
    model.fit(SAMPLES)
    exact = nh.exact_log_likelihood(model.estimator_.machine_, WORDS)
    np.testing.assert_allclose(model.score_samples(WORDS), exact, atol=0.02)


def test_frequent_samples_are_scored_by_more_particles():
    model = HelmholtzBernoulli(nh.HelmholtzDensity(hidden=3, epochs=2), particles=100).fit(SAMPLES)
    silent, machine = np.zeros((200, 4)), model.estimator_.machine_
    exact = nh.exact_log_likelihood(machine, silent[:1])
    many, alone = model.score_samples(silent), np.vstack([silent[:1], np.tile(WORDS[1:], (7, 1))])
    assert np.ptp(many) == 0
    np.testing.assert_allclose(many[0], exact, atol=0.02)  # 5000 particles
    few = nh.log_likelihood(machine, silent[:1], particles=100, progress=False).value
    assert model.score_samples(alone)[0] == few[0]  # 1 of 106 is rare


def test_validation_rows_stop_a_density_and_are_not_learned_from():
    estimator = nh.HelmholtzDensity(hidden=3, epochs=2, validation=0.1)
    one = HelmholtzBernoulli(estimator).fit(SAMPLES, WORDS)
    assert len(one.estimator_.history_["held_out"]) > 0
    unstopped = HelmholtzBernoulli(nh.HelmholtzDensity(hidden=3, epochs=2)).fit(SAMPLES, WORDS)
    assert "held_out" not in unstopped.estimator_.history_
    np.testing.assert_allclose(one.estimator_.independent_.mean, (SAMPLES.sum(axis=0) + 0.5) / 161)


def test_a_kind_of_unit_stays_where_it_fits_the_domain():
    lateral = nh.HelmholtzDensity(hidden=3, epochs=1, observation="autoregressive")
    assert HelmholtzBernoulli(lateral).fit(SAMPLES).estimator_.machine_.visible.kind == (
        "autoregressive"
    )
    counts = HelmholtzPoisson(nh.HelmholtzDensity(hidden=3, epochs=1)).fit(2 * SAMPLES)
    assert counts.estimator_.machine_.visible.kind == "poisson"


def test_the_estimator_given_is_left_alone():
    estimator = nh.SpikeHelmholtz(hidden=3, epochs=1)
    HelmholtzBernoulli(estimator).fit(SAMPLES)
    assert not hasattr(estimator, "machine_")
    assert estimator.lags == 5


def test_validation_samples_choose_one_of_several():
    poor, good = (nh.HelmholtzDensity(n, epochs=e, batch_size=20) for n, e in ((1, 1), (4, 60)))
    for several in ([poor, good], [good, poor]):
        model = HelmholtzBernoulli(several, particles=50).fit(SAMPLES, SAMPLES[:20])
        assert model.estimator_.hidden == 4
    with pytest.raises(InputError, match="2 estimators and no validation samples"):
        model.fit(SAMPLES)
    with pytest.raises(InputError, match="an empty list"):
        HelmholtzBernoulli([])


def test_other_objects_are_refused():
    with pytest.raises(ArgumentTypeError, match="expected a SpikeHelmholtz"):
        HelmholtzBernoulli(nh.HelmholtzMachine([4, 2]))
