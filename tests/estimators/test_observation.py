"""What the columns of a matrix are to `HelmholtzDensity`: real numbers, one-hot groups, a name."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import norm
from sklearn.base import clone

import neurohm as nh
from neurohm.estimators.observation import fit_visible, visible_of
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.populations import Categorical, Gaussian

CENTRES = np.array([[2.0, 0.0, -3.0], [-2.0, 1.0, 3.0]])
LABELS = np.random.default_rng(0).integers(2, size=800)
REAL = CENTRES[LABELS] + 0.5 * np.random.default_rng(1).standard_normal((800, 3))
ONE_HOT = np.eye(3)[np.stack([LABELS, LABELS + LABELS % 2], axis=1)].reshape(800, 6)
GROUPS = Categorical(6, categories=3)


@pytest.fixture(scope="module")
def model() -> nh.HelmholtzDensity:
    options = {"learning_rate": 0.02, "epochs": 40, "batch_size": 20}
    return nh.HelmholtzDensity(1, observation="gaussian", **options).fit(REAL)


def test_real_numbers_are_better_explained_by_causes_than_by_one_spread(model) -> None:
    independent = norm(REAL.mean(axis=0), REAL.std(axis=0)).logpdf(REAL).sum(axis=1)
    joint = norm(CENTRES[:, None], 0.5).logpdf(REAL).sum(axis=2) + np.log(0.5)
    true = np.logaddexp(*joint)
    assert model.score(REAL) > independent.mean() + 1
    assert model.score(REAL) > true.mean() - 0.2
    exact = nh.exact_log_likelihood(model.machine_, REAL)
    np.testing.assert_allclose(model.score_samples(REAL), exact, atol=0.1)


def test_real_numbers_are_dreamt_and_reconstructed(model) -> None:
    dreamt = model.sample(4000)
    np.testing.assert_allclose(dreamt.mean(axis=0), REAL.mean(axis=0), atol=0.3)
    np.testing.assert_allclose(dreamt.std(axis=0), REAL.std(axis=0), rtol=0.15)
    again = model.inverse_transform(model.transform(CENTRES))
    np.testing.assert_allclose(again, CENTRES, atol=0.6)


def test_visible_units_start_at_the_mean_and_deviation_of_the_data() -> None:
    for X in (REAL, csr_matrix(REAL)):
        machine = nh.HelmholtzMachine([visible_of("gaussian", X.shape[1]), 2], dtype="float64")
        fit_visible(machine, X)
        p = machine.parameters()
        np.testing.assert_allclose(p["generative/visible"], REAL.mean(axis=0))
        np.testing.assert_allclose(np.exp(p["generative/visible log deviation"]), REAL.std(axis=0))


def test_a_constant_column_starts_at_the_least_deviation() -> None:
    machine = nh.HelmholtzMachine([Gaussian(2, learned=True)], dtype="float64")
    fit_visible(machine, np.tile([1.0, 2.0], (5, 1)))
    np.testing.assert_allclose(machine.parameters()["generative/visible log deviation"], -6.907755)


def test_a_deviation_that_is_given_and_not_learned_stays() -> None:
    given = Gaussian(3, deviation=0.5)
    model = nh.HelmholtzDensity(2, observation=given, epochs=2).fit(REAL)
    p = model.machine_.parameters()
    np.testing.assert_allclose(p["generative/visible log deviation"], np.log(0.5), rtol=1e-6)


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_one_hot_groups(form) -> None:
    model = nh.HelmholtzDensity(2, observation=GROUPS, epochs=60, batch_size=20).fit(form(ONE_HOT))
    dreamt = model.sample(2000).reshape(-1, 2, 3)
    assert (dreamt.sum(axis=2) == 1).all()
    np.testing.assert_allclose(dreamt.mean(axis=0).ravel(), ONE_HOT.mean(axis=0), atol=0.1)
    independent = ONE_HOT @ np.log(np.maximum(ONE_HOT.mean(axis=0), 1e-9))
    assert model.score(form(ONE_HOT)) > independent.mean() + 0.3  # of log 2, at most


@pytest.mark.parametrize("observation", ["gaussian", Gaussian(3, deviation=0.4, learned=True)])
def test_files_and_clones_keep_the_observation(observation, tmp_path) -> None:
    model = nh.HelmholtzDensity(2, observation=observation, epochs=1).fit(REAL)
    model.save(tmp_path / "m.h5")
    loaded = nh.load(tmp_path / "m.h5")
    assert loaded.observation == observation
    assert loaded.machine_.visible == model.machine_.visible
    np.testing.assert_array_equal(loaded.score_samples(REAL[:9]), model.score_samples(REAL[:9]))
    assert clone(model).observation == observation


@pytest.mark.parametrize(
    ("observation", "data", "message"),
    [
        ("categorical", ONE_HOT, r"nh.Categorical\(6, categories=2\)"),
        ("gauss", REAL, "or give a Population"),
        (Gaussian(4), REAL, "observation of 4 units; expected 3"),
        (GROUPS, 1 - ONE_HOT, "2 active units in group 0"),
        (GROUPS, csr_matrix(0 * ONE_HOT), "0 active units in group 0"),
        ("bernoulli", REAL, "for Bernoulli units"),
    ],
)
def test_observations_that_do_not_fit_are_refused(observation, data, message: str) -> None:
    with pytest.raises(InputError, match=message):
        nh.HelmholtzDensity(2, observation=observation, epochs=1).fit(data)


def test_an_observation_that_is_neither_name_nor_population_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="observation 3"):
        nh.HelmholtzDensity(2, observation=3, epochs=1).fit(REAL)  # type: ignore[arg-type]


def test_parts_of_real_numbers_cannot_be_recruited() -> None:
    with pytest.raises(InputError, match="init 'recruit' of real numbers"):
        nh.HelmholtzDensity(2, observation="gaussian", init="recruit").fit(REAL)


def test_spikes_are_counts_and_nothing_else() -> None:
    recording = nh.simulate_assemblies(n_units=10, minutes=0.2, n_assemblies=0)
    with pytest.raises(InputError, match="'auto', 'bernoulli', 'poisson'"):
        nh.SpikeHelmholtz(2, observation="gaussian").fit(recording)
