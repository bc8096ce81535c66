"""Fields of hidden units and of codes against the exact expectation over all hidden states."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import code_fields, generative_fields
from neurohm.exceptions import InputError
from neurohm.likelihood import all_states
from neurohm.machine.initial import Normal


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.fixture(params=["bernoulli", "poisson"])
def machine(request):
    visible = nh.Bernoulli(5) if request.param == "bernoulli" else nh.Poisson(5)
    return nh.HelmholtzMachine([visible, 3, 2], initial=Normal(0.7, -0.5), seed=4, dtype="float64")


def hidden_given(machine, tops):
    """P(state of the layer next to the spikes | top state), (tops, states)."""
    values = machine.parameters()
    drive = tops @ values["generative/hidden2->hidden1"] + values["generative/hidden1"]
    p, hidden = sigmoid(drive)[:, None], all_states(3)
    return np.prod(np.where(hidden == 1, p, 1 - p), axis=2)


def visible_mean(machine, hidden):
    """Mean of the visible units given states of the layer above them."""
    values = machine.parameters()
    link = np.exp if machine.visible.kind == "poisson" else sigmoid
    return link(hidden @ values["generative/hidden1->visible"] + values["generative/visible"])


def exact_field(machine, layer, unit):
    """E[mean of x | unit on] - E[mean of x | unit off], the others of its layer as dreamt."""
    top, hidden = all_states(2), all_states(3)
    p_top = sigmoid(machine.parameters()["generative/hidden2"])
    top_probability = np.prod(np.where(top == 1, p_top, 1 - p_top), axis=1)

    def mean_of(clamped):
        if layer == 1:
            states, p = hidden.copy(), top_probability @ hidden_given(machine, top)
            states[:, unit] = clamped
        else:
            tops = top.copy()
            tops[:, unit] = clamped
            states, p = hidden, top_probability @ hidden_given(machine, tops)
        return p @ visible_mean(machine, states)

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


# ---- codes


def test_codes_next_to_the_visible_units_are_exact(machine):
    codes, reference = all_states(3), np.array([0.0, 1.0, 0.0])
    expected = visible_mean(machine, codes) - visible_mean(machine, reference)
    np.testing.assert_allclose(code_fields(machine, codes, reference), expected, atol=1e-12)


def test_higher_codes_are_averaged_over_what_lies_between(machine):
    codes, reference = all_states(2), np.array([0.0, 1.0])
    expected = hidden_given(machine, codes) @ visible_mean(machine, all_states(3))
    expected -= expected[1]
    # 40,000 dreams: as of the fields above
    found = code_fields(machine, codes, reference, layer=2, dreams=40_000, seed=1)
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert (found[1] == 0).all()


def test_a_code_may_be_given_alone(machine):
    several = code_fields(machine, [[1, 1, 0], [0, 0, 1]], [0, 0, 0])
    np.testing.assert_array_equal(code_fields(machine, [1, 1, 0], [0, 0, 0]), several[:1])


def test_codes_of_another_layer(machine):
    with pytest.raises(InputError, match="a code of 3 units.*the 2 of layer 2"):
        code_fields(machine, [[1, 1, 0]], [0, 0, 0], layer=2)


def test_a_reference_of_another_size(machine):
    with pytest.raises(InputError, match="a code of 2 units.*the 3 of layer 1"):
        code_fields(machine, [[1, 1, 0]], [0, 0])
