"""The loop: one seed one result, every sample once an epoch, and trouble found at once."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from scipy import sparse

from neurohm.backend import RandomStream
from neurohm.exceptions import ArgumentTypeError, InputError, NumericalError
from neurohm.learning import Reweighted, WakeSleep
from neurohm.likelihood import exact_log_likelihood, log_likelihood
from neurohm.machine import HelmholtzMachine, Updates
from neurohm.plasticity import Adam, Delta
from neurohm.populations import Poisson
from neurohm.training import (
    ArrayBatches,
    Callback,
    Decay,
    EarlyStopping,
    History,
    Progress,
    as_batches,
    as_schedule,
)


class Watch(Callback):
    """Keeps what a callback sees."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int, int]] = []
        self.epochs: list[int] = []

    def after_step(self, run) -> None:
        self.steps.append((run.position.epoch, run.position.batch, run.position.samples))

    def after_epoch(self, run) -> None:
        self.epochs.append(len(run.history))


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_one_seed_gives_one_result(run, rule: str, order: str) -> None:
    one, two, other = (run(rule=rule, order=order, seed=seed) for seed in (4, 4, 5))
    run.assert_same(one, two)
    key = "recognition/visible->hidden1"
    assert (one.machine.parameters()[key] != other.machine.parameters()[key]).any()


def test_a_step_is_the_rules_updates_applied(run, x) -> None:
    result = run(rule=WakeSleep(), plasticity=Delta(0.2), epochs=1, batch_size=23)
    machine = HelmholtzMachine([8, 5, 3], seed=1)
    batch = x[ArrayBatches(x).order(0, 4)]
    phases = WakeSleep().phases(machine, batch, seed=RandomStream(4, 0))
    Delta(0.2).apply(machine, WakeSleep().updates(machine, phases))
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, result.machine.parameters()[key])


def test_alternating_dreams_come_from_the_changed_parameters(run, x) -> None:
    result = run(plasticity=Delta(0.2), epochs=1, batch_size=23, order="alternating")
    machine, rule, stream = HelmholtzMachine([8, 5, 3], seed=1), WakeSleep(), RandomStream(4, 0)
    batch = x[ArrayBatches(x).order(0, 4)]
    Delta(0.2).apply(machine, rule.wake_updates(machine, rule.wake(machine, batch, stream)))
    Delta(0.2).apply(machine, rule.sleep_updates(machine, rule.sleep(machine, 23, stream)))
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, result.machine.parameters()[key])


def test_every_sample_is_learned_once_an_epoch_in_a_new_order(x) -> None:
    batches = as_batches(HelmholtzMachine([8, 2]), x)
    orders = [batches.order(epoch, seed) for epoch, seed in ((0, 0), (1, 0), (0, 1))]
    for order in orders:
        assert sorted(order) == list(range(23))
    assert len({tuple(order) for order in orders}) == 3
    np.testing.assert_array_equal(batches.order(1, 0), orders[1])


def test_the_last_batch_is_the_rest_and_counts_as_such(run) -> None:
    watch = Watch()
    result = run(epochs=2, callbacks=[watch])
    assert watch.steps == [(e, b, n) for e in (0, 1) for b, n in ((1, 8), (2, 16), (3, 23))]
    assert watch.epochs == [1, 2]
    assert result.history["epoch"].tolist() == [0, 1]


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.coo_matrix, lambda x: x.tolist()])
def test_data_of_any_kind_give_the_same_result(run, x, kind) -> None:
    run.assert_same(run(data=kind(x)), run())


def test_entries_that_add_up_to_no_activity_are_refused(run) -> None:
    # a unit that is named twice in a row fired twice, which Bernoulli units cannot
    twice = sparse.csr_array((np.ones(3), [0, 0, 1], [0, 2, 3]), shape=(2, 8))
    before = twice.copy()
    with pytest.raises(InputError, match="value 2"):
        run(data=twice)
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(twice, part), getattr(before, part))


def test_batches_of_ones_own_are_taken(run, x) -> None:
    class Mine:
        def size(self) -> int:
            return 23

        def order(self, epoch: int, seed: int) -> np.ndarray:
            return ArrayBatches(x).order(epoch, seed)

        def take(self, indices: np.ndarray, out: np.ndarray) -> None:
            out[...] = x[indices]

    run.assert_same(run(data=Mine()), run())


def test_learning_raises_the_likelihood(run, x) -> None:
    start = exact_log_likelihood(HelmholtzMachine([8, 5, 3], seed=1), x).mean()
    for rule in ("wake-sleep", "reweighted"):
        result = run(rule=rule, plasticity=Adam(0.03), epochs=60)
        assert exact_log_likelihood(result.machine, x).mean() > start + 1
        bound = result.history["bound"]
        assert bound[-1] > bound[0] + 1


def test_counts_are_learned(run, x) -> None:
    machine = HelmholtzMachine([Poisson(8), 5, 3], seed=1)
    counts = 3 * x
    start = exact_log_likelihood(machine, counts).mean()
    run(machine=machine, data=counts, plasticity=Adam(0.03), epochs=40)
    assert exact_log_likelihood(machine, counts).mean() > start + 2


@pytest.mark.parametrize("epochs", [1, 5])
@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_learning_that_leaves_the_finite_numbers_is_an_error(run, rule: str, epochs: int) -> None:
    with pytest.raises(NumericalError, match="lower the learning rate"):
        run(rule=rule, plasticity=Delta(1e39), epochs=epochs, batch_size=23)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, InputError, "epochs 0"),
        ({"batch_size": 0}, InputError, "batch_size 0"),
        ({"seed": -1}, InputError, "seed -1"),
        ({"order": "random"}, InputError, "'simultaneous' or 'alternating'"),
        ({"rule": "sleepwalk"}, InputError, "'wake-sleep', 'reweighted'"),
        ({"plasticity": "hebb"}, InputError, "'delta', 'adam'"),
        ({"schedule": 0.0}, InputError, "final factor of the decay 0"),
        ({"schedule": "slow"}, ArgumentTypeError, "decay 'slow'"),
        ({"schedule": True}, ArgumentTypeError, "decay True"),
        ({"epochs": "a"}, ArgumentTypeError, "epochs 'a'"),
        ({"batch_size": 0.5}, ArgumentTypeError, "batch_size 0.5"),
        ({"seed": "a"}, ArgumentTypeError, "seed 'a'"),
        ({"data": "a"}, InputError, "no matrix"),
        ({"data": np.zeros((0, 8))}, InputError, "no samples"),
        ({"data": np.zeros((5, 7))}, InputError, "shape"),
        ({"data": np.full((5, 8), 2)}, InputError, "value 2"),
        ({"data": sparse.csr_array(np.zeros((5, 7)))}, InputError, "shape"),
        ({"data": sparse.csr_array(np.full((5, 8), 2))}, InputError, "value 2"),
    ],
)
def test_what_cannot_be_trained_is_refused(run, settings, error, message: str) -> None:
    with pytest.raises(error, match=message):
        run(**settings)


def test_a_plasticity_starts_afresh_in_every_run(run) -> None:
    plasticity = Adam(0.01)
    first = run(plasticity=plasticity)
    run.assert_same(run(plasticity=first.plasticity), first)
    assert plasticity.state == {}


def test_decay_holds_and_then_falls_geometrically() -> None:
    decay = Decay(final=0.01, hold=0.5)
    assert [decay(part) for part in (0.0, 0.3, 0.5)] == [1, 1, 1]
    assert decay(0.75) == pytest.approx(0.1)
    assert decay(1.0) == pytest.approx(0.01)
    assert as_schedule(None)(0.9) == 1
    assert as_schedule(0.1) == Decay(final=0.1)
    assert as_schedule(decay) is decay
    for final, hold in ((0.0, 0.5), (1.5, 0.5), (0.5, 1.0), (0.5, -0.1)):
        with pytest.raises(InputError, match="decay"):
            Decay(final, hold)
    for final, hold in (("a", 0.5), (0.5, None)):
        with pytest.raises(ArgumentTypeError, match="decay"):
            Decay(final, hold)


def test_the_schedule_scales_the_rate_by_the_part_of_the_run_done(run) -> None:
    rates = []

    class Record(Delta):
        def step(self, machine, key, weights, gradient, pace) -> None:
            rates.append(pace[0])

    run(plasticity=Record(2.0), schedule=Decay(0.1, hold=0.0), epochs=2)
    parts = np.repeat(np.arange(6) / 6, len(rates) // 6)
    np.testing.assert_allclose(rates, 2 * 0.1**parts, rtol=1e-12)


def test_early_stopping_gives_the_best_parameters_back(run, held_out) -> None:
    stopping = EarlyStopping(held_out, patience=2, particles=20, seed=3)
    result = run(plasticity=Delta(3.0), epochs=40, callbacks=[stopping])
    scores = result.history["held_out"]
    best = int(np.argmax(scores))
    assert len(scores) == best + 3 < 40
    again = log_likelihood(result.machine, held_out, particles=20, seed=3).mean
    assert again == scores[best] == stopping.best
    assert stopping.best_epoch == best


def test_without_patience_run_out_the_best_parameters_come_back_too(run, held_out) -> None:
    stopping = EarlyStopping(held_out, patience=100)
    result = run(plasticity=Delta(3.0), epochs=8, callbacks=[stopping])
    score = log_likelihood(result.machine, held_out, particles=20, seed=0).mean
    assert score == result.history["held_out"].max()
    assert len(result.history) == 8
    with pytest.raises(InputError, match="patience 0"):
        EarlyStopping(held_out, patience=0)


def test_a_history_fills_what_is_missing_with_nan() -> None:
    history = History()
    history.add({"a": 1.0})
    history.set_last("b", 2.0)
    history.add({"a": 3.0, "c": 4.0})
    np.testing.assert_array_equal(history["a"], [1, 3])
    np.testing.assert_array_equal(history["b"], [2, np.nan])
    np.testing.assert_array_equal(history["c"], [np.nan, 4])
    assert "b" in history
    assert len(history) == 2
    np.testing.assert_equal(History(history.to_arrays()).to_dict(), history.to_dict())


def test_a_result_becomes_plain_data(run) -> None:
    result = run(rule=Reweighted(particles=2))
    plain = result.to_dict()
    assert plain["machine"] == "HelmholtzMachine(8 bernoulli - 5 - 3)"
    assert set(plain["history"]) == {"epoch", "bound", "effective_sample_size"}


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_alone(run, monkeypatch, terminal: bool) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    shown = run(callbacks=[Progress("fitting")])
    assert ("fitting" in screen.getvalue()) is terminal
    assert ("bound" in screen.getvalue()) is terminal
    run.assert_same(shown, run())


@pytest.mark.parametrize("threads", [0, 3, 16, "2"])
def test_a_number_of_threads_that_there_is_not_is_refused(run, threads) -> None:
    with pytest.raises(InputError, match="threads"):
        run(threads=threads)


def test_nothing_to_learn_is_no_error() -> None:
    machine = HelmholtzMachine([8, 5, 3], seed=1)
    before = {key: array.copy() for key, array in machine.parameters().items()}
    for plasticity in (Delta(0.1), Adam(0.1)):
        plasticity.apply(machine, Updates())
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, before[key])
