"""Plasticity against the formulas written out: steps, rates, constraints, state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import Kernels
from neurohm.learning import Reweighted
from neurohm.machine import (
    DeclaredUpdate,
    HelmholtzMachine,
    LocalUpdate,
    Updates,
    Workspace,
)
from neurohm.plasticity import Adam, Delta, NonNegative, Plasticity, as_plasticity

RULE = Reweighted(particles=3)  # its recognition pathway learns in both phases
Parameters = dict[str, np.ndarray]


@pytest.fixture(params=["float32", "float64"])
def machine(request: pytest.FixtureRequest) -> HelmholtzMachine:
    return HelmholtzMachine([4, 3, 2], seed=1, dtype=request.param)


@pytest.fixture
def updates(machine: HelmholtzMachine) -> Updates:
    x = np.random.default_rng(0).random((5, 4)) < 0.5
    return RULE.updates(machine, RULE.phases(machine, x, seed=1))


def snapshot(machine: HelmholtzMachine) -> Parameters:
    return machine.copy().parameters()


def gradients(machine: HelmholtzMachine, updates: Updates) -> Parameters:
    made = Delta().gradients(machine, updates, Workspace(machine.backend))
    return {key: gradient.copy() for key, (_, gradient) in made.items()}


def assert_parameters(machine: HelmholtzMachine, expected: Parameters) -> None:
    tolerance = 1e-5 if machine.dtype == np.float32 else 1e-12
    for key, array in machine.parameters().items():
        np.testing.assert_allclose(array, expected[key], atol=tolerance, err_msg=key)


def test_delta_steps_along_the_gradient(machine, updates) -> None:
    before, gradient = snapshot(machine), gradients(machine, updates)
    Delta(0.3).apply(machine, updates, factor=0.5)
    assert_parameters(machine, {key: before[key] + 0.15 * gradient[key] for key in before})


def test_momentum_is_heavy_ball(machine, updates) -> None:
    expected, gradient = snapshot(machine), gradients(machine, updates)
    velocity = {key: 0 * g for key, g in gradient.items()}
    plasticity = Delta(0.3, momentum=0.8)
    for _ in range(4):
        plasticity.apply(machine, updates)
        for key, g in gradient.items():
            velocity[key] = 0.8 * velocity[key] + g
            expected[key] += 0.3 * velocity[key]
    assert_parameters(machine, expected)


def test_adam_is_the_published_algorithm(machine, updates) -> None:
    expected, gradient = snapshot(machine), gradients(machine, updates)
    first = {key: 0 * g for key, g in gradient.items()}
    second = {key: 0 * g for key, g in gradient.items()}
    plasticity = Adam(0.05, decays=(0.8, 0.95), epsilon=1e-3)
    for t in range(1, 6):
        plasticity.apply(machine, updates)
        for key, g in gradient.items():
            first[key] = 0.8 * first[key] + 0.2 * g
            second[key] = 0.95 * second[key] + 0.05 * g * g
            unbiased = first[key] / (1 - 0.8**t), second[key] / (1 - 0.95**t)
            expected[key] += 0.05 * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-3)
    assert_parameters(machine, expected)


def test_the_gradient_of_both_phases_is_their_sum(machine, updates) -> None:
    both = gradients(machine, updates)
    parts = [
        gradients(machine, Updates(tuple(u for u in updates.local if u.phase == phase)))
        for phase in ("wake", "sleep")
    ]
    for key, gradient in both.items():
        expected = sum(part[key] for part in parts if key in part)
        np.testing.assert_allclose(gradient, expected, atol=1e-6)
    assert set(parts[1]) == {key for key in both if key.startswith("recognition")}


@pytest.mark.parametrize("make", [lambda: Delta(0.1), lambda: Delta(0.1, 0.9), lambda: Adam(0.1)])
def test_updates_may_be_applied_twice(machine, updates, make: Callable[[], Plasticity]) -> None:
    # applying changes the machine and not the updates
    before = gradients(machine, updates)
    make().apply(machine, updates)
    for key, gradient in gradients(machine, updates).items():
        np.testing.assert_array_equal(gradient, before[key])


@pytest.mark.parametrize("make", [lambda: Delta(0.1), lambda: Delta(0.1, 0.9), lambda: Adam(0.1)])
def test_the_machine_given_changes_and_not_the_one_of_the_updates(machine, updates, make) -> None:
    before, twin = snapshot(machine), machine.copy()
    make().apply(twin, updates)
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, before[key], err_msg=key)
    make().apply(machine, updates)
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(twin.parameters()[key], array, err_msg=key)
        assert not np.array_equal(array, before[key]), key


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([5, 3, 2], r"'generative/hidden1->visible' of shape \(3, 4\); expected of shape \(3, 5\)"),
        ([4, 6, 2], r"'generative/hidden2->hidden1' of shape \(2, 3\); expected of shape \(2, 6\)"),
        ([4, 3], r"'generative/hidden2'.*expected one of generative/hidden1->visible, "),
    ],
)
def test_updates_of_another_machine_are_refused_before_anything_changes(
    updates, sizes, message
) -> None:
    other = HelmholtzMachine(sizes, seed=0)
    before = snapshot(other)
    with pytest.raises(InputError, match=message):
        Adam().apply(other, updates)
    for key, array in other.parameters().items():
        np.testing.assert_array_equal(array, before[key])


def test_declared_changes_that_do_not_fit_are_refused(machine) -> None:
    for key, change in (("generative/visible", np.ones(1)), ("generative/visibel", np.ones(4))):
        declared = DeclaredUpdate(key, change, "non-local", "a test")
        with pytest.raises(InputError, match=f"update of '{key}'"):
            Delta().apply(machine, Updates(declared=(declared,)))


@pytest.mark.parametrize("plasticity", [Delta(0.1, momentum=0.9), Adam(0.1)], ids=["delta", "adam"])
def test_running_averages_of_another_shape_are_refused(machine, updates, plasticity) -> None:
    plasticity = plasticity.fresh()
    plasticity.apply(machine, updates)
    other = HelmholtzMachine([5, 3, 2], seed=0)
    before = snapshot(other)
    new = RULE.updates(other, RULE.phases(other, np.eye(5), seed=1))
    with pytest.raises(InputError, match=r"running averages of .*fresh\(\)"):
        plasticity.apply(other, new)
    for key, array in other.parameters().items():
        np.testing.assert_array_equal(array, before[key])
    plasticity.fresh().apply(other, new)


def test_declared_changes_add_to_local_ones_and_are_not_consumed(machine, updates) -> None:
    key, change = "generative/visible", np.arange(4, dtype=machine.dtype)
    both = Updates(
        updates.local, declared=(DeclaredUpdate(key, change, "non-local", "a test"),) * 2
    )
    before, gradient = snapshot(machine), gradients(machine, updates)
    Delta(0.1).apply(machine, both)
    gradient[key] = gradient[key] + 2 * np.arange(4)
    assert_parameters(machine, {k: before[k] + 0.1 * gradient[k] for k in before})
    np.testing.assert_array_equal(change, np.arange(4))


@pytest.mark.parametrize("make", [Delta, Adam], ids=["delta", "adam"])
def test_rates_are_factors_by_part_of_the_key(machine, updates, make) -> None:
    before = snapshot(machine)
    twin = machine.copy()
    make(0.01).apply(machine, updates)
    rates = {"recognition": 0.5, "hidden1->hidden2": 3.0, "generative": 0.0}
    make(0.01, rates=rates).apply(twin, updates)
    factors = {key: 0.5 if key.startswith("recognition") else 0.0 for key in before}
    factors["recognition/hidden1->hidden2"] = 1.5
    assert_parameters(
        twin,
        {
            key: before[key] + factors[key] * (array - before[key])
            for key, array in machine.parameters().items()
        },
    )


def test_weights_and_not_biases_decay_and_shrink(machine) -> None:
    expected = snapshot(machine)
    for key, array in expected.items():
        if "->" in key:
            array *= 1 - 0.1 * 0.5
            array[...] = np.sign(array) * np.maximum(np.abs(array) - 0.1, 0)
    nothing = Updates(
        declared=tuple(
            DeclaredUpdate(key, np.zeros_like(array), "", "")
            for key, array in machine.parameters().items()
        )
    )
    Delta(0.1, weight_decay=0.5, sparsity=1.0).apply(machine, nothing)
    assert_parameters(machine, expected)
    assert (machine.parameters()["generative/hidden1->visible"] == 0).any()


def test_non_negative_weights_stay_so_and_others_are_free(machine, updates) -> None:
    for array in machine.parameters().values():
        array[...] = -0.1
    Adam(0.01, constraint=NonNegative("hidden1->visible")).apply(machine, updates)
    for key, array in machine.parameters().items():
        assert (array.min() >= 0) == (key == "generative/hidden1->visible")


@pytest.mark.parametrize("plasticity", [Delta(0.1, momentum=0.9), Adam(0.1)], ids=["delta", "adam"])
def test_fresh_plasticity_has_the_settings_and_no_state(machine, updates, plasticity) -> None:
    plasticity = plasticity.fresh()
    plasticity.apply(machine, updates)
    assert plasticity.state.keys() == machine.parameters().keys()
    twin = plasticity.fresh()
    assert twin.state == {}
    assert twin.settings() == plasticity.settings()
    twin.apply(machine, updates)
    assert not np.shares_memory(
        *(
            next(v for v in p.state["generative/visible"].values() if isinstance(v, np.ndarray))
            for p in (twin, plasticity)
        )
    )
    assert as_plasticity(plasticity).state == {}


@pytest.mark.parametrize(
    "plasticity",
    [
        Delta(0.2, 0.5, rates={"generative": 2.0}, constraint=NonNegative(), sparsity=0.1),
        Adam(0.2, decays=(0.5, 0.6), epsilon=1e-4, weight_decay=0.3),
    ],
    ids=["delta", "adam"],
)
def test_plasticity_is_made_of_its_name_and_settings(plasticity: Plasticity) -> None:
    twin = as_plasticity(plasticity.name, **plasticity.settings())
    assert type(twin) is type(plasticity)
    assert twin.settings() == plasticity.settings()
    assert twin.constraint == plasticity.constraint


@pytest.mark.parametrize(
    ("name", "settings", "error", "message"),
    [
        ("hebb", {}, InputError, "'delta', 'adam'"),
        (0.1, {}, ArgumentTypeError, "a name or a Plasticity"),
        ("delta", {"epsilon": 1}, ArgumentTypeError, "epsilon"),
        ("delta", {"learning_rate": 0}, InputError, "learning_rate 0"),
        ("delta", {"learning_rate": float("nan")}, InputError, "learning_rate nan"),
        ("delta", {"learning_rate": float("inf")}, InputError, "learning_rate inf"),
        ("delta", {"momentum": 1}, InputError, "momentum 1"),
        ("adam", {"decays": (0.9, 1.0)}, InputError, "decays"),
        ("adam", {"epsilon": 0}, InputError, "epsilon 0"),
        ("adam", {"weight_decay": -1}, InputError, "weight_decay -1"),
        ("delta", {"sparsity": -1}, InputError, "sparsity -1"),
        ("delta", {"rates": {"generative": -1.0}}, InputError, "generative"),
        ("delta", {"rates": {"generative": "a"}}, ArgumentTypeError, "generative"),
        ("delta", {"rates": 3}, ArgumentTypeError, "rates 3"),
        ("delta", {"learning_rate": "0.1"}, ArgumentTypeError, "learning_rate '0.1'; expected a n"),
        ("adam", {"learning_rate": None}, ArgumentTypeError, "learning_rate None"),
        ("adam", {"learning_rate": True}, ArgumentTypeError, "learning_rate True"),
        ("delta", {"momentum": "a"}, ArgumentTypeError, "momentum 'a'"),
        ("adam", {"decays": 0.9}, ArgumentTypeError, "decays 0.9"),
        ("adam", {"decays": (0.9, "a")}, ArgumentTypeError, "decays 'a'"),
        ("adam", {"epsilon": "a"}, ArgumentTypeError, "epsilon 'a'"),
        ("adam", {"sparsity": "a"}, ArgumentTypeError, "sparsity 'a'"),
        ("adam", {"constraint": "generative"}, ArgumentTypeError, "constraint 'generative'"),
        ("adam", {"non_negative": 3}, ArgumentTypeError, "where 3"),
        (Adam(0.1), {"learning_rate": 0.1}, InputError, "beside Adam"),
    ],
)
def test_settings_that_make_no_plasticity_are_refused(name, settings, error, message) -> None:
    with pytest.raises(error, match=message):
        as_plasticity(name, **settings)


FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "double precision": lambda a: a.astype(np.float64),
    "single precision": lambda a: a.astype(np.float32),
    "whole numbers": lambda a: a.astype(np.int64),
    "columns first": np.asfortranarray,
    "strided": lambda a: a.repeat(2, axis=-1)[..., ::2],
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("key", ["generative/visible", "generative/hidden1->visible"])
def test_declared_changes_of_any_order_and_kind_count_alike(machine, form, key) -> None:
    shape = machine.parameters()[key].shape
    change = np.arange(np.prod(shape), dtype=machine.dtype).reshape(shape)
    expected = snapshot(machine)
    expected[key] += 0.5 * change
    declared = DeclaredUpdate(key, form(change), "non-local", "a test")
    Delta(0.5).apply(machine, Updates(declared=(declared,)))
    assert_parameters(machine, expected)


@pytest.mark.parametrize("form", list(FORMS.values())[:1] + list(FORMS.values())[3:])
@pytest.mark.parametrize("part", ["error", "gain", "presynaptic"])
def test_signals_of_any_order_and_kind_count_alike(machine, updates, form, part) -> None:
    def changed(update: LocalUpdate) -> LocalUpdate:
        if part == "error":
            return replace(update, error=form(update.error))
        if part == "gain":
            gain = update.gain and replace(update.gain, values=form(update.gain.values))
            return replace(update, gain=gain)
        afferents = tuple(
            replace(a, presynaptic=None if a.presynaptic is None else form(a.presynaptic))
            for a in update.afferents
        )
        return replace(update, afferents=afferents)

    twin = machine.copy()
    Delta(0.1).apply(machine, updates)
    Delta(0.1).apply(twin, replace(updates, local=tuple(map(changed, updates.local))))
    assert_parameters(twin, machine.parameters())


def test_plasticity_follows_the_pace_that_was_written_last(machine, updates) -> None:
    work, expected, gradient = (
        Workspace(machine.backend),
        snapshot(machine),
        gradients(machine, updates),
    )
    plasticity = Delta(0.3, rates={"recognition": 2.0})
    changed: list[str] = []

    def body(kernels: Kernels) -> None:
        changed.extend(plasticity.issue(machine.issuing(kernels), updates, work))

    program = machine.kernels.record(body)
    assert_parameters(machine, expected)
    assert sorted(changed) == sorted(expected)
    for factor in (1.0, 0.5, 0.0):
        plasticity.advance(machine, changed, factor)
        program.run()
        for key, array in expected.items():
            array += 0.3 * factor * (2.0 if "recognition" in key else 1.0) * gradient[key]
        assert_parameters(machine, expected)
