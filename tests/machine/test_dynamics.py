"""Hidden dynamics: what trajectories are, and how they go on."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError


def test_moments_of_linear_dynamics_are_theirs() -> None:
    dynamics = nh.HiddenDynamics(
        nh.Gaussian(1, deviation=0.5), nh.Gaussian(1, deviation=0.6), dtype="float64"
    )
    own = dynamics.parameters()
    own["generative/before->hidden"][:] = 0.8
    own["generative/hidden->visible"][:] = 2.0
    own["generative/visible"][:] = 1.0
    found = dynamics.simulate(40, 4000, seed=0)
    now, before = found.hidden[:, -1, 0], found.hidden[:, -2, 0]
    # standard errors of 0.016 and 0.06, held to five of them
    assert (now * before).mean() == pytest.approx(0.8, abs=0.08)  # 0.8 x 0.36 / (1 - 0.64)
    assert found.visible[:, -1, 0].var() == pytest.approx(4.25, abs=0.5)
    assert found.visible[:, -1, 0].mean() == pytest.approx(1.0, abs=0.17)


def test_binary_units_follow_their_transition() -> None:
    dynamics = nh.HiddenDynamics(2, 1, dtype="float64")
    own = dynamics.parameters()
    own["generative/before->hidden"][:], own["generative/hidden"][:] = 4.0, -2.0
    hidden = dynamics.simulate(50, 400, seed=1).hidden[:, :, 0]
    stays = hidden[:, 1:][hidden[:, :-1] == 1].mean()
    assert stays == pytest.approx(1 / (1 + np.exp(-2)), abs=0.02)  # six standard errors


def test_trajectories_go_on_where_they_ended_with_other_numbers() -> None:
    dynamics = nh.HiddenDynamics(3, 2, seed=0)
    whole = dynamics.simulate(6, 5, seed=3)
    first = dynamics.simulate(4, 5, seed=3)
    second = dynamics.simulate(2, 5, seed=3, before=first.hidden[:, -1], first_row=20)
    np.testing.assert_array_equal(whole.visible[:, :4], first.visible)
    np.testing.assert_array_equal(whole.visible[:, 4:], second.visible)
    np.testing.assert_array_equal(whole.hidden[:, 4:], second.hidden)
    assert (dynamics.simulate(6, 5, seed=4).visible != whole.visible).any()
    np.testing.assert_array_equal(dynamics.dream(6, seed=3), dynamics.dream(6, seed=3))


def test_copies_and_pickles_are_dynamics_with_the_same_values() -> None:
    dynamics = nh.HiddenDynamics(nh.Poisson(3), 2, seed=0)
    for twin in (dynamics.copy(), pickle.loads(pickle.dumps(dynamics))):
        assert isinstance(twin, nh.HiddenDynamics)
        np.testing.assert_array_equal(twin.dream(9, seed=1), dynamics.dream(9, seed=1))
    assert repr(dynamics) == "HiddenDynamics(3 poisson - 2)"


def test_what_does_not_fit_is_refused() -> None:
    dynamics = nh.HiddenDynamics(3, 2)
    with pytest.raises(InputError, match=r"hidden activity of shape \(1, 2\)"):
        dynamics.simulate(3, 4, before=np.zeros((1, 2)))
    with pytest.raises(InputError, match="0.5"):
        dynamics.simulate(3, 1, before=np.full((1, 2), 0.5))
    with pytest.raises(InputError, match="steps 0"):
        dynamics.simulate(0)
