"""Natural plasticity in training: recorded steps, kept metrics, resuming, settings, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import Normal
from neurohm.machine.workspace import Workspace
from neurohm.plasticity import as_plasticity
from neurohm.plasticity.metric_forms import MetricShape, fastest
from neurohm.plasticity.neuron_metric import NeuronMetric
from neurohm.training.step import StepByHand

SOME = (np.random.default_rng(0).random((70, 6)) < 0.4).astype(float)
NATURAL = {
    "cg": nh.Natural(nh.Delta(0.05, momentum=0.5), solver="cg"),
    "cholesky": nh.Natural(nh.Delta(0.05, momentum=0.5), solver="cholesky", every=3),
    "dense": nh.Natural(nh.Adam(0.01), solver="dense", every=3),
    "diagonal": nh.DiagonalNatural(nh.Delta(0.05), every=3),
    "online": nh.OnlineNatural(nh.Delta(0.05), events=3, horizon=50),
}


def machine_of(*populations: Any, seed: int = 3, dtype: str = "float64") -> nh.HelmholtzMachine:
    populations = populations or (6, 4, 2)
    return nh.HelmholtzMachine(list(populations), initial=Normal(0.8, 0.2), seed=seed, dtype=dtype)


def learned(plasticity: nh.Plasticity, *, x: np.ndarray = SOME, **options: Any) -> dict[str, Any]:
    machine = options.pop("machine", None) or machine_of()
    given = {"rule": nh.Reweighted(particles=3), "epochs": 3, "batch_size": 20, **options}
    nh.train(machine, x, plasticity=plasticity, **given)
    return machine.parameters()


@pytest.mark.parametrize("name", NATURAL)
def test_recorded_steps_are_those_by_hand(name: str, monkeypatch) -> None:
    """To the bit, with a last batch of another size."""
    recorded = learned(NATURAL[name])
    monkeypatch.setattr("neurohm.training.step.RecordedStep", StepByHand)
    for key, expected in learned(NATURAL[name]).items():
        np.testing.assert_array_equal(recorded[key], expected)


@pytest.mark.parametrize("name", NATURAL)
def test_the_number_of_threads_changes_nothing(name: str) -> None:
    one, two = (learned(NATURAL[name], threads=threads) for threads in (1, 2))
    for key, expected in one.items():
        np.testing.assert_array_equal(two[key], expected)


class Stop(Exception):
    pass


class StopAfter(nh.training.Callback):
    def after_step(self, run: Any) -> None:
        if run.position.step == 6:
            raise Stop


@pytest.mark.parametrize("name", NATURAL)
def test_a_run_goes_on_to_the_bit(name: str, tmp_path) -> None:
    path = tmp_path / "run.h5"
    whole = learned(NATURAL[name])
    with pytest.raises(Stop):
        learned(NATURAL[name], callbacks=[nh.Checkpoint(path, every=0), StopAfter()])
    again = learned(NATURAL[name], resume=path)
    for key, expected in whole.items():
        np.testing.assert_array_equal(again[key], expected)


@pytest.mark.parametrize("kind", [nh.Natural, nh.DiagonalNatural])
def test_a_kept_metric_is_the_one_that_was_estimated(kind: type) -> None:
    """Test 11 of `test_natural`: the same samples without a metric give the same step."""
    machine, rule, stream = machine_of(), nh.WakeSleep(), nh.backend.RandomStream(1)
    phases = rule.phases(machine, SOME, seed=stream)
    updates, metric = rule.updates(machine, phases), rule.metric(machine, phases, stream)
    for every in (1, 100):
        plasticity, results = kind(damping=0.2, every=every, solver="cholesky"), []
        if kind is nh.DiagonalNatural:
            plasticity = kind(damping=0.2, every=every)
        for given in (updates + metric, updates):
            made = plasticity.gradients(machine, given, Workspace(machine.backend))
            results.append({key: g.copy() for key, (_, g) in made.items()})
            plasticity.advance(machine, (), 1.0)
        for key, expected in results[0].items():
            np.testing.assert_array_equal(results[1][key], expected)


@pytest.mark.parametrize("solver", ["cg", "cholesky", "dense"])
def test_the_first_of_several_steps_is_that_of_one(solver: str) -> None:
    options = {"x": SOME[:20], "epochs": 1}
    results = [
        learned(nh.Natural(nh.Delta(0.05), every=every, solver=solver, tolerance=1e-9), **options)
        for every in (1, 3)
    ]
    for key, first in results[0].items():
        np.testing.assert_array_equal(results[1][key], first)


def test_a_metric_is_estimated_again_where_the_rate_has_changed() -> None:
    plasticity = nh.Natural(nh.Delta(0.05), every=100)
    plasticity.plan(20, 1.0)
    assert plasticity.wants_metric
    plasticity.state["metric"] = {"age": 5, "factor": 1.0}
    due = {}
    for factor in (1.0, 0.6, 1.9, 0.4, 2.1, 0.0):
        plasticity.plan(20, factor)
        due[factor] = plasticity.wants_metric
    assert due == {1.0: False, 0.6: False, 1.9: False, 0.4: True, 2.1: True, 0.0: False}
    plasticity.state["metric"]["age"] = 100
    plasticity.plan(20, 1.0)
    assert plasticity.wants_metric


@pytest.mark.parametrize("solver", ["cholesky", "dense"])
@pytest.mark.parametrize("visible", [True, False])
def test_autoregressive_units_learn_in_their_metric(solver: str, visible: bool) -> None:
    units = nh.AutoregressiveBernoulli(6 if visible else 4)
    results = []
    for chosen in (solver, "auto"):
        machine = machine_of(units, 3) if visible else machine_of(6, units)
        results.append(learned(nh.Natural(solver=chosen), machine=machine))
    for key, expected in results[1].items():
        np.testing.assert_allclose(results[0][key], expected, rtol=1e-8, atol=1e-10)
        if key.split("/")[-1] in ("visible->visible", "hidden1->hidden1"):
            assert not np.tril(expected).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_units_of_other_kinds_learn_in_their_metric(dtype: str) -> None:
    x = np.random.default_rng(0).poisson(0.7, (40, 5)).astype(float)
    for visible in (nh.Poisson(5), nh.Gaussian(5)):
        machine = machine_of(visible, 3, dtype=dtype)
        for weights in learned(nh.Natural(nh.Delta(0.01)), x=x, machine=machine).values():
            assert np.isfinite(weights).all()


@pytest.mark.parametrize("kind", [nh.Natural, nh.DiagonalNatural, nh.OnlineNatural])
def test_compressed_activity_gives_the_same_metric(kind: type, monkeypatch) -> None:
    x, results = (np.random.default_rng(0).random((60, 40)) < 0.04).astype(float), []
    for compressed in (True, False):
        monkeypatch.setattr("neurohm.training.loop.is_worth_compressing", lambda _, c=compressed: c)
        results.append(learned(kind(), x=x, machine=machine_of(40, 5), epochs=1))
    for key, expected in results[0].items():
        np.testing.assert_allclose(results[1][key], expected, rtol=1e-7, atol=1e-10)


def test_the_online_form_comes_to_the_damped_inverse() -> None:
    """Of a machine that stays as it is; within a tenth, of 4000 events and a horizon of 500."""
    machine, rule = machine_of(4, 3), nh.WakeSleep(dreams_per_sample=40)
    plasticity = nh.OnlineNatural(nh.Delta(1e-12), damping=0.2, events=1000, horizon=500)
    x = np.eye(4)
    nh.train(machine, x.repeat(10, axis=0), rule=rule, plasticity=plasticity, epochs=4,
             batch_size=40)  # fmt: skip
    phases = nh.WakeSleep(dreams_per_sample=3000).phases(machine, x, seed=9)
    for sample in rule.metric(machine, phases, nh.backend.RandomStream(9)).metric:
        if sample.pathway == "generative" and sample.population == 0:
            metric, kept = NeuronMetric.of(sample), plasticity_state(plasticity, machine, rule, x)
            for unit in range(4):
                expected = np.linalg.inv(metric.matrix(unit) + 0.2 * np.eye(4))
                found = kept[unit].reshape(4, 4)
                off = np.linalg.norm(found - expected) / np.linalg.norm(expected)
                assert off < 0.1


def plasticity_state(plasticity: Any, machine: Any, rule: Any, x: np.ndarray) -> np.ndarray:
    """Return the inverses that 4000 events of a machine at rest lead to."""
    result = nh.train(machine, x.repeat(10, axis=0), rule=rule, plasticity=plasticity, epochs=4,
                      batch_size=40)  # fmt: skip
    return result.plasticity.state["metric of generative/visible"]["inverses"]


@pytest.mark.parametrize("name", ["natural", "diagonal-natural", "online-natural"])
def test_a_machine_learns_bars_by_name(name: str) -> None:
    x = np.repeat(np.eye(6), 20, axis=0)
    machine = nh.HelmholtzMachine([6, 4], seed=0)
    before = nh.exact_log_likelihood(machine, np.eye(6)).mean()
    nh.train(machine, x, rule="reweighted", plasticity=name, epochs=60, batch_size=30)
    assert nh.exact_log_likelihood(machine, np.eye(6)).mean() > before + 0.5


def test_locality_is_reported() -> None:
    machine = machine_of(4, 3)
    kinds = {nh.Natural: "neuron-local", nh.OnlineNatural: "neuron-local"}
    for kind, expected in {**kinds, nh.DiagonalNatural: "synapse-local"}.items():
        report = nh.locality_report(machine, nh.WakeSleep(), kind())
        assert all(expected in signal.locality for signal in report.signals)
        assert any("neuron-local" in s.locality for s in report.signals) == (kind in kinds)


@pytest.mark.parametrize(
    "given",
    [
        nh.Natural(nh.Adam(0.01, weight_decay=0.1), damping=0.3, every=7, solver="dense"),
        nh.Natural(tolerance=1e-2, memory=1e6, compat=True),
        nh.DiagonalNatural(nh.Delta(0.3), every=4),
        nh.OnlineNatural(nh.Delta(0.3), events=4, horizon=99.0),
    ],
)
def test_settings_go_there_and_back(given: nh.Natural) -> None:
    again = as_plasticity(given.name, **given.settings())
    assert again.settings() == given.settings()
    assert type(again.inner) is type(given.inner)
    assert as_plasticity(given.name, learning_rate=0.5).inner.learning_rate == 0.5
    assert as_plasticity(given.name).settings() == type(given)().settings()


def test_the_solver_is_chosen_by_size() -> None:
    wide, narrow = MetricShape("", 100, 785, 200), MetricShape("", 320, 11, 10)
    few = MetricShape("", 8, 785, 200)
    assert fastest(wide, 1, 1e9, 4) == "cg"
    assert fastest(narrow, 1, 1e9, 4) == "dense"
    assert fastest(few, 1000, 1e9, 4) == "cholesky"
    assert fastest(few, 1000, 1e3, 4) == "cg"  # for want of memory
    lateral = MetricShape("", 100, 1569, 784, 784)
    assert fastest(lateral, 1, 1e9, 4) == "cholesky"


@pytest.mark.parametrize("kind", [nh.Natural, nh.DiagonalNatural, nh.OnlineNatural])
def test_bad_settings_are_refused(kind: type) -> None:
    for damping in (0, -1.0, np.nan):
        with pytest.raises(InputError, match="damping"):
            kind(damping=damping)
    with pytest.raises(ArgumentTypeError, match="inner"):
        kind(nh.Natural())


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(InputError, match="solver 'qr'"):
        nh.Natural(solver="qr")
    with pytest.raises(InputError, match="horizon"):
        nh.OnlineNatural(horizon=1)
    with pytest.raises(InputError, match="simultaneous"):
        learned(nh.Natural(), order="alternating")
    x = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]])
    for populations in ((nh.NADE(4), 2), (nh.Categorical(4, categories=2), 2)):
        with pytest.raises(InputError, match="natural gradients of 'visible'"):
            learned(nh.Natural(), x=x, machine=machine_of(*populations))
    with pytest.raises(InputError, match="solver='auto'"):
        learned(nh.Natural(solver="cg"), machine=machine_of(nh.AutoregressiveBernoulli(6), 2))
    rule, machine = nh.WakeSleep(), machine_of(4, 2)
    updates = rule.updates(machine, rule.phases(machine, x))
    with pytest.raises(InputError, match=r"rule\.metric"):
        nh.Natural().apply(machine, updates)


def test_too_large_a_metric_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(InputError, match=r"takes 3\.2e-08 GB.*every=1"):
        learned(nh.Natural(every=2, solver="dense", memory=1e-1), machine=machine_of(6, 4))
    with pytest.raises(InputError, match="keeps no matrices"):
        learned(nh.OnlineNatural(memory=1.0))
    learned(nh.Natural(every=100, memory=1.0))  # conjugate gradients need none
