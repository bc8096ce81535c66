"""The likelihood of incomplete rows, against enumeration of all that may be missing."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import logsumexp

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.likelihood import all_states, exact_log_likelihood, marginal_log_likelihood
from neurohm.machine import HelmholtzMachine
from neurohm.populations import Poisson

SUBSETS = np.array(list(itertools.product([False, True], repeat=4)))


def marginals(machine: HelmholtzMachine, x: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return log p(observed units) of each row, summed over all binary states that agree."""
    states, log_p = all_states(x.shape[1]), exact_log_likelihood(machine, all_states(x.shape[1]))
    agree = ((states == x[:, None]) | ~observed[:, None]).all(axis=2)
    return logsumexp(np.where(agree, log_p, -np.inf), axis=1)


def every_row_and_subset() -> tuple[np.ndarray, np.ndarray]:
    x = np.repeat(all_states(4), len(SUBSETS), axis=0)
    return x, np.tile(SUBSETS, (16, 1))


def small(normal_machine, sizes=(4, 2, 2), **options) -> HelmholtzMachine:
    machine = normal_machine(list(sizes), seed=1, **options)
    for array in machine.parameters().values():
        array *= 0.7  # weights that vary little enough for errors to be normal
    return machine


def test_every_row_with_every_subset_missing(normal_machine) -> None:
    # 256 deviates, of which 15 in 16 are not exact, held to five standard errors: 2e-4
    machine, (x, observed) = small(normal_machine), every_row_and_subset()
    found = marginal_log_likelihood(machine, x, observed, particles=1000, sweeps=2)
    exact = marginals(machine, x, observed)
    assert (np.abs(found.value - exact) <= 5 * found.standard_error + 1e-9).all()
    assert found.standard_error.max() < 0.3
    none = ~observed.any(axis=1)
    assert (found.value[none] == 0).all()
    assert (found.effective_sample_size[none] == 1000).all()


def test_it_is_exact_without_hidden_units(normal_machine) -> None:
    machine, (x, observed) = small(normal_machine, (4,)), every_row_and_subset()
    found = marginal_log_likelihood(machine, x, observed, particles=3)
    assert found.kind == "exact"
    np.testing.assert_allclose(found.value, marginals(machine, x, observed), atol=1e-12)


def test_counts(normal_machine) -> None:
    # 6 deviates, held to five standard errors: 4e-6
    machine = HelmholtzMachine([Poisson(2), 2], dtype="float64", seed=0)
    for i, array in enumerate(machine.parameters().values()):
        array[...] = np.random.default_rng(i).normal(0, 0.5, array.shape)
    grid = np.array([[first, second] for first in range(6) for second in range(60)], float)
    exact = logsumexp(exact_log_likelihood(machine, grid).reshape(6, 60), axis=1)
    x = np.stack([np.arange(6.0), np.full(6, np.nan)], axis=1)
    found = marginal_log_likelihood(machine, x, particles=20_000)
    assert (np.abs(found.value - exact) <= 5 * found.standard_error).all()


def test_whole_rows_are_scored_as_ever_to_the_bit(normal_machine) -> None:
    machine, x = normal_machine([4, 2, 2]), all_states(4)
    usual = nh.log_likelihood(machine, x, particles=50)
    assert (marginal_log_likelihood(machine, x, particles=50).value == usual.value).all()
    compressed = marginal_log_likelihood(machine, sparse.csr_array(x), particles=50)
    assert (compressed.value == usual.value).all()
    holes = np.where(np.arange(16)[:, None] % 2 == 0, x, np.nan)
    mixed = marginal_log_likelihood(machine, holes, particles=50)
    assert (mixed.value[::2] == usual.value[::2]).all()
    assert (mixed.value[1::2] == 0).all()


def test_a_row_has_its_score_in_any_company(normal_machine) -> None:
    machine, x = normal_machine([4, 2, 2]), all_states(4).astype(float)
    x[:, 2] = np.nan
    together = marginal_log_likelihood(machine, x, particles=30)
    alone = [marginal_log_likelihood(machine, row[None], particles=30).value[0] for row in x]
    assert together.value.tolist() == alone
    x[:, 2] = 7.0  # what is there in place of a missing unit is not looked at
    masked = marginal_log_likelihood(machine, x, [True, True, False, True], particles=30)
    assert (masked.value == together.value).all()


def test_missing_entries_of_a_data_frame(normal_machine) -> None:
    x = np.array([[0, 1, np.nan, 1], [1, 1, 0, 0]])
    found, plain = (
        marginal_log_likelihood(small(normal_machine), rows, particles=10)
        for rows in (pd.DataFrame(x, index=[5, 3]), x)
    )
    np.testing.assert_array_equal(found.value, plain.value)


def test_what_cannot_be_summed_out_is_refused() -> None:
    machine = HelmholtzMachine([nh.Gaussian(3), 2])
    with pytest.raises(InputError, match="summing out missing units"):
        marginal_log_likelihood(machine, [[0.0, np.nan, 1.0]])
    with pytest.raises(InputError, match="observed of shape"):
        marginal_log_likelihood(HelmholtzMachine([3, 2]), np.eye(3), [True])


def fitted(**options: object) -> nh.HelmholtzDensity:
    rows = (np.random.default_rng(0).random((200, 4)) < [0.2, 0.5, 0.5, 0.8]).astype(float)
    rows[:, 1] = rows[:, 2]
    return nh.HelmholtzDensity(hidden=2, epochs=20, score_particles=2000, **options).fit(
        rows, label=None
    )


def test_the_estimator_scores_rows_with_nan() -> None:
    # 3 deviates of at most 0.02 nats, held to 0.15
    model, x = fitted(), np.array([[0, np.nan, 1, 1], [np.nan, 1, 1, np.nan], [0, 0, 0, 1.0]])
    observed = ~np.isnan(x)
    exact = marginals(model.machine_, np.nan_to_num(x), observed)
    np.testing.assert_allclose(model.score_samples(x), exact, atol=0.15)
    assert model.score(x) == pytest.approx(exact.mean(), abs=0.15)
    report, mean = model.score_report(x), model.independent_.mean
    each = np.where(x == 1, np.log(mean), np.log1p(-mean))
    assert report.independent_nats == pytest.approx(np.where(observed, each, 0).sum(axis=1).mean())
    with pytest.raises(InputError, match="missing entries, nan, are for score"):
        model.transform(x)
    with pytest.raises(InputError, match="missing entries, nan, are for score"):
        fitted().fit(x)


def test_missing_entries_beside_probabilities() -> None:
    grey = np.random.default_rng(0).random((100, 4))
    model = nh.HelmholtzDensity(hidden=2, epochs=2, score_particles=50).fit(grey, label=None)
    grey[:, 1] = np.nan
    assert np.isfinite(model.score_samples(grey)).all()
