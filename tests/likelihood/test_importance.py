"""The importance-sampled likelihood: right on average, with the right error bar, and repeatable."""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from scipy.special import logsumexp

from neurohm.backend import Site
from neurohm.exceptions import InputError
from neurohm.kernels import get_kernels
from neurohm.likelihood import (
    all_states,
    exact_free_energy,
    exact_log_likelihood,
    importance,
    log_likelihood,
)
from neurohm.likelihood.keyed import KeyedStream, content_keys
from neurohm.machine import HelmholtzMachine, log_joint, recognise
from neurohm.populations import Poisson


def wide(dtype: str = "float32") -> tuple[HelmholtzMachine, np.ndarray]:
    machine = HelmholtzMachine([37, 23, 9], dtype=dtype, seed=1)
    return machine, (np.random.default_rng(0).random((150, 37)) < 0.2).astype(np.float32)


def same(a, b) -> None:
    """Assert equality to the bit."""
    np.testing.assert_array_equal(a.value, b.value)
    np.testing.assert_array_equal(a.effective_sample_size, b.effective_sample_size)
    np.testing.assert_array_equal(a.standard_error, b.standard_error)


def test_the_estimate_converges_with_more_particles(normal_machine) -> None:
    machine, x = normal_machine(), all_states(3)
    exact = exact_log_likelihood(machine, x)
    errors = []
    for particles in (10, 1000, 100_000):
        estimate = log_likelihood(machine, x, particles=particles)
        errors.append(np.abs(estimate.value - exact).max())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02


def test_the_standard_error_is_calibrated(normal_machine) -> None:
    # mean of 800 squared deviates: 1 +- 0.05, here held to 0.25; rate about 1e-6
    machine, x = normal_machine(), all_states(3)
    exact = exact_log_likelihood(machine, x)
    estimates = [log_likelihood(machine, x, particles=2000, seed=seed) for seed in range(100)]
    deviates = np.array([(e.value - exact) / e.standard_error for e in estimates])
    assert np.mean(deviates**2) == pytest.approx(1, abs=0.25)
    assert abs(deviates.mean()) < 0.2  # the bias, in standard errors, falls as K^-1/2


def test_on_average_the_probability_is_unbiased_and_its_logarithm_rises_with_k(
    normal_machine,
) -> None:
    machine, x = normal_machine(seed=1), all_states(3)
    exact, bound = exact_log_likelihood(machine, x), -exact_free_energy(machine, x)
    means, count = [bound], 300
    for particles in (1, 4, 16):
        values = np.array(
            [log_likelihood(machine, x, particles=particles, seed=s).value for s in range(count)]
        )
        error = values.std(axis=0, ddof=1) / np.sqrt(count)
        if particles == 1:  # 8 deviates: 5e-6
            assert (np.abs(values.mean(axis=0) - bound) < 5 * error).all()
            continue
        probability = np.exp(values - exact)
        deviation = (probability.mean(axis=0) - 1) / (probability.std(axis=0) / np.sqrt(count))
        assert np.abs(deviation).max() < 5  # 8 deviates: 5e-6
        means.append(values.mean(axis=0))
    assert (np.diff([*means, exact], axis=0).mean(axis=1) > 0.02).all()


def test_error_and_sample_size_are_those_of_the_weights(normal_machine) -> None:
    machine, x = normal_machine(), np.array([[1.0, 0.0, 1.0]])
    particles = 3000

    stream = KeyedStream(content_keys(x, 4), np.zeros(2, np.uint32), particles)
    drawn = recognise(machine, x, stream, Site.SCORE, particles, scored=True)
    w = np.exp(log_joint(machine, drawn.states) - drawn.log_probability)
    estimate = log_likelihood(machine, x, particles=particles, seed=4)  # in three chunks
    assert estimate.value[0] == pytest.approx(np.log(w.mean()), rel=1e-12)
    assert estimate.effective_sample_size[0] == pytest.approx(w.sum() ** 2 / (w @ w), rel=1e-12)
    error = w.std(ddof=1) / np.sqrt(particles) / w.mean()
    assert estimate.standard_error[0] == pytest.approx(error, rel=1e-9)
    assert estimate.kind == "importance"


def test_one_particle_gives_a_bound_of_sample_size_one(normal_machine) -> None:
    estimate = log_likelihood(normal_machine(), all_states(3), particles=1)
    assert estimate.kind == "bound"
    np.testing.assert_array_equal(estimate.effective_sample_size, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("particles", [1, 20, 100, 500, 1000, 1500])
def test_scores_depend_neither_on_order_nor_on_company(particles: int, dtype: str) -> None:
    machine, x = wide(dtype)
    whole = log_likelihood(machine, x, particles=particles, seed=3)
    order = np.random.default_rng(1).permutation(len(x))
    permuted = log_likelihood(machine, x[order], particles=particles, seed=3)
    np.testing.assert_array_equal(permuted.value, whole.value[order])
    np.testing.assert_array_equal(permuted.standard_error, whole.standard_error[order])
    part = log_likelihood(machine, x[5:70], particles=particles, seed=3)
    np.testing.assert_array_equal(part.value, whole.value[5:70])
    for i in (0, 33, 63, 64, 149):
        alone = log_likelihood(machine, x[i : i + 1], particles=particles, seed=3)
        assert alone.value[0] == whole.value[i]


def test_scores_of_duplicates_are_equal_and_of_distinct_rows_independent() -> None:
    machine, x = wide()
    twice = log_likelihood(machine, np.concatenate([x, x]), particles=50)
    np.testing.assert_array_equal(twice.value[:150], twice.value[150:])
    keys = content_keys(x, 0)
    assert len(np.unique(keys, axis=0)) == len(np.unique(x, axis=0))


def test_a_seed_gives_one_score_and_another_seed_another() -> None:
    machine, x = wide()
    same(*(log_likelihood(machine, x, particles=9, seed=5) for _ in range(2)))
    other = log_likelihood(machine, x, particles=9, seed=6)
    assert (other.value != log_likelihood(machine, x, particles=9, seed=5).value).all()


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix])
def test_sparse_data_score_as_dense_ones(kind) -> None:
    machine, x = wide()
    same(log_likelihood(machine, kind(x), particles=9), log_likelihood(machine, x, particles=9))
    lists = log_likelihood(machine, x[:2].tolist(), particles=9)
    same(lists, log_likelihood(machine, x[:2], particles=9))


@pytest.mark.parametrize(
    "edges",
    [
        (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2))),
        (((1, 0), (2, 0)), ((0, 1),)),
        (((1, 0), (2, 0)), ()),
    ],
    ids=["skip", "one without input", "no recognition"],
)
def test_any_graph_is_scored(normal_machine, edges) -> None:
    machine, x = normal_machine(edges=edges), all_states(3)
    estimate = log_likelihood(machine, x, particles=50_000)
    exact = exact_log_likelihood(machine, x)
    assert np.abs((estimate.value - exact) / estimate.standard_error).max() < 5  # 5e-6
    few = log_likelihood(machine, x, particles=1000).value
    machine.kernels = get_kernels(machine.backend, "reference")
    np.testing.assert_allclose(log_likelihood(machine, x, particles=1000).value, few, rtol=1e-12)


def test_counts_are_scored(normal_machine) -> None:
    machine = normal_machine([Poisson(3), 2, 2])
    x = np.array([[0, 2, 1], [3, 0, 0], [5, 1, 4]])
    estimate = log_likelihood(machine, x, particles=50_000)
    exact = exact_log_likelihood(machine, x)
    assert np.abs((estimate.value - exact) / estimate.standard_error).max() < 5  # 2e-6


def test_hidden_counts_are_scored() -> None:
    machine = HelmholtzMachine([3, Poisson(2)], dtype="float64", seed=0)
    estimate = log_likelihood(machine, all_states(3), particles=20_000)
    # probabilities of all data sum to one within five standard errors
    p = np.exp(estimate.value)
    assert p.sum() == pytest.approx(1, abs=5 * np.sqrt((p * estimate.standard_error) @ p) + 1e-9)


@pytest.mark.parametrize(
    ("x", "settings", "message"),
    [
        (np.zeros((0, 3)), {}, "no rows"),
        (np.zeros((2, 4)), {}, "shape"),
        ([[0, 2, 0]], {}, "value 2"),
        ([[0, 1, 0]], {"particles": 0}, "particles 0"),
        ([[0, 1, 0]], {"seed": -1}, "seed -1"),
    ],
)
def test_what_cannot_be_scored_is_refused(x, settings, message: str) -> None:
    with pytest.raises(InputError, match=message):
        log_likelihood(HelmholtzMachine([3, 2]), x, **settings)


def test_an_estimate_prints_its_particles_and_becomes_plain_data() -> None:
    machine, x = wide()
    estimate = log_likelihood(machine, x, particles=9)
    assert "particles=9" in repr(estimate)
    plain = estimate.to_dict()
    assert plain["mean"] == pytest.approx(np.mean(plain["value"]))
    assert plain["kind"] == "importance"


def test_the_error_of_the_mean_is_the_spread_of_the_rows() -> None:
    machine, x = wide()
    estimate = log_likelihood(machine, x, particles=50)
    error = estimate.value.std(ddof=1) / np.sqrt(150)
    assert estimate.mean_standard_error == pytest.approx(error)
    low, high = estimate.interval
    assert (low, high) == pytest.approx(
        (estimate.mean - 1.96 * error, estimate.mean + 1.96 * error)
    )
    assert estimate.to_dict()["mean_standard_error"] == estimate.mean_standard_error
    assert f"± {error:.4f} nats over 150 rows" in repr(estimate)
    alone = log_likelihood(machine, x[:1], particles=50)
    assert np.isnan(alone.mean_standard_error)
    assert "±" not in repr(alone)


def test_equal_rows_are_scored_once_and_alike(normal_machine):
    machine = normal_machine([6, 4, 2])
    rows = np.random.default_rng(0).integers(0, 2, (300, 6)).astype(float)
    together = log_likelihood(machine, rows, particles=30).value
    alone = [log_likelihood(machine, row[None], particles=30).value[0] for row in rows[:40]]
    np.testing.assert_array_equal(together[:40], alone)
    assert len(np.unique(together)) == len(np.unique(rows, axis=0))


@pytest.mark.parametrize("particles", [1, 7, 100, 1100])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_number_of_threads_changes_no_score(particles: int, dtype: str, monkeypatch) -> None:
    machine = wide(dtype)[0]
    x = (np.random.default_rng(2).random((700, 37)) < 0.2).astype(np.float32)
    if particles > 100:
        x = x[:300]
    scores = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(importance, "cores", lambda threads=threads: threads)
        scores.append(log_likelihood(machine, x, particles=particles, seed=3))
    same(scores[1], scores[0])
    same(scores[2], scores[0])


@pytest.mark.parametrize("particles", [1, 50, 1500])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_how_many_rows_a_thread_takes_changes_no_score(
    particles: int, dtype: str, monkeypatch
) -> None:
    machine, x = wide(dtype)
    expected = log_likelihood(machine, x, particles=particles, seed=3)
    for rows in (1, 64, 100, 1000):
        monkeypatch.setattr(importance, "ROWS", rows)
        same(log_likelihood(machine, x, particles=particles, seed=3), expected)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be told")
def test_the_cores_that_a_process_may_use_change_no_score() -> None:
    machine, x = wide()
    free, cores = log_likelihood(machine, x, particles=50), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        same(log_likelihood(machine, x, particles=50), free)
    finally:
        os.sched_setaffinity(0, cores)


@pytest.mark.parametrize("kind", ["bernoulli", "poisson"])
@pytest.mark.parametrize("particles", [1, 5, 1500])
@pytest.mark.parametrize(
    ("chunk", "block", "rows"), [(1, 64, 256), (7, 8, 32), (64, 16, 16), (5000, 64, 512), (9, 1, 1)]
)
def test_how_the_work_is_cut_changes_no_score_beyond_rounding(
    kind, particles: int, chunk: int, block: int, rows: int, monkeypatch
) -> None:
    visible = Poisson(9) if kind == "poisson" else 9
    machine = HelmholtzMachine([visible, 5, 3], dtype="float64", seed=1)
    x = np.random.default_rng(0).integers(0, 2, (20, 9)).astype(float)
    expected = log_likelihood(machine, x, particles=particles, seed=3)
    monkeypatch.setattr(importance, "CHUNK", chunk)
    monkeypatch.setattr(importance, "BLOCK", block)
    monkeypatch.setattr(importance, "ROWS", rows)
    got = log_likelihood(machine, x, particles=particles, seed=3)
    np.testing.assert_allclose(got.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(
        got.effective_sample_size, expected.effective_sample_size, rtol=1e-10
    )


def test_memory_does_not_grow_with_the_particles(normal_machine) -> None:
    machine, x = normal_machine(), all_states(3)
    peaks = []
    for particles in (2000, 2000, 100_000):
        tracemalloc.start()
        estimate = log_likelihood(machine, x, particles=particles)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.5 * peaks[1]
    assert np.abs(estimate.value - exact_log_likelihood(machine, x)).max() < 0.02


@pytest.mark.parametrize("particles", [1, 3, 64, 1023, 1024, 1025, 2048])
def test_every_particle_counts_once(normal_machine, particles: int) -> None:
    machine, x = normal_machine(), np.array([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    stream = KeyedStream(content_keys(x, 4), np.zeros(2, np.uint32), particles)
    drawn = recognise(machine, x, stream, Site.SCORE, particles, scored=True)
    log_w = (log_joint(machine, drawn.states) - drawn.log_probability).reshape(2, particles)
    estimate = log_likelihood(machine, x, particles=particles, seed=4)
    np.testing.assert_allclose(estimate.value, logsumexp(log_w, axis=1) - np.log(particles))
