"""Worlds: what is well formed, exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import neurohm as nh
from neurohm.agents import Grasp, Predicate, RhythmWorld, ShapeWorld, Support, grasp
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import exact_distribution
from neurohm.machine import Normal, Zeros
from neurohm.populations import all_states


def test_the_number_of_rhythms_that_are_well_formed() -> None:
    strict, preferred = RhythmWorld(10), RhythmWorld(10, "preferred")
    assert len(strict.patterns()) == 256
    assert len(preferred.patterns()) == 25
    assert strict.accepts(preferred.patterns()).all()
    twelve = RhythmWorld(12).patterns()
    assert len(twelve) == 905
    np.testing.assert_allclose(twelve.mean(axis=0)[:3], [1, 0.653, 0.694], atol=5e-4)


def test_the_leaky_checker_accepts_seventeen_more() -> None:
    leaky, strict = RhythmWorld(10, "leaky"), RhythmWorld(10)
    extra = leaky.patterns()[~strict.accepts(leaky.patterns())]
    assert len(leaky.patterns()) == 273
    assert len(extra) == 17
    words = {"".join(str(int(bit)) for bit in row) for row in extra}
    assert {"1110110000", "1011100100"} <= words


@pytest.mark.parametrize(
    ("rhythm", "accepted"),
    [
        ("0111111111", False),
        ("1001111111", False),
        ("1111111001", False),
        ("1100100111", False),
        ("1100001111", False),
        ("1011010110", True),
    ],
)
def test_single_rhythms(rhythm: str, accepted: bool) -> None:
    assert RhythmWorld(10).accepts([[int(bit) for bit in rhythm]]).tolist() == [accepted]


def test_the_table_of_a_world_is_what_it_accepts() -> None:
    world = RhythmWorld(8)
    table = world.table()
    assert table is not None
    np.testing.assert_array_equal(table != 0, world.accepts(all_states(8)))


def test_the_support_of_data() -> None:
    data = np.random.default_rng(0).integers(0, 2, (30, 12))
    world = Support(data)
    assert world.accepts(data).all()
    every = all_states(12)
    assert world.accepts(every).sum() == len(np.unique(data, axis=0)) == len(world.patterns())


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: RhythmWorld(4), InputError, "at least 5"),
        (lambda: RhythmWorld(10, "loose"), InputError, "'strict' or 'leaky'"),
        (lambda: RhythmWorld(10).accepts(np.ones((2, 9))), InputError, r"\(rows, 10\)"),
        (lambda: Support([[0.5]]), InputError, "zeros and ones"),
        (lambda: Predicate("x", 3), ArgumentTypeError, "a function"),
        (lambda: Predicate(lambda x: True, 3).accepts([[0, 1, 1]]), InputError, "one answer"),
        (lambda: Predicate(lambda x: x[:, 0] > 1, 3).patterns(), InputError, "accepts nothing"),
        (lambda: RhythmWorld(21).patterns(), InputError, "at most 20"),
        (lambda: ShapeWorld(across=1), InputError, "places across 1"),
    ],
)
def test_what_is_no_world_is_refused(make, error, words: str) -> None:
    with pytest.raises(error, match=words):
        make()


def test_a_machine_of_zeros_dreams_every_pattern_alike() -> None:
    machine = nh.HelmholtzMachine([10, 8, 5, 3], initial=Zeros(), dtype="float64")
    measured = grasp(machine, RhythmWorld(10))
    np.testing.assert_allclose(measured.accuracy, 0.25, rtol=1e-12)
    np.testing.assert_allclose(measured.divergence_from_data, np.log(4), rtol=1e-12)
    np.testing.assert_allclose(measured.effective_support, 256, rtol=1e-10)
    np.testing.assert_allclose(measured.entropy, 10 * np.log(2), rtol=1e-12)


def test_distributions_sum_to_one_and_agree_with_dreams() -> None:
    machine = nh.HelmholtzMachine([6, 4, 2], initial=Normal(1.5), dtype="float64", seed=3)
    p = exact_distribution(machine)
    np.testing.assert_allclose(p.sum(), 1, atol=1e-12)
    n = 40_000
    codes = machine.dream(n, seed=1).astype(int) @ (1 << np.arange(6)[::-1])
    share = np.bincount(codes, minlength=64) / n
    assert (np.abs(share - p) < 5 * np.sqrt(p / n) + 5 / n).all()  # false alarms: 4e-5


def test_units_of_minus_and_plus_one_are_the_same_family() -> None:
    """With W = 2 V and b = c - sum V the dreams are those of signed units, by enumeration."""
    rng, sizes = np.random.default_rng(0), (4, 3, 2)
    signed = [rng.standard_normal((above, below)) for below, above in pairwise(sizes)]
    offsets = [rng.standard_normal(size) for size in sizes]
    machine = nh.HelmholtzMachine(list(sizes), dtype="float64")
    p = machine.parameters()
    p["generative/hidden2"][...] = offsets[2]
    for layer, (synapses, bias) in enumerate(
        (("hidden1->visible", "visible"), ("hidden2->hidden1", "hidden1"))
    ):
        p[f"generative/{synapses}"][...] = 2 * signed[layer]
        p[f"generative/{bias}"][...] = offsets[layer] - signed[layer].sum(axis=0)
    dreamt = _bernoulli(all_states(2), np.broadcast_to(offsets[2], (1, 2)))[0]
    for layer in (1, 0):
        given = (2 * all_states(sizes[layer + 1]) - 1) @ signed[layer] + offsets[layer]
        dreamt = dreamt @ _bernoulli(all_states(sizes[layer]), given)
    np.testing.assert_allclose(exact_distribution(machine), dreamt, atol=1e-12)


def _bernoulli(states: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Return how probable each state is given the logits of each row."""
    on = 1 / (1 + np.exp(-logits))
    return np.exp(np.log(on) @ states.T + np.log(1 - on) @ (1 - states).T)


def test_thresholded_dreams_are_those_of_drawn_layers_above() -> None:
    machine = nh.HelmholtzMachine([5, 3, 2], initial=Normal(2.0), dtype="float64", seed=0)
    p = exact_distribution(machine, thresholded=True)
    np.testing.assert_allclose(p.sum(), 1, atol=1e-12)
    assert (p > 0).sum() <= 8  # one string for each state of the layer above
    weights = machine.parameters()["generative/hidden1->visible"]
    bias = machine.parameters()["generative/visible"]
    deeper = nh.HelmholtzMachine([3, 2], initial=Zeros(), dtype="float64")
    deeper.set_parameters(
        {
            "generative/hidden1->visible": machine.parameters()["generative/hidden2->hidden1"],
            "recognition/visible->hidden1": np.zeros((3, 2)),
            "generative/visible": machine.parameters()["generative/hidden1"],
            "generative/hidden1": machine.parameters()["generative/hidden2"],
            "recognition/hidden1": np.zeros(2),
        }
    )
    hidden = exact_distribution(deeper)
    expected = np.zeros(32)
    for state, probability in zip(all_states(3), hidden, strict=True):
        expected[((state @ weights + bias) > 0) @ (1 << np.arange(5)[::-1])] += probability
    np.testing.assert_allclose(p, expected, atol=1e-12)


def test_sampled_measures_agree_with_exact_ones() -> None:
    machine = nh.HelmholtzMachine([8, 3], initial=Normal(0.5), seed=1)
    world = RhythmWorld(8)
    exact, sampled = grasp(machine, world), grasp(machine, world, samples=40_000)
    assert (exact.kind, sampled.kind) == ("exact", "sampled")
    error = np.sqrt(exact.accuracy * (1 - exact.accuracy) / 40_000)
    assert abs(exact.accuracy - sampled.accuracy) < 5 * error  # false alarms: 6e-7
    assert isinstance(exact, Grasp)
    assert "patterns in use" in repr(exact)


def test_a_machine_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="the same number"):
        grasp(nh.HelmholtzMachine([9, 3]), RhythmWorld(10))


@pytest.mark.parametrize(
    ("data", "words"), [(np.eye(5), r"\(rows, 6\)"), (np.full((2, 6), 0.5), "neither 0 nor 1")]
)
def test_data_of_another_kind_are_refused(data, words: str) -> None:
    with pytest.raises(InputError, match=words):
        grasp(nh.HelmholtzMachine([6, 2]), RhythmWorld(6), data)
