"""Natural gradients: the metric of a whole machine, enumerated, and learning in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import get_kernels
from neurohm.machine import Activity, Normal
from neurohm.machine.passes import log_joint, log_recognition
from neurohm.machine.workspace import Workspace
from neurohm.plasticity import as_plasticity
from neurohm.plasticity.neuron_metric import (
    ConjugateGradients,
    Diagonal,
    Inverses,
    NeuronMetric,
    solved,
)


def binary(units: int) -> np.ndarray:
    return np.array(list(product([0.0, 1.0], repeat=units)))


def machine_of(*populations: Any, seed: int = 3, **options: Any) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine(
        list(populations), initial=Normal(0.8, 0.2), seed=seed, dtype="float64", **options
    )


def every_state(machine: nh.HelmholtzMachine) -> list[np.ndarray]:
    """Return all joint states, an array for each population."""
    all_units = binary(sum(machine.sizes))
    return np.split(all_units, np.cumsum(machine.sizes)[:-1], axis=1)


def scores(machine: nh.HelmholtzMachine, states: list[np.ndarray], pathway: str) -> np.ndarray:
    """Return the gradient of each state's log-probability, by central differences."""
    probability = log_joint if pathway == "generative" else log_recognition
    own = {k: w for k, w in machine.parameters().items() if k.startswith(pathway)}
    columns = []
    for weights in own.values():
        flat = weights.reshape(-1)
        for place in range(flat.size):
            values = []
            for sign in (1, -1):
                flat[place] += sign * 1e-5
                values.append(probability(machine, states).copy())
                flat[place] -= sign * 1e-5
            columns.append((values[0] - values[1]) / 2e-5)
    return np.stack(columns, axis=1)


def metrics_of(machine: nh.HelmholtzMachine, states: list[np.ndarray], p: np.ndarray, way: str):
    """Return the metric of each population, of all states weighed by their probability."""
    activity = Activity(states, None, {})
    found = {}
    for sample in nh.learning.metric.metric_samples(machine, activity, activity):
        if sample.pathway == way:
            metric = NeuronMetric.of(sample)
            if len(metric.weight) > 1:  # all rows of what nothing projects onto are one
                metric = replace(metric, weight=metric.weight * p[:, None] * len(p))
            found[sample.population] = metric
    return found


@pytest.mark.parametrize(
    "populations",
    [(3, 2, 2), (nh.AutoregressiveBernoulli(3), 2), (2, nh.AutoregressiveBernoulli(3))],
    ids=["factorial", "autoregressive visible", "autoregressive hidden"],
)
@pytest.mark.parametrize("pathway", ["generative", "recognition"])
def test_the_joint_fisher_matrix_has_a_block_for_each_neuron(populations, pathway) -> None:
    machine = machine_of(*populations)
    states = every_state(machine)
    if pathway == "generative":
        p = np.exp(log_joint(machine, states))
    else:
        data = np.random.default_rng(0).dirichlet(np.ones(2 ** machine.sizes[0]))
        places = states[0] @ (2 ** np.arange(machine.sizes[0])[::-1])
        p = data[places.astype(int)] * np.exp(log_recognition(machine, states))
    assert p.sum() == pytest.approx(1)
    s = scores(machine, states, pathway)
    joint = (s * p[:, None]).T @ s
    expected = np.zeros_like(joint)
    way, places, first = machine.pathway(pathway), {}, 0
    for key, weights in machine.parameters().items():
        if key.startswith(pathway):
            places[key] = np.arange(first, first + weights.size).reshape(weights.shape)
            first += weights.size
    for target, metric in metrics_of(machine, states, p, pathway).items():
        inside = [i.key for i in way.internals_of(target).values()]
        keys = [a.key for a in way.afferents(target)] + inside + [way.biases[target].key]
        rows = np.concatenate([np.atleast_2d(places[key]) for key in keys])
        for unit in range(machine.sizes[target]):
            own = rows[metric.inputs_of(unit), unit]
            expected[np.ix_(own, own)] = metric.matrix(unit)
    # lateral weights on and below the diagonal are no synapses
    exists = np.concatenate([
        np.triu(np.ones(w.shape), 1).ravel() if k.split("->")[0].split("/")[1] == k.split("->")[-1]
        else np.ones(w.size) for k, w in machine.parameters().items() if k.startswith(pathway)
    ]).astype(bool)  # fmt: skip
    np.testing.assert_allclose(joint[exists][:, exists], expected[exists][:, exists], atol=1e-8)


@pytest.mark.parametrize("rows", [3, 10, 40])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["cg", "inverse"])
def test_solvers_agree_with_a_dense_solution(rows: int, dtype: str, solver: str) -> None:
    rng = np.random.default_rng(rows)
    h = np.concatenate([rng.random((rows, 9)) < 0.4, np.ones((rows, 1))], axis=1).astype(dtype)
    p = rng.random((rows, 6)).astype(dtype)
    p[:, 0] = 0.0  # a unit that never varies
    metric, g = NeuronMetric(h, p * (1 - p)), rng.standard_normal((10, 6)).astype(dtype)
    if solver == "cg":
        kernels = get_kernels(nh.backend.get_backend("cpu"))
        tolerance = 1e-12 if dtype == "float64" else 1e-6
        found = ConjugateGradients(metric, 0.1, kernels, tolerance).solve(g)
    else:
        found = Inverses(metric, 0.1).solve(g)
    expected = np.stack([solved(metric, g, 0.1, unit) for unit in range(6)], axis=1)
    assert found.dtype == dtype
    close = {"rtol": 1e-8, "atol": 1e-9} if dtype == "float64" else {"rtol": 2e-3, "atol": 2e-4}
    np.testing.assert_allclose(found, expected, **close)


def test_large_damping_leaves_the_gradient_and_none_the_natural_one() -> None:
    rng = np.random.default_rng(1)
    metric = NeuronMetric(rng.random((30, 4)), rng.random((30, 3)))
    g = rng.standard_normal((4, 3))
    for solver in (Inverses(metric, 1e8), Diagonal(metric, 1e8)):
        np.testing.assert_allclose(solver.solve(g), g, rtol=1e-6)
    for unit in range(3):
        np.testing.assert_allclose(metric.matrix(unit) @ solved(metric, g, 0.0, unit), g[:, unit])


def test_the_step_does_not_depend_on_the_coding_of_activity() -> None:
    """Recoded from 0, 1 to -1, 1 with the same predictions, both predict the same after a step."""
    rng = np.random.default_rng(2)
    h = np.concatenate([binary(4), np.ones((16, 1))], axis=1)
    coding = np.eye(5) * [2, 2, 2, 2, 1] - np.eye(5)[[4]].T @ np.array([[0.0] * 5])
    coding[4, :4] = -1  # u' = 2 u - 1 for all but the one
    recoded = h @ coding
    w, target = rng.standard_normal((5, 3)), rng.random((16, 3))
    natural, plain = [], []
    for u, weights in ((h, w), (recoded, np.linalg.solve(coding, w))):
        p = 1 / (1 + np.exp(-u @ weights))
        metric, g = NeuronMetric(u, p * (1 - p)), u.T @ (target - p) / 16
        step = np.stack([solved(metric, g, 0.0, unit) for unit in range(3)], axis=1)
        natural.append(u @ (weights + 0.1 * step))
        plain.append(u @ (weights + 0.1 * g))
    np.testing.assert_allclose(natural[0], natural[1], atol=1e-9)
    assert np.abs(plain[0] - plain[1]).max() > 1e-3


def test_a_bias_alone_takes_the_scalar_step() -> None:
    metric = NeuronMetric(np.ones((5, 1)), np.full((5, 1), 0.21))
    assert solved(metric, np.array([[0.3 - 0.7]]), 0.0, 0)[0] == pytest.approx(-0.4 / 0.21)


def test_full_steps_are_fisher_scoring() -> None:
    rng = np.random.default_rng(4)
    u = np.concatenate([rng.standard_normal((200, 3)), np.ones((200, 1))], axis=1)
    y = (rng.random(200) < 1 / (1 + np.exp(-u @ [1.0, -0.5, 0.3, 0.2]))).astype(float)
    w = np.zeros((4, 1))
    for _ in range(10):
        p = 1 / (1 + np.exp(-u @ w))
        g = u.T @ (y[:, None] - p) / 200
        w += solved(NeuronMetric(u, p * (1 - p)), g, 0.0, 0)[:, None]
    assert np.abs(u.T @ (y[:, None] - 1 / (1 + np.exp(-u @ w)))).max() < 1e-8


def test_the_metric_of_dreams_is_the_enumerated_one() -> None:
    """Each entry within five standard errors: chance of a false alarm below 1e-4."""
    machine = machine_of(3, 2)
    states, rule = every_state(machine), nh.WakeSleep(dreams_per_sample=20_000)
    p = np.exp(log_joint(machine, states))
    exact = metrics_of(machine, states, p, "generative")
    phases = rule.phases(machine, np.eye(3), seed=0)
    for sample in rule.metric(machine, phases, nh.backend.RandomStream(0)).metric:
        if sample.pathway == "generative":
            given = NeuronMetric.of(sample).activity
            for unit in range(machine.sizes[sample.population]):
                terms = given[:, :, None] * given[:, None] * sample.fisher_weight[:, [unit], None]
                spread = terms.std(axis=0) / np.sqrt(len(terms))
                off = np.abs(terms.mean(axis=0) - exact[sample.population].matrix(unit))
                assert (off <= 5 * spread + 1e-12).all()


def test_particles_that_see_the_sample_alone_are_one_row() -> None:
    machine, x = machine_of(4, 3, 2), binary(4)[3:8]
    rule = nh.Reweighted(particles=6)
    phases = rule.phases(machine, x, seed=0)
    of = {
        (s.pathway, s.population): s
        for s in rule.metric(machine, phases, nh.backend.RandomStream(0)).metric
    }
    assert of["recognition", 1].fisher_weight.shape == (5, 3)
    assert of["recognition", 2].fisher_weight.shape == (30, 2)


def expected_step(machine: nh.HelmholtzMachine, x: np.ndarray, natural: nh.Natural) -> np.ndarray:
    """Return how the generative weights change in one step."""
    before = {k: w.copy() for k, w in machine.parameters().items()}
    nh.train(machine, x, rule="reweighted", plasticity=natural, epochs=1, batch_size=len(x))
    return {k: w - before[k] for k, w in machine.parameters().items()}


def test_training_steps_are_those_of_the_dense_metric() -> None:
    x = binary(4)[[1, 3, 8, 11, 14]]
    rule, work = nh.Reweighted(particles=5), Workspace(nh.backend.get_backend("cpu"))
    machine = machine_of(4, 3, 2)
    stream = nh.backend.RandomStream(7)
    phases = rule.phases(machine, x, seed=stream)
    updates = rule.updates(machine, phases)
    metric = rule.metric(machine, phases, stream)
    plain = {k: g.copy() for k, (_, g) in nh.Delta(1.0).gradients(machine, updates, work).items()}
    turned = nh.Natural(nh.Delta(1.0), damping=0.2)
    found = turned.gradients(machine, updates + metric, Workspace(work.backend))
    for sample in metric.metric:
        of = NeuronMetric.of(sample)
        keys = [a.synapses.key for a in sample.afferents]
        g = np.concatenate([np.atleast_2d(plain[key]) for key in keys])
        got = np.concatenate([np.atleast_2d(found[key][1]) for key in keys])
        expected = np.stack([solved(of, g, 0.2, unit) for unit in range(g.shape[1])], axis=1)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("kind", [nh.Natural, nh.DiagonalNatural])
def test_a_kept_metric_is_that_of_its_step(kind: type) -> None:
    """In the first step, a metric that will be kept and one that will not are the same."""
    x = (np.random.default_rng(0).random((60, 6)) < 0.4).astype(float)
    results = []
    for every in (1, 3):
        machine = machine_of(6, 4, 2)
        plasticity = kind(nh.Delta(0.05), damping=0.2, every=every, solver="inverse")
        nh.train(machine, x, plasticity=plasticity, epochs=1, batch_size=60, seed=2)
        results.append(machine.parameters())
    for key, first in results[0].items():
        np.testing.assert_allclose(results[1][key], first, rtol=1e-12)


def test_a_run_goes_on_between_two_estimates(tmp_path) -> None:
    x = (np.random.default_rng(0).random((80, 6)) < 0.4).astype(float)
    path = tmp_path / "run.h5"

    def learn(epochs: int, **options: Any) -> nh.HelmholtzMachine:
        machine = machine_of(6, 4, 2)
        plasticity = nh.Natural(nh.Delta(0.05, momentum=0.5), every=3)
        nh.train(machine, x, plasticity=plasticity, epochs=epochs, batch_size=20, **options)
        return machine

    class Stop(Exception):
        pass

    class StopAfter(nh.training.Callback):
        def after_step(self, run: Any) -> None:
            if run.position.step == 7:
                raise Stop

    whole = learn(4)
    with pytest.raises(Stop):
        learn(4, callbacks=[nh.Checkpoint(path, every=0), StopAfter()])
    again = learn(4, resume=path)
    for key, expected in whole.parameters().items():
        np.testing.assert_array_equal(again.parameters()[key], expected)


def test_a_step_in_the_metric_goes_uphill() -> None:
    """The natural gradient has a positive product with the gradient, in 100 random machines."""
    rng = np.random.default_rng(5)
    rule, work = nh.WakeSleep(), Workspace(nh.backend.get_backend("cpu"))
    for seed in range(100):
        machine = machine_of(4, 3, 2, seed=seed)
        x = (rng.random((8, 4)) < 0.5).astype(float)
        stream = nh.backend.RandomStream(seed)
        phases = rule.phases(machine, x, seed=stream)
        both = rule.updates(machine, phases) + rule.metric(machine, phases, stream)
        plain = {k: g.copy() for k, (_, g) in nh.Delta().gradients(machine, both, work).items()}
        natural = nh.Natural(damping=0.05).gradients(machine, both, Workspace(work.backend))
        assert sum(float((plain[k] * g).sum()) for k, (_, g) in natural.items()) > 0


def test_the_metric_of_a_neuron_knows_its_own_inputs_alone() -> None:
    machine = machine_of(nh.AutoregressiveBernoulli(4), 3)
    states = every_state(machine)
    p = np.exp(log_joint(machine, states))
    before = metrics_of(machine, states, p, "generative")[0]
    changed = [states[0].copy(), states[1]]
    changed[0][:, 3] = 1 - changed[0][:, 3]  # the last unit, which none of the others sees
    after = metrics_of(machine, changed, p, "generative")[0]
    for unit in range(3):
        np.testing.assert_array_equal(before.matrix(unit), after.matrix(unit))


def test_locality_is_reported() -> None:
    machine = machine_of(4, 3)
    for plasticity, expected in ((nh.Natural(), "neuron-local"), (nh.DiagonalNatural(), "")):
        report = nh.locality_report(machine, nh.WakeSleep(), plasticity)
        assert all(expected in signal.locality for signal in report.signals)


def test_settings_go_there_and_back() -> None:
    given = nh.Natural(nh.Adam(0.01, weight_decay=0.1), damping=0.3, every=7, solver="inverse")
    again = as_plasticity("natural", **given.settings())
    assert again.settings() == given.settings()
    assert isinstance(again.inner, nh.Adam)
    assert as_plasticity("natural", learning_rate=0.5).inner.learning_rate == 0.5
    assert as_plasticity("natural").settings() == nh.Natural().settings()


@pytest.mark.parametrize("name", ["natural", "diagonal-natural"])
def test_a_machine_learns_bars_by_name(name: str) -> None:
    x = np.repeat(np.eye(6), 20, axis=0)
    machine = nh.HelmholtzMachine([6, 4], seed=0)
    before = nh.exact_log_likelihood(machine, np.eye(6)).mean()
    nh.train(machine, x, rule="reweighted", plasticity=name, epochs=60, batch_size=30)
    assert nh.exact_log_likelihood(machine, np.eye(6)).mean() > before + 0.5


def test_what_cannot_be_done_is_said() -> None:
    for damping in (0, -1.0):
        with pytest.raises(InputError, match="damping"):
            nh.Natural(damping=damping)
    with pytest.raises(InputError, match="solver 'qr'"):
        nh.Natural(solver="qr")
    with pytest.raises(ArgumentTypeError, match="inner"):
        nh.Natural(nh.Natural())
    x = np.eye(4)
    with pytest.raises(InputError, match="simultaneous"):
        nh.train(machine_of(4, 2), x, plasticity="natural", order="alternating")
    x = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]])
    for populations in ((nh.NADE(4), 2), (nh.Categorical(4, categories=2), 2)):
        with pytest.raises(InputError, match="natural gradients of 'visible'"):
            nh.train(machine_of(*populations), x, plasticity="natural", epochs=1)
    rule, machine = nh.WakeSleep(), machine_of(4, 2)
    updates = rule.updates(machine, rule.phases(machine, x))
    with pytest.raises(InputError, match=r"rule\.metric"):
        nh.Natural().apply(machine, updates)


def test_too_large_a_metric_is_refused_before_memory_is_taken(monkeypatch) -> None:
    monkeypatch.setattr("neurohm.plasticity.neuron_metric.MOST_BYTES", 1000)
    with pytest.raises(InputError, match="every=1"):
        Inverses(NeuronMetric(np.ones((20, 15)), np.ones((20, 10))), 0.1)
