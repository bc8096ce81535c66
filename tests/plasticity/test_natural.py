"""Natural gradients: the metric of a whole machine, enumerated, and learning in it.

What a natural gradient has to do, by number:

1. the joint Fisher matrix has a block for each neuron (factorial, autoregressive, both pathways)
2. it is minus the expected Hessian
3. solvers agree with a dense solution, for fewer, as many and more rows than inputs
4. much damping leaves the gradient; none gives the inverse Fisher matrix times it
5. the metric of many dreams is the enumerated one
6. units may share a Gram matrix; rows that occur several times may stand once
7. a step does not depend on how activity is coded
8. a bias alone takes the scalar step
9. full steps are Fisher scoring
10. a step goes uphill
11. a metric that is kept is that which was estimated
12. the order of rows does not matter; one reweighted particle is wake-sleep
13. a neuron's metric knows its own inputs alone
14. the variant of the released code is 1/K of the correct metric where weights are equal
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.machine import Activity, Normal, predict
from neurohm.machine.passes import log_joint, log_recognition
from neurohm.machine.workspace import Workspace
from neurohm.plasticity.metric_forms import (
    ConjugateGradients,
    Diagonal,
    MetricShape,
    OverInputs,
    OverRows,
)
from neurohm.plasticity.neuron_metric import NeuronMetric, solved


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
    """Return the gradient of each state's log-probability in all parameters of a pathway."""
    way, columns = machine.pathway(pathway), {}
    for target in way.order:
        prediction = predict(machine, way, target, Activity(states, None, {}))
        for afferent in prediction.afferents:
            u = afferent.presynaptic
            u = np.ones((len(states[0]), 1)) if u is None else u
            score = u[:, :, None] * prediction.error[:, None]
            columns[afferent.synapses.key] = score.reshape(len(score), -1)
    own = [key for key in machine.parameters() if key.startswith(pathway)]
    return np.concatenate([columns[key] for key in own], axis=1)


def slopes(machine: nh.HelmholtzMachine, pathway: str, values: Any) -> np.ndarray:
    """Return how values change with each parameter of a pathway, by central differences."""
    own = {k: w for k, w in machine.parameters().items() if k.startswith(pathway)}
    found = []
    for weights in own.values():
        flat = weights.reshape(-1)
        for place in range(flat.size):
            ends = []
            for sign in (1, -1):
                flat[place] += sign * 1e-5
                ends.append(values().copy())
                flat[place] -= sign * 1e-5
            found.append((ends[0] - ends[1]) / 2e-5)
    return np.stack(found, axis=-1)


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


def probability_of(machine: nh.HelmholtzMachine, states: list[np.ndarray], pathway: str):
    """Return p(state), or q(state) with data of any distribution."""
    if pathway == "generative":
        return np.exp(log_joint(machine, states))
    data = np.random.default_rng(0).dirichlet(np.ones(2 ** machine.sizes[0]))
    places = states[0] @ (2 ** np.arange(machine.sizes[0])[::-1])
    return data[places.astype(int)] * np.exp(log_recognition(machine, states))


def blocks_of(machine: nh.HelmholtzMachine, states, p: np.ndarray, pathway: str) -> np.ndarray:
    """Return the Fisher matrix of all parameters that the metrics of the neurons make up."""
    way, places, first = machine.pathway(pathway), {}, 0
    for key, weights in machine.parameters().items():
        if key.startswith(pathway):
            places[key] = np.arange(first, first + weights.size).reshape(weights.shape)
            first += weights.size
    expected = np.zeros((first, first))
    for target, metric in metrics_of(machine, states, p, pathway).items():
        inside = [i.key for i in way.internals_of(target).values()]
        keys = [a.key for a in way.afferents(target)] + inside + [way.biases[target].key]
        rows = np.concatenate([np.atleast_2d(places[key]) for key in keys])
        for unit in range(machine.sizes[target]):
            own = rows[metric.inputs_of(unit), unit]
            expected[np.ix_(own, own)] = metric.matrix(unit)
    return expected


def existing(machine: nh.HelmholtzMachine, pathway: str) -> np.ndarray:
    """Return which parameters are synapses: lateral ones on and below the diagonal are none."""
    masks = []
    for key, weights in machine.parameters().items():
        source, _, target = key.partition("/")[2].partition("->")
        if key.startswith(pathway):
            every = np.ones(weights.shape)
            masks.append(np.triu(every, 1).ravel() if source == target else every.ravel())
    return np.concatenate(masks).astype(bool)


MACHINES = [(3, 2, 2), (nh.AutoregressiveBernoulli(3), 2), (2, nh.AutoregressiveBernoulli(3))]
NAMES = ["factorial", "autoregressive visible", "autoregressive hidden"]


@pytest.mark.parametrize("populations", MACHINES, ids=NAMES)
@pytest.mark.parametrize("pathway", ["generative", "recognition"])
def test_the_joint_fisher_matrix_has_a_block_for_each_neuron(populations, pathway) -> None:
    """1 and 2."""
    machine = machine_of(*populations)
    states, exists = every_state(machine), existing(machine, pathway)
    p = probability_of(machine, states, pathway)
    assert p.sum() == pytest.approx(1)
    s = scores(machine, states, pathway)
    chosen = np.ix_(exists, exists)
    blocks = blocks_of(machine, states, p, pathway)[chosen]
    np.testing.assert_allclose(((s * p[:, None]).T @ s)[chosen], blocks, atol=1e-12)
    log_probability = log_joint if pathway == "generative" else log_recognition
    slope = slopes(machine, pathway, lambda: log_probability(machine, states))
    np.testing.assert_allclose(s[:, exists], slope[:, exists], atol=1e-8)
    hessian = np.einsum(
        "n,nij->ij", p, slopes(machine, pathway, lambda: scores(machine, states, pathway))
    )
    np.testing.assert_allclose(-hessian[chosen], blocks, atol=1e-5)


FORMS = {"cg": ConjugateGradients, "cholesky": OverRows, "dense": OverInputs, "diagonal": Diagonal}


def turned(metric: NeuronMetric, g: np.ndarray, damping: float, form: str = "cg") -> np.ndarray:
    """Return the steps of a form, of a metric that is given."""
    dtype = g.dtype.name
    machine, work = nh.HelmholtzMachine([2, 1], dtype=dtype), Workspace(nh.backend.get_backend())
    shape = MetricShape("some", *metric.shape)
    options: dict[str, Any] = {}
    if form == "cg":
        options = {"tolerance": 1e-12 if dtype == "float64" else 1e-6}
    elif form != "diagonal":
        options = {"slots": shape.units}
    kept = {"activity": metric.activity, "weight": metric.weight}
    if form == "diagonal":
        information = (metric.diagonal() * shape.rows).astype(dtype)
        kept = {"information": information, "rows": np.array([shape.rows])}
    out = np.empty_like(g)
    FORMS[form](machine, shape, damping, kept, **options).solve(machine, g, out, work)
    return out


def densely(metric: NeuronMetric, g: np.ndarray, damping: float) -> np.ndarray:
    return np.stack([solved(metric, g, damping, unit) for unit in range(g.shape[1])], axis=1)


def some_metric(rows: int, dtype: str = "float64") -> tuple[NeuronMetric, np.ndarray]:
    """Return a metric of ten inputs and six units, and gradients."""
    rng = np.random.default_rng(rows)
    h = np.concatenate([rng.random((rows, 9)) < 0.4, np.ones((rows, 1))], axis=1).astype(dtype)
    p = rng.random((rows, 6)).astype(dtype)
    p[:, 0] = 0.0  # a unit that never varies
    return NeuronMetric(h, p * (1 - p)), rng.standard_normal((10, 6)).astype(dtype)


@pytest.mark.parametrize("rows", [3, 10, 40])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["cg", "cholesky", "dense"])
def test_solvers_agree_with_a_dense_solution(rows: int, dtype: str, solver: str) -> None:
    """3."""
    metric, g = some_metric(rows, dtype)
    expected = densely(metric, g, 0.1)
    near = 1e-9 if dtype == "float64" else 1e-4
    found = turned(metric, g, 0.1, solver)
    np.testing.assert_allclose(found, expected, rtol=near, atol=near * abs(expected).max())


def test_large_damping_leaves_the_gradient_and_none_the_natural_one() -> None:
    """4."""
    rng = np.random.default_rng(1)
    metric = NeuronMetric(rng.random((30, 4)), rng.random((30, 3)))
    g = rng.standard_normal((4, 3))
    for form in FORMS:
        np.testing.assert_allclose(turned(metric, g, 1e8, form), g, rtol=1e-6)
    for unit in range(3):
        np.testing.assert_allclose(metric.matrix(unit) @ solved(metric, g, 0.0, unit), g[:, unit])


def test_rows_that_occur_several_times_may_stand_once() -> None:
    """6: and units share a Gram matrix, as the solutions one by one show."""
    metric, g = some_metric(5)
    several = NeuronMetric(metric.activity.repeat(4, axis=0), metric.weight.repeat(4, axis=0))
    for unit in range(6):
        np.testing.assert_allclose(several.matrix(unit), metric.matrix(unit), atol=1e-14)
    shared = turned(metric, g, 0.1)
    np.testing.assert_allclose(turned(several, g, 0.1), shared, rtol=1e-9, atol=1e-9)
    for unit in range(6):
        alone = NeuronMetric(metric.activity, np.ascontiguousarray(metric.weight[:, [unit]]))
        one = turned(alone, np.ascontiguousarray(g[:, [unit]]), 0.1, "cholesky")
        np.testing.assert_allclose(shared[:, [unit]], one, rtol=1e-9, atol=1e-9)


def test_the_order_of_rows_does_not_matter() -> None:
    """12."""
    metric, g = some_metric(40)
    order = np.random.default_rng(0).permutation(40)
    other = NeuronMetric(metric.activity[order], metric.weight[order])
    for form in FORMS:
        np.testing.assert_allclose(
            turned(other, g, 0.1, form), turned(metric, g, 0.1, form), rtol=1e-9, atol=1e-9
        )


def test_one_reweighted_particle_is_wake_sleep() -> None:
    """12: to the bit."""
    x, results = binary(5)[[3, 8, 11, 17, 30, 31]], []
    for rule in (nh.WakeSleep(), nh.Reweighted(particles=1, wake_mix=0, sleep_mix=1)):
        machine = machine_of(5, 3, 2)
        nh.train(machine, x, rule=rule, plasticity=nh.Natural(), epochs=4, batch_size=3)
        results.append(machine.parameters())
    for key, expected in results[0].items():
        np.testing.assert_array_equal(results[1][key], expected)


def test_the_step_does_not_depend_on_the_coding_of_activity() -> None:
    """7: recoded from 0, 1 to -1, 1, both predict the same after a step."""
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
    """8."""
    metric = NeuronMetric(np.ones((5, 1)), np.full((5, 1), 0.21))
    assert solved(metric, np.array([[0.3 - 0.7]]), 0.0, 0)[0] == pytest.approx(-0.4 / 0.21)


def test_full_steps_are_fisher_scoring() -> None:
    """9."""
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
    """5: each entry within five standard errors: chance of a false alarm below 1e-4."""
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
    """6."""
    machine, x = machine_of(4, 3, 2), binary(4)[3:8]
    rule = nh.Reweighted(particles=6)
    phases = rule.phases(machine, x, seed=0)
    of = {
        (s.pathway, s.population): s
        for s in rule.metric(machine, phases, nh.backend.RandomStream(0)).metric
    }
    assert of["recognition", 1].fisher_weight.shape == (5, 3)
    assert of["recognition", 2].fisher_weight.shape == (30, 2)


def test_training_steps_are_those_of_the_dense_metric() -> None:
    x = binary(4)[[1, 3, 8, 11, 14]]
    rule, work = nh.Reweighted(particles=5), Workspace(nh.backend.get_backend("cpu"))
    machine = machine_of(4, 3, 2)
    stream = nh.backend.RandomStream(7)
    phases = rule.phases(machine, x, seed=stream)
    updates = rule.updates(machine, phases)
    metric = rule.metric(machine, phases, stream)
    plain = {k: g.copy() for k, (_, g) in nh.Delta(1.0).gradients(machine, updates, work).items()}
    natural = nh.Natural(nh.Delta(1.0), damping=0.2, tolerance=1e-8)
    found = natural.gradients(machine, updates + metric, Workspace(work.backend))
    for sample in metric.metric:
        of = NeuronMetric.of(sample)
        keys = [a.synapses.key for a in sample.afferents]
        g = np.concatenate([np.atleast_2d(plain[key]) for key in keys])
        got = np.concatenate([np.atleast_2d(found[key][1]) for key in keys])
        expected = np.stack([solved(of, g, 0.2, unit) for unit in range(g.shape[1])], axis=1)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-7)


def test_a_step_in_the_metric_goes_uphill() -> None:
    """10: the natural gradient has a positive product with the gradient, in 100 random machines."""
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
    """13."""
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


def gradients_of(
    machine: nh.HelmholtzMachine, x: np.ndarray, plasticity: nh.Plasticity, rule: Any
) -> dict[str, np.ndarray]:
    """Return what plasticity makes of a step."""
    stream = nh.backend.RandomStream(3)
    phases = rule.phases(machine, x, seed=stream)
    updates = rule.updates(machine, phases) + rule.metric(machine, phases, stream)
    made = plasticity.gradients(machine, updates, Workspace(machine.backend))
    return {key: g.copy() for key, (_, g) in made.items()}


def test_the_released_variant_is_a_fraction_of_the_correct_metric() -> None:
    """14: with equal importance weights, 1/K of it, in the generative pathway alone."""
    particles = 4
    machine, x = machine_of(3, 2), binary(3)[[1, 4, 6]]
    for key, weights in machine.parameters().items():
        if "->" in key:
            weights[...] = 0.0  # the hidden layer says nothing: all particles weigh the same
    rule = nh.Reweighted(particles=particles, dreams_per_sample=particles)
    found = gradients_of(machine, x, nh.Natural(damping=0.1, compat=True, tolerance=1e-9), rule)
    plain = gradients_of(machine, x, nh.Delta(), rule)
    stream = nh.backend.RandomStream(3)
    phases = rule.phases(machine, x, seed=stream)
    for sample in rule.metric(machine, phases, stream).metric:
        metric = NeuronMetric.of(sample)
        if sample.pathway == "generative" and sample.population == 0:
            metric = replace(metric, weight=metric.weight / particles)
        keys = [a.synapses.key for a in sample.afferents]
        g = np.concatenate([np.atleast_2d(plain[key]) for key in keys])
        got = np.concatenate([np.atleast_2d(found[key]) for key in keys])
        np.testing.assert_allclose(got, densely(metric, g, 0.1), rtol=1e-7, atol=1e-10)
    with pytest.raises(InputError, match="dreams_per_sample"):
        gradients_of(machine, x, nh.Natural(compat=True), nh.Reweighted(particles=4))
