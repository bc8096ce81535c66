"""Every kind of units, in either pathway and at any place of a machine, against exact results.

False-alarm rate, for a new choice of seed, of each chi-square test: 1e-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import neurohm as nh
from neurohm.backend import RandomStream, Site, get_backend
from neurohm.kernels import get_kernels
from neurohm.machine import HelmholtzMachine, Workspace, dream, predict, recognise, teach
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import add_log_probability, log_joint, log_recognition
from neurohm.machine.projection import Pathway
from neurohm.machine.updates import ThirdFactor
from neurohm.plasticity import Delta
from neurohm.storage import machine_from_tree, machine_to_tree, read_model, write_model

PLACES = ["visible", "hidden", "top", "recognised"]


def machine_with(example, place: str, normal_machine, **options) -> HelmholtzMachine:
    """A machine of three populations that has the example at a place."""
    own = example.population
    populations: list[object] = [3, 3, 2]
    if place == "recognised":
        populations[1] = own.size if own.domain == "binary" else own
        options["recognition"] = [own, 2]
    else:
        populations[["visible", "hidden", "top"].index(place)] = own
    return normal_machine(populations, **options)


def where(machine: HelmholtzMachine, place: str) -> tuple[Pathway, int]:
    """The pathway that drives the example, and its index."""
    pathway = machine.recognition if place == "recognised" else machine.generative
    return pathway, {"visible": 0, "hidden": 1, "top": 2, "recognised": 1}[place]


def states_around(machine, target: int, values: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Activity of every population, dreamt but for the target's."""
    dreamt = dream(machine, len(values), RandomStream(seed))
    states = [dreamt.dense(i) for i in range(3)]
    states[target] = np.asarray(values, machine.dtype)
    return states


@pytest.mark.parametrize("place", PLACES)
def test_probabilities_add_up_to_one(example, place, normal_machine) -> None:
    machine = machine_with(example, place, normal_machine)
    if not example.complete:
        for array in machine.parameters().values():
            array *= 0.3  # so that hardly anything lies beyond the values listed
    pathway, target = where(machine, place)
    for seed in range(3):
        one = states_around(machine, target, example.values[:1], seed)
        states = [np.repeat(s, len(example.values), axis=0) for s in one]
        states[target] = example.values
        total = np.zeros(len(example.values))
        add_log_probability(machine, pathway, target, states, total, Workspace(machine.backend))
        summed = (example.volume * np.exp(total)).sum()
        assert summed == pytest.approx(1, abs=1e-12 if example.complete else 1e-6)


@pytest.mark.parametrize("place", PLACES)
def test_a_draw_says_how_probable_it_was(example, place, normal_machine) -> None:
    machine = machine_with(example, place, normal_machine)
    pathway, target = where(machine, place)
    x = machine.dream(20, seed=1)
    if place == "recognised":
        activity = recognise(machine, x, RandomStream(2), particles=3, scored=True)
        log_q = log_recognition(machine, activity.states)
        np.testing.assert_allclose(activity.log_probability, log_q, rtol=1e-12, atol=1e-12)
        return
    dreamt = dream(machine, 20, RandomStream(2))
    brought = drive(machine, pathway, target, dreamt.states, Workspace(machine.backend), Site.SLEEP)
    out, total, expected = np.empty((20, machine.sizes[target])), np.zeros(20), np.zeros(20)
    draws = RandomStream(2).at(Site.SLEEP.of(target))
    given = input_of(pathway, target, brought)
    pathway.populations[target].draw(machine.kernels, given, draws, out, total)
    np.testing.assert_array_equal(out, dreamt.dense(target))
    add_log_probability(
        machine, pathway, target, dreamt.states, expected, Workspace(machine.backend)
    )
    np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-12)


def weighed(machine, pathway, states, gain, scale) -> dict[str, np.ndarray]:
    """What the errors of a whole pathway teach it, with a third factor."""
    activity = nh.machine.Activity(states, None, {})
    work = Workspace(machine.backend)
    updates = nh.machine.Updates()
    for target in pathway.order:
        prediction = predict(machine, pathway, target, activity, work=work)
        factor = ThirdFactor(gain, "test")
        updates += teach(machine, prediction, scale, factor, work=work)
    gradients = Delta(0.1).gradients(machine, updates, work)
    return {key: np.array(gradient) for key, (_, gradient) in gradients.items()}


def synapses(machine: HelmholtzMachine, key: str) -> Sequence[tuple[int, ...]]:
    """The entries of a parameter that are synapses."""
    for pathway in (machine.generative, machine.recognition):
        for internal in pathway.internals:
            if internal.key == key and internal.parameter.triangular:
                return [(i, j) for i, j in np.ndindex(internal.weights.shape) if i < j]
    return list(np.ndindex(machine.parameters()[key].shape))


@pytest.mark.parametrize("share", [1, 3])
@pytest.mark.parametrize("place", PLACES)
def test_updates_are_the_gradients_of_the_log_probability(
    example, place, share, normal_machine
) -> None:
    machine = machine_with(example, place, normal_machine)
    pathway, _ = where(machine, place)
    woken = recognise(machine, machine.dream(4, seed=3), RandomStream(4), particles=share)
    states = woken.states  # data with fewer rows than their particles
    gain = np.random.default_rng(0).standard_normal(4 * share)
    got = weighed(machine, pathway, states, gain, 0.7)
    log_of = log_recognition if place == "recognised" else log_joint

    def objective() -> float:
        return float(0.7 * gain @ log_of(machine, states))

    for key, gradient in got.items():
        array, expected = machine.parameters()[key], np.zeros_like(gradient)
        for i in synapses(machine, key):
            value = array[i]
            array[i] = value + 1e-5
            high = objective()
            array[i] = value - 1e-5
            expected[i] = (high - objective()) / 2e-5
            array[i] = value
        largest = max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(gradient, expected, atol=1e-6 * largest, err_msg=key)


@pytest.mark.parametrize("place", ["visible", "recognised"])
def test_draws_are_as_frequent_as_they_are_probable(example, place, normal_machine) -> None:
    if not example.complete:
        pytest.skip("too many values to count")
    machine = machine_with(example, place, normal_machine)
    pathway, target = where(machine, place)
    rows = 200_000
    one = states_around(machine, target, example.values[:1])
    brought = drive(machine, pathway, target, one, Workspace(machine.backend), Site.WAKE)
    out = np.empty((rows, example.population.size))
    pathway.populations[target].draw(
        machine.kernels, input_of(pathway, target, brought), RandomStream(1).at(5), out
    )
    count = (out[:, None] == example.values).all(-1).sum(axis=0)
    total = np.zeros(len(example.values))
    states = [np.repeat(s, len(example.values), axis=0) for s in one]
    states[target] = example.values
    add_log_probability(machine, pathway, target, states, total, Workspace(machine.backend))
    assert count.sum() == rows
    assert stats.chisquare(count, rows * np.exp(total)).pvalue > 1e-4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("place", PLACES)
def test_compiled_passes_agree_with_the_reference(example, place, dtype, normal_machine) -> None:
    results = []
    for name in ("reference", "cpu"):
        machine = machine_with(example, place, normal_machine, dtype=dtype)
        machine.kernels = get_kernels(get_backend("cpu"), name)
        pathway = where(machine, place)[0]
        x = dream(machine, 30, RandomStream(5)).states[0]
        activity = recognise(machine, x, RandomStream(6), particles=2, scored=True)
        gain = np.linspace(-1, 1, activity.rows).astype(dtype)
        changes = weighed(machine, pathway, activity.states, gain, 0.3)
        joint = log_joint(machine, activity.states)
        means = nh.machine.recognise_mean(machine, x)
        results.append(
            [*activity.states, activity.log_probability, joint, *means, *changes.values()]
        )
    tolerance = 2e-5 if dtype == "float32" else 1e-11
    for expected, got in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("place", PLACES)
def test_a_machine_comes_back_from_its_file(example, place, normal_machine, tmp_path: Path) -> None:
    machine = machine_with(example, place, normal_machine, dtype="float32")
    write_model(tmp_path / "m.h5", "machine", machine_to_tree(machine))
    twin = machine_from_tree(read_model(tmp_path / "m.h5")[1])
    assert repr(twin) == repr(machine)
    assert twin.populations == machine.populations
    assert twin.recognition.populations == machine.recognition.populations
    assert twin.parameters().keys() == machine.parameters().keys()
    np.testing.assert_array_equal(twin.dream(5, seed=1), machine.dream(5, seed=1))
    copied = machine.copy()
    np.testing.assert_array_equal(copied.dream(5, seed=1), machine.dream(5, seed=1))


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
@pytest.mark.parametrize("place", PLACES)
def test_learning_is_the_same_recorded_and_by_hand_and_resumed(
    example, place, rule, normal_machine, tmp_path: Path
) -> None:
    class ByHand(Delta):
        """Not recordable, because it does not say so."""

    finals = []
    x = machine_with(example, place, normal_machine, dtype="float32").dream(24, seed=9)
    for plasticity in (Delta(0.01), ByHand(0.01)):
        machine = machine_with(example, place, normal_machine, dtype="float32")
        nh.train(machine, x, rule=rule, plasticity=plasticity, epochs=4, batch_size=8, seed=1)
        finals.append(machine.parameters())
    path = tmp_path / "checkpoint.h5"

    class Stop(nh.training.Callback):
        """Stop after two epochs."""

        def after_epoch(self, run) -> None:
            if run.position.epoch == 2:
                checkpoint.write(run)
                raise KeyboardInterrupt

    checkpoint = nh.Checkpoint(path)
    options = {"rule": rule, "plasticity": Delta(0.01), "epochs": 4, "batch_size": 8, "seed": 1}
    machine = machine_with(example, place, normal_machine, dtype="float32")
    with pytest.raises(KeyboardInterrupt):
        nh.train(machine, x, callbacks=[Stop()], **options)
    again = machine_with(example, place, normal_machine, dtype="float32")
    nh.train(again, x, callbacks=[], resume=path, **options)
    finals.append(again.parameters())
    for key, array in finals[0].items():
        assert np.isfinite(array).all()
        np.testing.assert_allclose(finals[1][key], array, rtol=1e-4, atol=1e-5, err_msg=key)
        np.testing.assert_array_equal(finals[2][key], array, err_msg=key)


@pytest.mark.parametrize("place", ["visible", "top", "recognised"])
def test_importance_sampling_meets_the_exact_likelihood(example, place, normal_machine) -> None:
    if place != "visible" and example.population.n_states is None:
        pytest.skip("hidden states cannot be listed")
    machine = machine_with(example, place, normal_machine)
    for array in machine.parameters().values():
        array *= 0.5
    x = machine.dream(8, seed=2)
    estimate = nh.log_likelihood(machine, x, particles=20_000)
    exact = nh.exact_log_likelihood(machine, x)
    # five standard errors: for eight rows, a false alarm in about 1e5 seeds
    assert (np.abs(estimate.value - exact) < 5 * estimate.standard_error + 1e-6).all()


def test_recognition_of_another_size_or_kind_is_refused() -> None:
    lateral = nh.AutoregressiveBernoulli
    with pytest.raises(nh.exceptions.InputError, match="2 units with binary values"):
        HelmholtzMachine([4, 2], recognition=[lateral(3)])
    with pytest.raises(nh.exceptions.InputError, match="binary values"):
        HelmholtzMachine([4, 2], recognition=[nh.Poisson(2)])
    with pytest.raises(nh.exceptions.InputError, match="2 populations for recognition"):
        HelmholtzMachine([4, 2], recognition=[2, 2])
