"""What some units say about the others, against enumeration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import (
    all_states,
    complete,
    conditional,
    conditional_log_likelihood,
    conditional_mean,
    exact_log_likelihood,
    incomplete,
)
from neurohm.machine import HelmholtzMachine
from neurohm.populations import Poisson

ENDS = np.array([True, False, False, True])


@pytest.fixture(params=["chain", "skip", "flat", "single precision"])
def machine(request, normal_machine, skip_edges) -> HelmholtzMachine:
    machine = normal_machine(
        [4] if request.param == "flat" else [4, 2, 2],
        edges=skip_edges if request.param == "skip" else None,
        seed=1,
        dtype="float32" if request.param == "single precision" else "float64",
    )
    for array in machine.parameters().values():
        array *= 0.7  # weights that vary little enough for errors to be normal
    return machine


def exact_conditional(machine: HelmholtzMachine, observed: np.ndarray) -> np.ndarray:
    """Return log p(missing | observed) of every state, by brute force."""
    x, log_p = all_states(4), exact_log_likelihood(machine, all_states(4))
    same = (x[:, None, observed] == x[None, :, observed]).all(axis=2)
    return log_p - np.log(same @ np.exp(log_p))


def test_the_estimate_is_exact_within_its_error(machine) -> None:
    # 16 deviates, held to five standard errors: 1e-5
    estimate = conditional_log_likelihood(machine, all_states(4), ENDS, particles=20_000)
    exact = exact_conditional(machine, ENDS)
    assert (np.abs(estimate.value - exact) <= 5 * estimate.standard_error + 1e-6).all()
    assert estimate.standard_error.max() < 0.15
    assert (estimate.effective_sample_size > 100).all()
    assert estimate.kind == ("exact" if len(machine.sizes) == 1 else "importance")


@pytest.mark.parametrize("sweeps", [0, 1])
def test_the_sweeps_do_not_change_what_is_estimated(normal_machine, sweeps: int) -> None:
    # 16 deviates, held to five standard errors: 1e-5
    machine, x = normal_machine([4, 2, 2], seed=1), all_states(4)
    for array in machine.parameters().values():
        array *= 0.7
    settings = {"particles": 20_000, "sweeps": sweeps}
    estimate = conditional_log_likelihood(machine, x, ENDS, **settings)
    exact = exact_conditional(machine, ENDS)
    assert (np.abs(estimate.value - exact) <= 5 * estimate.standard_error).all()


def test_the_probability_of_the_observed_is_unbiased_for_one_particle(normal_machine) -> None:
    # one deviate, held to five standard errors: 6e-7
    machine, x = normal_machine([4, 2], seed=1), all_states(4)[5:6]
    log_p = exact_log_likelihood(machine, all_states(4))
    same = (all_states(4)[:, ENDS] == x[:, ENDS]).all(axis=1)
    given = np.log(np.exp(log_p[same]).sum())
    ratios = []
    for seed in range(300):
        one = conditional_log_likelihood(machine, x, ENDS, particles=1, sweeps=1, seed=seed)
        joint = conditional.log_likelihood(machine, x, particles=1, seed=seed)
        ratios.append(np.exp(joint.value[0] - one.value[0] - given))
    assert abs(np.mean(ratios) - 1) < 5 * np.std(ratios) / np.sqrt(len(ratios))


def test_counts_are_predicted() -> None:
    # 6 deviates, held to five standard errors: 4e-6
    machine = HelmholtzMachine([Poisson(3), 2], dtype="float64", seed=0)
    for i, array in enumerate(machine.parameters().values()):
        array[...] = np.random.default_rng(i).normal(0, 0.5, array.shape)
    every = np.array([[1.0, 2, count] for count in range(60)])
    p = np.exp(exact_log_likelihood(machine, every))
    estimate = conditional_log_likelihood(machine, every[:6], [True, True, False], particles=20_000)
    deviates = (estimate.value - np.log(p[:6] / p.sum())) / estimate.standard_error
    assert np.abs(deviates).max() < 5


def test_completions_are_distributed_as_the_missing_units(machine) -> None:
    # chi-square of three degrees of freedom, with the noise of the particles: above 30 in 1e-6
    row, count = all_states(4)[5], 5000
    drawn = complete(machine, row[None], ENDS, samples=count, particles=200_000, sweeps=3)
    assert (drawn.shape, drawn.dtype) == ((1, count, 4), machine.dtype)
    assert (drawn[..., ENDS] == row[ENDS]).all()
    p = np.exp(exact_conditional(machine, ENDS))
    x = all_states(4)
    same = (x[:, ENDS] == row[ENDS]).all(axis=1)
    found = np.bincount((drawn[0] @ [8, 4, 2, 1]).astype(int), minlength=16)
    assert found[~same].sum() == 0
    expected = count * p[same]
    assert ((found[same] - expected) ** 2 / expected).sum() < 30


def test_the_mean_is_that_of_enumeration(machine) -> None:
    # 8 deviates of standard error below 0.006: held to five, 5e-6
    every, exact = all_states(4), np.exp(exact_conditional(machine, ENDS))
    x = every[[0, 1, 8, 9]]
    same = (x[:, None, ENDS] == every[None, :, ENDS]).all(axis=2)
    expected = np.where(ENDS, x, same @ (exact[:, None] * every))
    mean = conditional_mean(machine, x, ENDS, particles=10_000)
    np.testing.assert_array_equal(mean[:, ENDS], x[:, ENDS])
    np.testing.assert_allclose(mean, expected, atol=0.03)


def test_completed_counts_have_the_conditional_mean() -> None:
    machine = HelmholtzMachine([Poisson(2), 2], dtype="float64", seed=0)
    machine.generative.projections[0].weights[...] = [[2, 2], [-1, 0.5]]
    every = np.array([[4.0, count] for count in range(100)])
    p = np.exp(exact_log_likelihood(machine, every))
    p /= p.sum()
    drawn = complete(machine, every[:1], [True, False], samples=4000, particles=50_000)[0, :, 1]
    mean = p @ every[:, 1]
    error = np.sqrt(p @ (every[:, 1] - mean) ** 2 / 4000)
    assert abs(drawn.mean() - mean) < 6 * error  # particles add to the noise: below 1e-6


def test_missing_units_may_hold_anything_in_a_completion(normal_machine) -> None:
    machine = normal_machine([4, 2, 2])
    rows = np.array([[0, np.nan, np.nan, 1], [1, 7, -2, 0]])
    drawn = complete(machine, rows, ENDS)
    np.testing.assert_array_equal(drawn, complete(machine, np.where(ENDS, rows, 0), ENDS))
    assert set(np.unique(drawn)) <= {0.0, 1.0}
    csr = sparse.csr_array(np.where(ENDS, rows, 0))
    np.testing.assert_array_equal(drawn, complete(machine, csr, ENDS))


@pytest.mark.parametrize("particles", [1, 20, 1100])
def test_the_noise_of_a_row_is_its_own(particles: int, monkeypatch) -> None:
    machine = HelmholtzMachine([17, 9, 4], seed=1)
    rng = np.random.default_rng(0)
    x, observed = rng.integers(0, 2, (30, 17)).astype(np.float32), rng.random((30, 17)) < 0.5
    observed[:, 0], observed[:, 1] = True, False
    settings = {"particles": particles, "sweeps": 2, "seed": 3}

    def both(rows) -> tuple[np.ndarray, np.ndarray]:
        estimate = conditional_log_likelihood(machine, x[rows], observed[rows], **settings)
        return estimate.value, complete(machine, x[rows], observed[rows], samples=2, **settings)

    value, drawn = both(slice(None))
    order = rng.permutation(30)
    np.testing.assert_array_equal(both(order)[0], value[order])
    np.testing.assert_array_equal(both(order)[1], drawn[order])
    monkeypatch.setattr(incomplete, "cores", lambda: 7)
    np.testing.assert_array_equal(both([4])[0], value[4:5])
    np.testing.assert_array_equal(both(slice(None))[1], drawn)


def test_particles_beyond_a_chunk_are_as_good_as_those_within(normal_machine, monkeypatch) -> None:
    machine, x = normal_machine([4, 2]), all_states(4)
    whole = conditional_log_likelihood(machine, x, ENDS, particles=300)
    monkeypatch.setattr(incomplete, "CHUNK", 64)
    parts = conditional_log_likelihood(machine, x, ENDS, particles=300)
    np.testing.assert_allclose(parts.value, whole.value, rtol=1e-10)


@pytest.mark.parametrize("use", [conditional_log_likelihood, complete])
@pytest.mark.parametrize(
    ("observed", "message"),
    [
        ([1, 0, 0], "observed of type int64; expected booleans"),
        ([True, False], r"observed of shape \(2,\); expected \(3,\) or \(2, 3\)"),
        ([[True, False, True]], r"observed of shape \(1, 3\)"),
        ([True, True, True], "no missing unit in row 0"),
        ([[True, False, True], [False, False, False]], "no observed unit in row 1"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(use, observed, message: str) -> None:
    with pytest.raises(InputError, match=message):
        use(HelmholtzMachine([3, 2]), [[0, 1, 0], [1, 1, 0]], observed)


@pytest.mark.parametrize(
    ("x", "settings", "error", "message"),
    [
        (np.zeros((2, 4)), {}, InputError, "shape"),
        (np.zeros((0, 3)), {}, InputError, "no rows"),
        ([[2, 0, 0]], {}, InputError, "value 2"),
        ([[1, 0, 0]], {"particles": 0}, InputError, "particles 0"),
        ([[1, 0, 0]], {"sweeps": -1}, InputError, "sweeps -1"),
        ([[1, 0, 0]], {"samples": 2.5}, ArgumentTypeError, "samples 2.5"),
        ([[1, 0, 0]], {"seed": "a"}, ArgumentTypeError, "seed 'a'"),
    ],
)
def test_what_cannot_be_completed_is_refused(x, settings, error, message: str) -> None:
    with pytest.raises(error, match=message):
        complete(HelmholtzMachine([3, 2]), x, [True, False, False], **settings)


def test_visible_units_that_drive_others_cannot_be_summed_out() -> None:
    machine = HelmholtzMachine([3, 2], edges=(((0, 1),), ((0, 1),)))
    with pytest.raises(InputError, match="a generative projection from the visible"):
        complete(machine, [[1, 0, 0]], [True, False, False])


def test_visible_units_that_see_each_other_cannot_be_summed_out() -> None:
    machine = HelmholtzMachine(["autoregressive:3", 2])
    with pytest.raises(InputError, match="'visible' of kind 'autoregressive'"):
        conditional_log_likelihood(machine, [[1, 0, 0]], [True, False, False])


def test_hidden_units_may_be_of_any_kind() -> None:
    # 16 deviates, held to five standard errors: 1e-5
    machine = HelmholtzMachine([4, "autoregressive:2"], dtype="float64", seed=0)
    for i, array in enumerate(machine.parameters().values()):
        array[...] += np.random.default_rng(i).normal(0, 0.5, array.shape)
    for internal in (*machine.generative.internals, *machine.recognition.internals):
        internal.weights[...] = np.triu(internal.weights, 1)
    estimate = conditional_log_likelihood(machine, all_states(4), ENDS, particles=20_000)
    exact = exact_conditional(machine, ENDS)
    assert (np.abs(estimate.value - exact) <= 5 * estimate.standard_error).all()
