"""Passes: what is drawn has the probability that the log-probability says, on any graph."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from neurohm.backend import MovingStream, RandomStream, SparseRows, get_backend
from neurohm.likelihood import all_states
from neurohm.machine import (
    HelmholtzMachine,
    Workspace,
    dream,
    log_joint,
    predict,
    recognise,
    recognise_mean,
)
from neurohm.machine.passes import log_recognition
from neurohm.populations import Poisson


def joint_states(machine: HelmholtzMachine, populations: slice) -> list[np.ndarray]:
    """Return all joint states of some populations, one array each."""
    sizes = machine.sizes[populations]
    return np.split(all_states(sum(sizes)), np.cumsum(sizes)[:-1], axis=1)


def frequencies(states: list[np.ndarray]) -> np.ndarray:
    """Count joint states, in the order of `joint_states`."""
    joint = np.concatenate(states, axis=1)
    codes = joint @ 2.0 ** np.arange(joint.shape[1])[::-1]
    return np.bincount(codes.astype(int), minlength=2 ** joint.shape[1])


def test_joint_probabilities_sum_to_one(normal_machine, edges) -> None:
    machine = normal_machine(edges=edges)
    states = joint_states(machine, slice(None))
    assert np.exp(log_joint(machine, states)).sum() == pytest.approx(1, abs=1e-12)


def test_dreams_have_the_frequencies_of_the_joint_probability(normal_machine, edges) -> None:
    # false-alarm rate for a new seed: 1e-4
    machine = normal_machine(edges=edges)
    probability = np.exp(log_joint(machine, joint_states(machine, slice(None))))
    observed = frequencies(dream(machine, 200_000, RandomStream(1)).states)
    assert stats.chisquare(observed, probability * 200_000).pvalue > 1e-4


def test_recognition_has_the_frequencies_of_its_probability(normal_machine, edges) -> None:
    # false-alarm rate for a new seed: 1e-4
    machine = normal_machine(edges=edges)
    x = np.array([[1.0, 0.0, 1.0]])
    log_q = log_recognition(machine, [x, *joint_states(machine, slice(1, None))])
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-12)
    drawn = recognise(machine, x, RandomStream(2), particles=200_000)
    observed = frequencies(drawn.states[1:])
    assert stats.chisquare(observed, np.exp(log_q) * 200_000).pvalue > 1e-4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_recognise_returns_the_log_probability_of_its_draws(normal_machine, edges, dtype) -> None:
    machine = normal_machine([9, 6, 5], edges=edges, dtype=dtype)
    x = machine.as_activity(np.random.default_rng(0).random((4, 9)) < 0.5)
    drawn = recognise(machine, x, RandomStream(3), particles=5, scored=True)
    np.testing.assert_allclose(
        drawn.log_probability,
        log_recognition(machine, drawn.states),
        rtol=1e-5 if dtype == "float32" else 1e-12,
    )
    assert recognise(machine, x, RandomStream(3)).log_probability is None


def test_particles_see_their_own_row_of_data(normal_machine, edges) -> None:
    machine = normal_machine([9, 6, 5], edges=edges)
    x = machine.as_activity(np.random.default_rng(0).random((4, 9)) < 0.5)
    few = recognise(machine, x, RandomStream(3), particles=5, scored=True)
    many = recognise(machine, np.repeat(x, 5, axis=0), RandomStream(3), scored=True)
    for a, b in zip(few.states[1:], many.states[1:], strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(few.log_probability, many.log_probability, rtol=1e-12)
    assert few.rows == many.rows == 20


def test_known_drives_and_other_random_numbers_may_be_given(normal_machine) -> None:
    machine = normal_machine([9, 6, 5])
    x = machine.as_activity(np.random.default_rng(0).random((4, 9)) < 0.5)
    stream = RandomStream(3)
    other = MovingStream(stream.keys(), np.zeros(2, np.uint32))
    plain = recognise(machine, x, stream)
    again = recognise(machine, x, other, drives={1: plain.drives[1]})
    for a, b in zip(plain.states, again.states, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("pathway", ["generative", "recognition"])
def test_errors_are_activity_minus_the_mean_given_the_input(normal_machine, edges, pathway) -> None:
    machine = normal_machine([4, 3, 2], edges=edges)
    x = machine.as_activity(np.random.default_rng(0).random((5, 4)) < 0.5)
    activity = recognise(machine, x, RandomStream(3))
    way = machine.pathway(pathway)
    total = np.zeros(5)
    for target in way.order:
        prediction = predict(machine, way, target, activity, total=total)
        error, afferents = prediction.error, prediction.afferents
        a = way.biases[target].weights + sum(
            activity.states[p.source] @ p.weights for p in way.afferents(target)
        )
        expected = activity.states[target] - 1 / (1 + np.exp(-a))
        np.testing.assert_allclose(error, expected, rtol=1e-12, atol=1e-14)
        assert [a.synapses for a in afferents] == [*way.afferents(target), way.biases[target]]
        assert afferents[-1].presynaptic is None
        for afferent in afferents[:-1]:
            assert afferent.presynaptic is activity.states[afferent.synapses.source]
    log_of = log_joint if pathway == "generative" else log_recognition
    np.testing.assert_allclose(total, log_of(machine, activity.states), rtol=1e-12)


@pytest.mark.parametrize("visible", [7, Poisson(7)])
def test_used_buffers_give_the_same_results_as_new_ones(normal_machine, edges, visible) -> None:
    machine = normal_machine([visible, 6, 5], edges=edges, dtype="float32")
    work = Workspace(machine.backend)
    for step, rows in enumerate((3, 8, 1, 8, 5)):
        stream = RandomStream(0, step)
        results = []
        for buffers in (work, None):
            dreamt = dream(machine, rows, stream, work=buffers)
            woken = recognise(
                machine, dreamt.states[0], stream, particles=2, scored=True, work=buffers
            )
            errors = [
                predict(machine, way, target, woken, work=buffers).error
                for way in (machine.generative, machine.recognition)
                for target in way.order
            ]
            joint = log_joint(machine, woken.states, work=buffers)
            results.append([*dreamt.states, *woken.states, woken.log_probability, *errors, joint])
        for a, b in zip(*results, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_label_keeps_its_memory_for_smaller_arrays_and_its_type() -> None:
    work = Workspace(get_backend("cpu"))
    large = work.array("a", (4, 3), "float32")
    small = work.array("a", (2, 3), "float32")
    assert np.shares_memory(large, small)
    assert work.array("a", (4, 3), "float32") is large
    assert work.array("a", (5, 3), "float32").shape == (5, 3)
    assert work.array("a", (2, 3), "float64").dtype == np.float64
    assert not np.shares_memory(small, work.array("b", (2, 3), "float32"))
    small[...] = 1
    assert not work.zeros("a", (2, 3), "float32").any()


@pytest.fixture(params=[3, Poisson(3)], ids=["bernoulli", "poisson"])
def any_machine(request: pytest.FixtureRequest, normal_machine, edges) -> HelmholtzMachine:
    return normal_machine([request.param, 2, 2], edges=edges)


def compress(x: np.ndarray) -> SparseRows:
    rows = SparseRows.room(get_backend("cpu"), x.shape, x.dtype)
    rows.set_dense(x)
    return rows


def test_compressed_dreams_are_the_dense_ones(any_machine) -> None:
    plain = dream(any_machine, 50, RandomStream(1))
    compressed = dream(any_machine, 50, RandomStream(1), compressed=True)
    assert isinstance(compressed.states[0], SparseRows)
    for population in range(3):
        np.testing.assert_array_equal(compressed.dense(population), plain.states[population])


@pytest.mark.parametrize("particles", [1, 3])
def test_compressed_data_pass_as_dense_ones(any_machine, particles: int) -> None:
    x = dream(any_machine, 20, RandomStream(1)).states[0]
    results = []
    for data in (x, compress(x)):
        wake = recognise(any_machine, data, RandomStream(2), particles=particles, scored=True)
        total = np.zeros(wake.rows)
        errors = [
            predict(any_machine, pathway, target, wake, total=total).error
            for pathway in (any_machine.generative, any_machine.recognition)
            for target in pathway.order
        ]
        joint, log_q = (
            log_joint(any_machine, wake.states),
            log_recognition(any_machine, wake.states),
        )
        results.append([*wake.states[1:], wake.log_probability, total, joint, log_q, *errors])
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", [3, "autoregressive:3", "nade:3", "gaussian:3", "categorical:3:3"])
def test_units_that_nothing_recognises_have_their_mean_in_each_row(kind) -> None:
    machine = HelmholtzMachine([4, 2, kind], edges=(((1, 0), (2, 1)), ((0, 1),)), seed=0)
    machine.recognition.biases[2].weights[...] = [-0.5, 0.0, 2.0]
    means = recognise_mean(machine, machine.as_activity(np.eye(4)[[0, 1, 2, 3, 0]]))
    assert [mean.shape for mean in means] == [(5, 4), (5, 2), (5, 3)]
    np.testing.assert_array_equal(means[2], np.tile(means[2][0], (5, 1)))
