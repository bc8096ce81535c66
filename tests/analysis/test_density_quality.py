"""Scores of rows, beside independent units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import neurohm as nh
from neurohm.analysis import IndependentModel, score_rows
from neurohm.exceptions import InputError

X = np.random.default_rng(0).integers(0, 2, (50, 6)).astype(np.float32)
BASELINE = IndependentModel("bernoulli", np.linspace(0.2, 0.7, 6))


@pytest.fixture
def machine(normal_machine):
    return normal_machine((6, 3))


def test_means_and_errors(machine):
    report = score_rows(machine, X, BASELINE, particles=50)
    estimate = nh.log_likelihood(machine, X, particles=50)
    assert report.nats == estimate.value.mean()
    assert report.standard_error == pytest.approx(estimate.value.std(ddof=1) / np.sqrt(50))
    rows, often = np.unique(X, axis=0, return_counts=True)  # equal rows have the same noise
    errors = nh.log_likelihood(machine, rows, particles=50).standard_error
    assert report.sampling_error == pytest.approx(np.sqrt(((often * errors) ** 2).sum()) / 50)
    assert report.effective_sample_size == estimate.effective_sample_size.mean()
    p = BASELINE.mean
    nats = (X * np.log(p) + (1 - X) * np.log1p(-p)).sum(axis=1).mean()
    assert report.independent_nats == pytest.approx(nats)
    assert (report.n_rows, report.n_units, report.particles, report.kind) == (
        50, 6, 50, "importance",
    )  # fmt: skip


def test_sparse_rows_are_dense_rows(machine):
    dense = score_rows(machine, X, BASELINE, particles=10)
    assert score_rows(machine, csr_array(X), BASELINE, particles=10) == dense


def test_one_row_has_no_standard_error_and_no_baseline_no_value(machine):
    report = score_rows(machine, X[:1], None, particles=1)
    assert np.isnan([report.standard_error, report.independent_nats, report.sampling_error]).all()
    assert report.kind == "bound"
    assert set(report.to_dict()) == set(type(report).__dataclass_fields__)


def test_more_copies_of_a_row_take_no_noise_away(machine):
    one, many = (score_rows(machine, np.tile(X[:1], (n, 1)), None, particles=20) for n in (1, 100))
    assert many.sampling_error == pytest.approx(one.sampling_error)


def test_arguments(machine):
    with pytest.raises(InputError, match="particles 0"):
        score_rows(machine, X, BASELINE, particles=0)
