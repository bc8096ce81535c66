"""Generative fields against the exact expectation over all hidden states."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import generative_fields
from neurohm.exceptions import InputError
from neurohm.likelihood import all_states
from neurohm.machine.initial import Normal


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.fixture(params=["bernoulli", "poisson"])
def machine(request):
    visible = nh.Bernoulli(5) if request.param == "bernoulli" else nh.Poisson(5)
    return nh.HelmholtzMachine([visible, 3, 2], initial=Normal(0.7, -0.5), seed=4, dtype="float64")


def exact_field(machine, layer, unit):
    """E[mean of x | unit on] - E[mean of x | unit off], the others of its layer as dreamt."""
    values = machine.parameters()
    top, hidden = all_states(2), all_states(3)
    weight = values["generative/hidden2->hidden1"], values["generative/hidden1->visible"]
    p_top = sigmoid(values["generative/hidden2"])
    top_probability = np.prod(np.where(top == 1, p_top, 1 - p_top), axis=1)
    link = np.exp if machine.visible.kind == "poisson" else sigmoid

    def hidden_given(top):
        p = sigmoid(top @ weight[0] + values["generative/hidden1"])[:, None]
        return np.prod(np.where(hidden == 1, p, 1 - p), axis=2)

    def mean_of(clamped):
        if layer == 1:
            states, p = hidden.copy(), top_probability @ hidden_given(top)
            states[:, unit] = clamped
        else:
            tops = top.copy()
            tops[:, unit] = clamped
            states, p = hidden, top_probability @ hidden_given(tops)
        return p @ link(states @ weight[1] + values["generative/visible"])

    return mean_of(1) - mean_of(0)


@pytest.mark.parametrize("layer", [1, 2])
def test_it_is_the_expected_difference(machine, layer):
    # 40,000 dreams: the largest deviation is about 0.01; 0.05 is five times as much
    fields = generative_fields(machine, layer, dreams=40_000, seed=1)
    expected = [exact_field(machine, layer, unit) for unit in range(machine.sizes[layer])]
    np.testing.assert_allclose(fields, expected, atol=0.05)


def test_a_unit_without_projections_has_no_field(machine):
    machine.generative.projections[0].weights[1] = 0
    assert (generative_fields(machine, 1)[1] == 0).all()


@pytest.mark.parametrize("layer", [0, 3])
def test_there_is_no_such_layer(machine, layer):
    with pytest.raises(InputError, match="hidden layer"):
        generative_fields(machine, layer)
