"""Variations of a dream."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.analysis import redreamt
from neurohm.exceptions import InputError


def test_deeper_layers_are_kept_and_others_drawn_anew(normal_machine):
    machine = normal_machine((12, 10, 8, 6))
    whole = redreamt(machine, 0, 1, seed=3)
    for layer in range(4):
        states = redreamt(machine, layer, 200, seed=3)
        for population, state in enumerate(states):
            assert state.shape == (200, machine.sizes[population])
            same = (state == whole[population]).all()
            assert same == (population > layer)


def test_what_is_drawn_anew_follows_the_kept_layer(normal_machine):
    # 4000 draws of 5 units: five standard errors, one false alarm in 300,000
    machine = normal_machine((5, 3))
    states = redreamt(machine, 0, 4000, seed=1)
    weights = machine.generative.afferents(0)[0].weights
    bias = machine.generative.biases[0].weights
    probability = 1 / (1 + np.exp(-(states[1][0] @ weights + bias)))
    error = np.sqrt(probability * (1 - probability) / 4000)
    assert (np.abs(states[0].mean(axis=0) - probability) < 5 * error).all()


def test_one_seed_one_result(normal_machine):
    machine = normal_machine((6, 4, 2))
    one, again, other = (redreamt(machine, 2, 9, seed=seed) for seed in (0, 0, 1))
    assert all(map(np.array_equal, one, again))
    assert not np.array_equal(one[0], other[0])


def test_layers_that_are_not_there(normal_machine):
    for layer in (-1, 3):
        with pytest.raises(InputError, match=f"layer {layer}"):
            redreamt(normal_machine((6, 4, 2)), layer, 2)
