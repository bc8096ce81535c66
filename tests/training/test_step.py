"""The recorded step: however a step is carried out, a run gives one result."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy import sparse

import neurohm as nh
from neurohm.kernels import get_kernels
from neurohm.kernels.cpu import division
from neurohm.learning import Bidirectional, Reweighted, WakeSleep
from neurohm.likelihood import exact_log_likelihood, log_likelihood
from neurohm.machine import DeclaredUpdate, HelmholtzMachine, Updates
from neurohm.plasticity import Adam, Delta, NonNegative
from neurohm.populations import Bernoulli, Poisson
from neurohm.training import ArrayBatches, Callback, TrainingResult, batches, loop
from neurohm.training.step import RecordedStep, StepByHand, is_recordable, step_of

RULES = {
    "wake-sleep": WakeSleep(),
    "reweighted": Reweighted(particles=3),
    "scheduled, defensive": Reweighted(particles={0: 2, 1: 4, 2: 3}, defensive=0.2),
    "bidirectional": Bidirectional(particles={0: 3, 1: 2}),
}
MOMENTUM = Delta(0.05, momentum=0.8, weight_decay=0.1, rates={"recognition": 0.5})
WAYS = {
    "delta": (Delta(0.1), "simultaneous"),
    "momentum, alternating": (MOMENTUM, "alternating"),
    "adam": (Adam(0.02, sparsity=0.1, constraint=NonNegative()), "simultaneous"),
    "adam, alternating": (Adam(0.02), "alternating"),
}
DATA = ("bernoulli", "poisson", "compressed bernoulli", "compressed poisson")

rules = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
ways = pytest.mark.parametrize(("plasticity", "order"), WAYS.values(), ids=WAYS)
orders = pytest.mark.parametrize("order", ["simultaneous", "alternating"])
kinds = pytest.mark.parametrize("kind", DATA)


@dataclass(frozen=True)
class WakeSleepByHand(WakeSleep):
    """Derived, so that nobody knows whether it calls kernels only."""


@dataclass(frozen=True)
class ReweightedByHand(Reweighted):
    """Derived likewise."""


@dataclass(frozen=True)
class BidirectionalByHand(Bidirectional):
    """Derived likewise."""


def by_hand(rule: Any) -> Any:
    kinds = (ReweightedByHand, BidirectionalByHand, WakeSleepByHand)
    return next(kind for kind in kinds if issubclass(kind, type(rule)))(**rule.settings())


def problem(kind: str, dtype: str = "float32") -> dict[str, Any]:
    """Return a machine and data for it; those to be compressed are mostly silent."""
    rng = np.random.default_rng(3)
    size = 30 if "compressed" in kind else 8
    x = (rng.random((23, size)) < (0.06 if "compressed" in kind else 0.4)).astype(dtype)
    visible = Poisson(size) if "poisson" in kind else size
    if "poisson" in kind:
        x *= rng.integers(1, 5, x.shape)
    return {"machine": HelmholtzMachine([visible, 5, 3], seed=1, dtype=dtype), "data": x}


class Which(Callback):
    """Notes whether activity was compressed."""

    def after_epoch(self, run) -> None:
        self.compressed = run.compressed


@kinds
def test_what_is_mostly_silent_is_compressed(run, kind: str) -> None:
    which = Which()
    run(**problem(kind), callbacks=[which])
    assert which.compressed is ("compressed" in kind)


@rules
@ways
@kinds
def test_the_number_of_threads_changes_no_bit(run, rule, plasticity, order, kind) -> None:
    # 48 steps: long enough for every layout to be tried
    settings = {"rule": rule, "plasticity": plasticity, "order": order}
    results = [
        run(**problem(kind), **settings, threads=threads, epochs=4, batch_size=2)
        for threads in (1, 2, None)
    ]
    run.assert_same(results[1], results[0])
    run.assert_same(results[2], results[0])


@rules
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("parts", [2, 3])
def test_calls_that_are_cut_learn_the_same_on_any_threads(
    run, rule, kind, parts: int, monkeypatch
) -> None:
    monkeypatch.setattr(division, "PARTS", parts)
    monkeypatch.setattr(division, "ROWS", 1)
    monkeypatch.setattr(division, "WORTH", 1e-9)
    settings = {"rule": rule, "plasticity": Adam(0.02), "epochs": 4, "batch_size": 7}
    results = [run(**problem(kind), **settings, threads=threads) for threads in (1, 2, None)]
    monkeypatch.setattr(loop, "step_of", StepByHand)
    for result in (*results[1:], run(**problem(kind), **settings)):
        run.assert_same(result, results[0])


def test_a_step_of_many_dreams_is_cut_and_learns_the_same_on_any_threads(run) -> None:
    x = (np.random.default_rng(0).random((100, 784)) < 0.2).astype(np.float32)
    settings = {"data": x, "rule": WakeSleep(dreams_per_sample=5), "plasticity": Delta(0.1)}
    issued: list[str] = []

    def results(threads: int | None) -> TrainingResult:
        machine = HelmholtzMachine([784, 200, 10], seed=1)
        record = machine.kernels.record

        def noted(body: Any) -> Any:
            program = record(body)
            issued.extend(instruction.name for instruction in program.instructions)
            return program

        machine.kernels = replace(machine.kernels, record=noted)
        return run(machine=machine, threads=threads, epochs=9, batch_size=100, **settings)

    one, two, any_number = map(results, (1, 2, None))
    run.assert_same(two, one)
    run.assert_same(any_number, one)
    # dream, prediction and gradient of 500 rows of the largest layer, in halves
    assert issued.count("_dense_product") == 3 * (6 + 2 * 2)
    assert issued.count("_dense_transposed_product") == 3 * (3 + 2)


@rules
@ways
@kinds
def test_a_recorded_step_is_the_step_by_hand(
    run, rule, plasticity, order, kind, monkeypatch
) -> None:
    settings = {"plasticity": plasticity, "order": order, "rule": rule}
    recorded = run(**problem(kind), **settings)
    monkeypatch.setattr(loop, "step_of", StepByHand)
    run.assert_same(run(**problem(kind), **settings), recorded)


@rules
@kinds
def test_a_rule_of_ones_own_sees_dense_activity(run, rule, kind) -> None:
    # as close to the recorded step as rounding allows where that one has compressed activity
    got = run(**problem(kind), rule=by_hand(rule), plasticity=Delta(0.1))
    expected = run(**problem(kind), rule=rule, plasticity=Delta(0.1))
    assert got.settings["compressed"] is False
    for key, array in got.machine.parameters().items():
        np.testing.assert_allclose(array, expected.machine.parameters()[key], atol=2e-5)


@rules
@ways
@kinds
def test_plain_kernels_learn_the_same(run, rule, plasticity, order, kind) -> None:
    settings = {"rule": rule, "plasticity": plasticity, "order": order, "epochs": 2}
    plain = problem(kind, "float64")
    plain["machine"].kernels = get_kernels(plain["machine"].backend, "reference")
    expected = run(**plain, **settings)
    got = run(**problem(kind, "float64"), **settings)
    for key, array in got.machine.parameters().items():
        wanted = expected.machine.parameters()[key]
        np.testing.assert_allclose(array, wanted, rtol=1e-9, atol=1e-9, err_msg=key)
    for name, column in got.history.to_dict().items():
        np.testing.assert_allclose(column, expected.history[name], rtol=1e-9, err_msg=name)


@rules
@orders
@pytest.mark.parametrize("kind", DATA[2:])
def test_compressed_data_teach_what_dense_ones_teach(run, rule, order, kind, monkeypatch) -> None:
    settings = {"rule": rule, "plasticity": Adam(0.02), "order": order}
    which = Which()
    got = run(**problem(kind, "float64"), **settings, callbacks=[which])
    assert which.compressed
    monkeypatch.setattr(batches, "DENSEST", 0.0)
    expected = run(**problem(kind, "float64"), **settings, callbacks=[which])
    assert not which.compressed
    for key, array in got.machine.parameters().items():
        wanted = expected.machine.parameters()[key]
        np.testing.assert_allclose(array, wanted, rtol=1e-9, atol=1e-9, err_msg=key)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_matrices_teach_what_dense_ones_teach(run, kind) -> None:
    given = problem("compressed poisson")
    expected = run(**given)
    matrix = kind(given["data"])
    before = matrix.toarray()
    run.assert_same(run(**{**problem("compressed poisson"), "data": matrix}), expected)
    np.testing.assert_array_equal(matrix.toarray(), before)


@pytest.mark.parametrize("density", [0.05, 0.4], ids=["compressed", "dense"])
def test_rows_of_sparse_matrices_are_gathered_in_the_recorded_step(
    density: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = (np.random.default_rng(0).random((23, 12)) < density).astype("float64")
    learned = []
    for issued in (True, False):
        machine, batches = nh.HelmholtzMachine([12, 5], seed=1), ArrayBatches(sparse.csr_array(x))
        if issued:
            monkeypatch.setattr(batches, "take", None)  # is not called
            assert batches.can_issue(np.empty((1, 12), "float32"))
        else:
            monkeypatch.setattr(batches, "can_issue", lambda out: False)
        nh.train(machine, batches, epochs=3, batch_size=8, seed=2)
        learned.append(machine.parameters())
    for key, weights in learned[0].items():
        np.testing.assert_array_equal(weights, learned[1][key], err_msg=key)


def test_zeros_that_are_written_down_change_nothing(run) -> None:
    # whether data are compressed depends on what they say, and not on how they are stored
    given, which = problem("compressed bernoulli"), [Which(), Which()]
    dense = given["data"]
    stored = sparse.csr_array(np.ones_like(dense))
    stored.data[:] = dense.reshape(-1)
    expected = run(**given, callbacks=which[:1])
    got = run(**{**problem("compressed bernoulli"), "data": stored}, callbacks=which[1:])
    assert which[0].compressed == which[1].compressed
    run.assert_same(got, expected)


class Sizes:
    """Batches whose epochs are of different lengths, so that short batches may come first."""

    def __init__(self, x: np.ndarray, lengths: list[int], density: float = 1.0) -> None:
        self._all, self._lengths = ArrayBatches(x), lengths
        self.density = density

    def size(self) -> int:
        return max(self._lengths)

    def order(self, epoch: int, seed: int) -> np.ndarray:
        return self._all.order(epoch, seed)[: self._lengths[epoch]]

    def take(self, indices: np.ndarray, out: Any) -> None:
        self._all.take(indices, out)


@rules
@orders
@kinds
@pytest.mark.parametrize("lengths", [[3, 23, 9], [16, 1, 20]], ids=str)
def test_batches_of_several_sizes(run, rule, order, kind, lengths, monkeypatch) -> None:
    def once(rule: Any, threads: int | None) -> Any:
        given = problem(kind)
        density = 0.06 if "compressed" in kind else 1.0
        given["data"] = Sizes(given["data"], lengths, density)
        return run(**given, rule=rule, order=order, threads=threads, plasticity=Adam(0.02))

    got = [once(rule, threads) for threads in (1, 2)]
    monkeypatch.setattr(loop, "step_of", StepByHand)
    expected = once(rule, None)
    for one in got:
        run.assert_same(one, expected)


def test_samples_are_those_that_the_batches_give(run) -> None:
    # batches derived from others may change what they give
    class Mirrored(ArrayBatches):
        def take(self, indices: np.ndarray, out: np.ndarray) -> None:
            out[...] = self.x[indices, ::-1]

    given = problem("bernoulli")
    x = given["data"]
    expected = run(**{**given, "data": np.ascontiguousarray(x[:, ::-1])})
    run.assert_same(run(**{**problem("bernoulli"), "data": Mirrored(x)}), expected)


def test_learning_leaves_the_data_as_they_are(run) -> None:
    for kind in DATA:
        given = problem(kind)
        before = given["data"].copy()
        run(**given)
        np.testing.assert_array_equal(given["data"], before)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores cannot be told")
@pytest.mark.parametrize("trouble", [False, True], ids=["", "stopped by an exception"])
def test_training_leaves_the_cores_of_the_thread_as_they_were(run, trouble: bool) -> None:
    class Stop(Callback):
        def after_step(self, run) -> None:
            if trouble and run.position.step == 25:
                raise RuntimeError("trouble")

    before = os.sched_getaffinity(0)
    try:
        run(epochs=10, batch_size=2, callbacks=[Stop()])
        assert not trouble
    except RuntimeError:
        assert trouble
    assert os.sched_getaffinity(0) == before


# what users write themselves, and what it has to give


@dataclass(frozen=True)
class InNumPy(WakeSleep):
    """Wake-sleep whose update of one bias is computed in NumPy, in double precision."""

    name: ClassVar[str] = "in NumPy"

    def wake_updates(self, machine, wake, work=None) -> Updates:
        updates = super().wake_updates(machine, wake, work)
        visible = next(u for u in updates.local if u.population == 0)
        kept = tuple(u for u in updates.local if u.population != 0)
        change = np.asarray(visible.error, np.float64).mean(axis=0)
        declared = DeclaredUpdate("generative/visible", change, "neuron-local", "for a test")
        return Updates(kept, declared=(declared,), monitored=updates.monitored)


class PlainDelta(Delta):
    """The delta rule in NumPy."""

    name: ClassVar[str] = "plain delta"

    def step(self, machine, key, weights, gradient, pace) -> None:
        weights += (pace[0] * gradient).astype(weights.dtype)


class Capped:
    """A constraint in NumPy: no weight exceeds one half."""

    def apply(self, kernels, key, weights) -> None:
        np.minimum(weights, 0.5, out=weights)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_change_in_double_precision_is_learned_as_it_is(run, dtype: str) -> None:
    given = problem("bernoulli", dtype)
    before = given["machine"].parameters()["generative/visible"].copy()
    x = given["data"]
    run(**given, rule=InNumPy(), plasticity=Delta(0.1), epochs=1, batch_size=23)
    machine, rule = problem("bernoulli", dtype)["machine"], WakeSleep()
    run(machine=machine, data=x, rule=rule, plasticity=Delta(0.1), epochs=1, batch_size=23)
    got = given["machine"].parameters()["generative/visible"]
    expected = machine.parameters()["generative/visible"]
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert (got != before).any()


class OwnUnits(Bernoulli):
    """Units that say nothing of whether their passes may be recorded."""


@rules
def test_units_of_ones_own_are_gone_through_by_hand(run, rule, monkeypatch) -> None:
    made = []
    monkeypatch.setattr(loop, "step_of", lambda *given: made.append(step_of(*given)) or made[-1])
    own = {**problem("bernoulli"), "machine": HelmholtzMachine([OwnUnits(8), 5, 3], seed=1)}
    got, expected = run(**own, rule=rule), run(**problem("bernoulli"), rule=rule)
    assert [type(step) for step in made] == [StepByHand, RecordedStep]
    run.assert_same(got, expected)
    x = own["data"]
    scores = [log_likelihood(r.machine, x, particles=20).value for r in (got, expected)]
    np.testing.assert_array_equal(*scores)


@rules
@orders
@kinds
def test_plasticity_of_ones_own_learns(run, rule, order, kind) -> None:
    settings = {"rule": rule, "order": order}
    got = run(**problem(kind), **settings, plasticity=PlainDelta(0.1))
    expected = run(**problem(kind), **settings, plasticity=Delta(0.1))
    for key, array in got.machine.parameters().items():
        np.testing.assert_allclose(array, expected.machine.parameters()[key], atol=2e-5)


@orders
def test_a_constraint_of_ones_own_holds(run, order) -> None:
    result = run(
        **problem("bernoulli"), order=order, plasticity=Adam(0.1, constraint=Capped()), epochs=5
    )
    free = run(**problem("bernoulli"), order=order, plasticity=Adam(0.1), epochs=5)
    assert max(a.max() for a in result.machine.parameters().values()) == 0.5
    assert max(a.max() for a in free.machine.parameters().values()) > 0.5


def test_a_rule_of_ones_own_raises_the_likelihood(run, x) -> None:
    start = exact_log_likelihood(HelmholtzMachine([8, 5, 3], seed=1), x).mean()
    result = run(rule=WakeSleepByHand(), plasticity=Adam(0.03), epochs=60)
    assert exact_log_likelihood(result.machine, x).mean() > start + 1


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, RecordedStep),
        ({"rule": "reweighted", "plasticity": Adam(0.1)}, RecordedStep),
        ({"plasticity": Delta(0.1, constraint=NonNegative())}, RecordedStep),
        ({"rule": WakeSleepByHand()}, StepByHand),
        ({"plasticity": PlainDelta(0.1)}, StepByHand),
        ({"plasticity": Delta(0.1, constraint=Capped())}, StepByHand),
    ],
    ids=["default", "adam", "constraint", "own rule", "own plasticity", "own constraint"],
)
def test_only_what_says_so_is_recorded(run, settings, kind) -> None:
    seen = []

    class See(Callback):
        def after_epoch(self, run) -> None:
            seen.append(type(run.settle.__self__))

    run(**settings, callbacks=[See()])
    assert set(seen) == {kind}
    assert not is_recordable(WakeSleepByHand())
    assert is_recordable(WakeSleep())
