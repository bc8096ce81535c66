"""The machine as data: names, parameters, graphs, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from neurohm.backend import RandomStream, get_backend
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import ContextMachine, HelmholtzMachine, as_machine, chain, dream
from neurohm.machine.initial import Normal, RandomCode, Sparse, Zeros, fit_visible_bias
from neurohm.machine.recruitment import Recruitment
from neurohm.populations import NADE, Bernoulli, Poisson


def test_parameters_are_named_after_their_populations() -> None:
    machine = HelmholtzMachine([Poisson(4, "spikes"), 3, Bernoulli(2, "top")])
    shapes = {key: array.shape for key, array in machine.parameters().items()}
    assert shapes == {
        "generative/hidden1->spikes": (3, 4),
        "generative/top->hidden1": (2, 3),
        "generative/spikes": (4,),
        "generative/hidden1": (3,),
        "generative/top": (2,),
        "recognition/spikes->hidden1": (4, 3),
        "recognition/hidden1->top": (3, 2),
        "recognition/hidden1": (3,),
        "recognition/top": (2,),
    }
    assert repr(machine) == "HelmholtzMachine(4 poisson - 3 - 2)"
    assert machine.sizes == (4, 3, 2)
    assert machine.visible.name == "spikes"
    assert machine.pathway("recognition") is machine.recognition


def test_a_machine_may_have_no_hidden_population() -> None:
    machine = HelmholtzMachine([4])
    assert machine.dream(3, seed=0).shape == (3, 4)
    assert len(machine.recognise(np.eye(4))) == 1


def test_pathways_are_walked_in_topological_order(edges) -> None:
    machine = HelmholtzMachine([3, 2, 2], edges=edges)
    assert machine.edges == (edges or chain(3))
    for pathway, known in ((machine.generative, set()), (machine.recognition, {0})):
        for target in pathway.order:
            assert {p.source for p in pathway.afferents(target)} <= known
            known.add(target)
        assert known == {0, 1, 2}


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ((((1, 0), (2, 1), (1, 2)), ((0, 1), (1, 2))), "generative projections form a cycle"),
        ((((1, 0), (2, 1)), ((0, 1), (1, 1), (1, 2))), "recognition projections form a cycle"),
        ((((1, 0), (3, 1)), ((0, 1), (1, 2))), "populations 0 to 2"),
        ((((1, 0), (-1, 1)), ((0, 1), (1, 2))), "populations 0 to 2"),
        ((((1, 0), (2, 1)), ((0, 1), (1, 2), (1, 0))), "visible"),
        ((((1, 0), (1, 0), (2, 1)), ((0, 1), (1, 2))), "once"),
    ],
    ids=["cycle", "loop", "unknown", "negative", "onto visible", "twice"],
)
def test_a_graph_that_is_none_is_refused_at_once(edges, message: str) -> None:
    with pytest.raises(InputError, match=message):
        HelmholtzMachine([3, 2, 2], edges=edges)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ([], {}, "no population"),
        ([Bernoulli(2, "a"), Bernoulli(2, "a")], {}, "names that differ"),
        ([2, Bernoulli(2, "visible")], {}, "names that differ"),
        ([2, 0], {}, "population size 0; expected at least 1"),
        ([2, 2], {"dtype": "int32"}, "float32 or float64"),
        ([2, 2], {"device": "cuda"}, "device='cpu'"),
        ([2, 2], {"seed": -1}, "seed -1"),
    ],
)
def test_what_makes_no_machine_is_refused(arguments, settings, message: str) -> None:
    with pytest.raises(InputError, match=message):
        HelmholtzMachine(arguments, **settings)


def test_parameters_are_set_in_place(normal_machine) -> None:
    source, machine = normal_machine(), HelmholtzMachine([3, 2, 2], dtype="float64")
    own = machine.parameters()
    machine.set_parameters(source.parameters())
    for key, array in source.parameters().items():
        np.testing.assert_array_equal(own[key], array)
        assert own[key] is not array


def test_parameters_that_do_not_fit_are_refused_and_change_nothing(normal_machine) -> None:
    machine = normal_machine()
    before = machine.copy().parameters()
    zeros = {key: np.zeros_like(array) for key, array in before.items()}
    with pytest.raises(InputError, match="parameters"):
        machine.set_parameters({**zeros, "generative/hidden9": np.zeros(2)})
    with pytest.raises(InputError, match="recognition/hidden2 of shape"):
        machine.set_parameters({**zeros, "recognition/hidden2": np.zeros(3)})
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, before[key])


def test_a_copy_shares_no_memory_and_may_be_of_another_type(normal_machine, edges) -> None:
    machine = normal_machine(edges=edges)
    twin = machine.copy("float32")
    assert twin.edges == machine.edges
    assert twin.dtype == np.float32
    for key, array in twin.parameters().items():
        np.testing.assert_allclose(array, machine.parameters()[key], rtol=1e-6)
        array[...] = 7
        assert not (machine.parameters()[key] == 7).any()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0, 1, 0], "shape"),
        ([[0, 1]], "3"),
        (np.zeros((2, 3, 1)), "shape"),
        ([[0, 1, 2]], "value 2"),
        ([[0, 1, np.nan]], "value nan"),
        (sparse.csr_array([[0, 3, 0]]), "value 3"),
        ("a", "no matrix"),
        (None, "no matrix|shape"),
        ([[0], [1, 2]], "no matrix"),
    ],
)
def test_data_that_do_not_fit_are_refused(x: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        HelmholtzMachine([3, 2]).as_activity(x)


@pytest.mark.parametrize("kind", [list, np.asarray, sparse.csr_array, sparse.coo_matrix])
def test_data_of_any_kind_become_contiguous_activity(kind) -> None:
    x = HelmholtzMachine([3, 2]).as_activity(kind([[0, 1, 0], [1, 1, 0]]))
    assert x.dtype == np.float32
    assert x.flags.c_contiguous
    assert x.tolist() == [[0, 1, 0], [1, 1, 0]]


def test_one_seed_gives_one_machine_one_dream_and_one_recognition() -> None:
    machines = [HelmholtzMachine([20, 9], seed=seed) for seed in (1, 1, 2)]
    weights = [m.generative.projections[0].weights for m in machines]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert (weights[0] != weights[2]).any()
    dreams = [machines[0].dream(50, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(dreams[0], dreams[1])
    assert (dreams[0] != dreams[2]).any()
    hidden = [machines[0].recognise(dreams[0], seed=seed)[1] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(hidden[0], hidden[1])
    assert (hidden[0] != hidden[2]).any()


def test_recognise_draws_particles_consecutively(normal_machine) -> None:
    machine = normal_machine()
    machine.recognition.projections[0].weights[...] = [[200, -200], [-200, 200], [0, 0]]
    machine.recognition.biases[1].weights[...] = -100
    visible, hidden, top = machine.recognise([[1, 0, 0], [0, 1, 0]], particles=3)
    assert visible.shape == (2, 3)
    assert top.shape == (6, 2)
    assert hidden.tolist() == [[1, 0]] * 3 + [[0, 1]] * 3


def test_starting_values() -> None:
    def parameters(initial) -> dict[str, np.ndarray]:
        return HelmholtzMachine([50, 40, 30], initial=initial).parameters()

    assert not any(array.any() for array in parameters(Zeros()).values())
    for initial, bias in ((Normal(0.2, hidden_bias=-2.0), -2), (Sparse(), -1)):
        for key, array in parameters(initial).items():
            if "->" not in key:
                assert (array == (0 if key.endswith("visible") else bias)).all()
    weights = parameters(Normal(0.2))["generative/hidden1->visible"]
    assert weights.std() == pytest.approx(0.2, rel=0.1)  # 2000 weights: six standard errors
    weights = parameters(Sparse())["recognition/visible->hidden1"]
    bound = np.sqrt(6 / 90) / 50
    assert 0.95 * bound < np.abs(weights).max() <= bound


@pytest.mark.parametrize("kind", [Bernoulli, Poisson])
def test_visible_biases_are_fitted_to_means(kind) -> None:
    machine = HelmholtzMachine([kind(2), 2], initial=Zeros())
    fit_visible_bias(machine, [0.1, 0.7])
    dreams = machine.dream(40_000, seed=0)
    # standard errors are at most 0.0042: five of them
    np.testing.assert_allclose(dreams.mean(axis=0), [0.1, 0.7], atol=0.021)


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda machine: machine.dream(-1), InputError, "rows -1"),
        (lambda machine: machine.dream("a"), ArgumentTypeError, "rows 'a'"),
        (lambda machine: machine.dream(2, seed="a"), ArgumentTypeError, "seed 'a'"),
        (lambda machine: machine.recognise(np.eye(3), particles=0), InputError, "particles 0"),
        (lambda machine: machine.recognise(np.eye(3), particles=1.5), ArgumentTypeError, "1.5"),
        (lambda _: HelmholtzMachine(5), ArgumentTypeError, "populations 5"),
        (lambda _: HelmholtzMachine("53"), ArgumentTypeError, "population size '5'"),
        (lambda _: HelmholtzMachine([5, 2.5]), ArgumentTypeError, "population size 2.5"),
        (lambda _: HelmholtzMachine([5, 2], initial="sparse"), ArgumentTypeError, "initial 'sp"),
        (lambda _: HelmholtzMachine([5, 2], dtype="real"), InputError, "dtype 'real'"),
        (lambda _: Recruitment(np.eye(3), repeats=0), InputError, "repeats 0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(use, error, message: str) -> None:
    with pytest.raises(error, match=message):
        use(HelmholtzMachine([3, 2]))


def test_only_a_machine_is_a_machine() -> None:
    machine = HelmholtzMachine([3, 2])
    assert as_machine(machine) is machine
    with pytest.raises(ArgumentTypeError, match="expected a HelmholtzMachine; give its machine_"):
        as_machine(SimpleNamespace(machine_=machine))


def test_a_number_of_numpy_recognises_as_a_number_does() -> None:
    machine = HelmholtzMachine([4, Poisson(3)], recognition=[np.int64(3)])
    assert machine.recognition.populations[1].kind == "poisson"


def test_a_random_code_leaves_no_inner_units_alike() -> None:
    machine = HelmholtzMachine([NADE(4, inner=3), 2], initial=RandomCode(), seed=0)
    inner = machine.parameters()["generative/visible->visible.inner"]
    assert len(np.unique(inner)) == 12
    plain = HelmholtzMachine([4, 2], initial=RandomCode(), seed=0).parameters()
    np.testing.assert_array_equal(  # drawn last, so that all else is as without them
        machine.parameters()["recognition/visible->hidden1"], plain["recognition/visible->hidden1"]
    )


@pytest.mark.parametrize("context", [0, 2])
def test_a_chain_with_a_context_is_a_chain(context: int) -> None:
    assert ContextMachine([4, 3, 2], context=context).edges == chain(3)


def test_a_context_goes_to_other_devices() -> None:
    elsewhere = replace(get_backend("cpu"))  # equal, but not the one that values are drawn on
    machines = [ContextMachine([4, 3], context=2, seed=1, device=d) for d in ("cpu", elsewhere)]
    for key, array in machines[0].parameters().items():
        np.testing.assert_array_equal(machines[1].parameters()[key], array)


def test_a_machine_with_a_context_says_that_it_needs_one() -> None:
    with pytest.raises(InputError, match="without the activity of its context"):
        dream(ContextMachine([4, 3], context=2), 5, RandomStream(0))
    assert len(dream(ContextMachine([4, 3]), 5, RandomStream(0)).states) == 2
