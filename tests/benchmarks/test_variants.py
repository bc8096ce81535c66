"""The variants do what they say: the rule, the products, the solution."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.benchmarks import WORKLOADS, chosen
from neurohm.benchmarks.chains import Chain, Problem, random_chain
from neurohm.benchmarks.clock import CountingClock, Over
from neurohm.benchmarks.products import reweighted_shapes, score_shapes, wake_sleep_shapes
from neurohm.benchmarks.registry import chosen_variants
from neurohm.benchmarks.w4.recording import BATCH, LAGS, UNITS, Spikes
from neurohm.benchmarks.w5.in_numpy import solved
from neurohm.benchmarks.w5.problem import layer
from neurohm.benchmarks.workload import Steps, Variant, Workload
from neurohm.exceptions import InputError
from neurohm.recordings import Windows, bin_spikes

LEARNING = [
    pytest.param(workload, variant, id=f"{workload.name}-{variant.name}")
    for workload in WORKLOADS.values()
    for variant in workload.variants
    if workload.lessons is not None and variant.learns_alike
]
TINY = {"sizes": (12, 6, 3), "rows": 5}


def ran(steps: Steps, number: int) -> None:
    with suppress(Over):
        steps.run(CountingClock(number))


@pytest.mark.parametrize(("workload", "variant"), LEARNING)
def test_every_variant_learns_and_keeps_its_weights(workload: Workload, variant: Variant) -> None:
    if variant.why_not() is not None or "compile" in variant.name:
        pytest.skip(f"{variant.why_not() or 'compiling takes long'}")
    assert workload.lessons is not None
    problem, _ = workload.lessons(**TINY)
    steps = variant.make(problem, 1)
    ran(steps, 3)
    assert steps.chain is not None
    learned, start = steps.chain(), problem.start
    assert learned.sizes == TINY["sizes"]
    for group in ("recognition", "recognition_bias", "generative", "generative_bias"):
        for before, after in zip(getattr(start, group), getattr(learned, group), strict=True):
            assert before.shape == after.shape
            assert not np.array_equal(before, after)
            assert np.isfinite(after).all()


def test_a_chain_and_its_machine_hold_the_same() -> None:
    chain = random_chain((5, 4, 3), visible_bias=-1.0)
    machine = chain.machine()
    np.testing.assert_array_equal(
        machine.parameters()["generative/hidden1->visible"], chain.generative[0]
    )
    np.testing.assert_array_equal(machine.parameters()["generative/visible"], np.full(5, -1.0))
    again = Chain.of_machine(machine)
    for group in ("recognition", "recognition_bias", "generative", "generative_bias"):
        for one, two in zip(getattr(chain, group), getattr(again, group), strict=True):
            np.testing.assert_array_equal(one, two)


def test_wake_sleep_has_three_products_a_layer_and_phase() -> None:
    problem = Problem(random_chain((7, 5, 3)), np.zeros((1, 4, 7), np.float32), dreams=2)
    shapes = wake_sleep_shapes(problem)
    assert len(shapes) == 3 * 2 * 2
    multiplications = 7 * 5 + 5 * 3
    assert sum(a * b * c for a, b, c in shapes) == 3 * (4 + 8) * multiplications


def test_the_first_layer_is_shared_over_particles() -> None:
    batches = np.zeros((1, 4, 7), np.float32)
    problem = Problem(random_chain((7, 5, 3)), batches, particles=6, dreams=6)
    first, other = 7 * 5, 5 * 3
    count = sum(a * b * c for a, b, c in reweighted_shapes(problem))
    assert count == 24 * 7 * (first + other) - 2 * 20 * first
    count = sum(a * b * c for a, b, c in score_shapes(problem, chunk=2))
    assert count == 6 * (first + 2 * other)


def test_the_peers_see_the_windows_that_neurohm_sees(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROHM_BENCHMARK_FOLDER", str(tmp_path))
    spikes = Spikes(2 * BATCH)
    batches = spikes.stream(lambda array: array)
    peers = np.concatenate([next(batches), next(batches)])[LAGS - 1 :]
    windows = Windows(bin_spikes(nh.load_recording(spikes.file()), 0.01), LAGS)
    own = windows.dense(np.arange(len(windows))).reshape(-1, UNITS, LAGS)
    np.testing.assert_array_equal(peers, own.transpose(0, 2, 1).reshape(len(own), -1))
    assert abs(own.mean() - 0.02) < 0.002  # seven standard errors


def test_the_solvers_find_the_natural_gradient() -> None:
    problem = layer(below=30, units=4, rows=20)
    exact = np.empty((30, 4))
    for unit in range(4):
        weighed = problem.activity.T * problem.variance[:, unit]
        fisher = weighed @ problem.activity / 20 + problem.damping * np.eye(30)
        exact[:, unit] = np.linalg.solve(fisher, problem.activity.T @ problem.error[:, unit] / 20)
    found, iterations = solved(problem)
    assert iterations < 20
    np.testing.assert_allclose(found, exact, atol=1e-3 * abs(exact).max())


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="unknown workload 'w9'; expected one of w1"):
        chosen(["w9"])
    with pytest.raises(InputError, match="unknown variant 'w9'; expected one of bound"):
        chosen_variants(WORKLOADS["w1"], ["w9"])


def test_all_names_everything_and_no_name_leaves_the_extra_ones_away() -> None:
    assert {w.name for w in chosen(["all"])} == set(WORKLOADS)
    assert [w.name for w in chosen()] == ["w1", "w2", "w3", "w4", "w5", "fit"]
