"""Which hidden units and codes may stand for an assembly, and why others may not."""

from types import SimpleNamespace

import numpy as np
import pytest

import neurohm as nh
from neurohm.estimators.candidates import candidates
from neurohm.machine.initial import Zeros

N_UNITS, LAGS, N_WINDOWS, SIZE = 12, 2, 200, 0.02
BASELINE = np.full(N_UNITS, 0.04)
RNG = np.random.default_rng(0)


def field_of(members, height=0.5):
    """Counts above baseline: the members fire in the second bin; some noise elsewhere."""
    field = 0.001 * np.random.default_rng(members).normal(size=(N_UNITS, LAGS))
    field[list(members), 1] = height
    return field


def model_of(activity, fields=(), machine=None):
    """What `candidates` asks of a fitted model."""
    return SimpleNamespace(
        transform=lambda recording, layer: SimpleNamespace(values=np.float32(activity)),
        receptive_fields=lambda layer: np.array(fields) / SIZE,
        machine_=machine,
        lags=LAGS,
        bin_size_=SIZE,
        seed_=0,
        independent_=SimpleNamespace(mean=BASELINE),
    )


def activity_of(*shares):
    """Activity of hidden units that are on in such shares of the windows."""
    return np.arange(N_WINDOWS)[:, None] < N_WINDOWS * np.array(shares)


def units_of(found):
    return {
        found.named(template): np.flatnonzero(template.field.max(axis=1)).tolist()
        for template in found.templates
    }


# ---- hidden units


def test_units_that_are_never_or_always_on_mark_no_moment():
    model = model_of(
        activity_of(0.0, 0.1, 0.95, 0.2),
        [field_of(members) for members in ((0, 1), (2, 3), (4, 5), (6, 7))],
    )
    found = candidates(model, None, 1, "units", 10)
    assert units_of(found) == {(1,): [2, 3], (3,): [6, 7]}
    assert found.left_out == {"silent": (0,), "always on": (2,), "no field": ()}


@pytest.mark.parametrize(("least", "silent"), [(20, ()), (21, (0,))])
def test_how_active_a_unit_must_be(least, silent):
    model = model_of(activity_of(0.1), [field_of((0, 1))])
    assert candidates(model, None, 1, "units", least).left_out["silent"] == silent


def test_activity_is_a_probability():
    # 200 windows in which the unit is on with probability 0.1 are 20 in which it is on.
    model = model_of(np.full((N_WINDOWS, 1), 0.1001), [field_of((0, 1))])
    assert candidates(model, None, 1, "units", 20).left_out["silent"] == ()


def test_of_a_unit_that_is_mostly_on_the_off_state_is_meant():
    model = model_of(activity_of(0.7, 0.3), [-field_of((0, 1)), -field_of((2, 3))])
    found = candidates(model, None, 1, "units", 10)
    assert units_of(found) == {(0,): [0, 1]}
    assert found.left_out["no field"] == (1,)


def test_names_are_those_of_the_hidden_units_of_the_machine():
    fields = [field_of((8, 9)), field_of((0, 1), 0.4), field_of((4, 5)), field_of((0, 1), 0.6)]
    model = model_of(activity_of(0.0, 0.1, 0.1, 0.1), fields)
    assert set(units_of(candidates(model, None, 1, "units", 10))) == {(3, 1), (2,)}


# ---- codes

A, B, AB, NONE = (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 0)


@pytest.fixture(scope="module")
def machine():
    """Hidden unit 0 multiplies the rates of units 0 to 2 by twelve, 1 those of 6 to 8."""
    visible = nh.Poisson(N_UNITS * LAGS)
    machine = nh.HelmholtzMachine([visible, 3], initial=Zeros(), dtype="float64")
    weights = machine.generative.projections[0].weights.reshape(3, N_UNITS, LAGS)
    weights[0, :3, 1] = weights[1, 6:9, 1] = np.log(12)
    machine.generative.biases[0].weights[...] = np.log(0.04)
    return machine


def model_of_codes(machine, **numbers):
    codes = {"none": NONE, "a": A, "b": B, "ab": AB}
    rows = [code for name, code in codes.items() for _ in range(numbers.get(name, 0))]
    return model_of(RNG.permutation(rows), machine=machine)


def test_codes_are_named_by_their_active_units(machine):
    found = candidates(model_of_codes(machine, none=100, a=30, b=20), None, 1, "codes", 10)
    assert units_of(found) == {((0,),): [0, 1, 2], ((1,),): [6, 7, 8]}
    by_name = {found.named(template): template.field for template in found.templates}
    # 0.04 times twelve less 0.04; the template is trimmed to the one lag
    np.testing.assert_allclose(by_name[((0,),)][:3], 0.44, rtol=1e-6)


def test_a_code_of_two_units_has_the_pattern_of_both(machine):
    found = candidates(model_of_codes(machine, none=100, ab=30), None, 1, "codes", 10)
    assert units_of(found) == {((0, 1),): [0, 1, 2, 6, 7, 8]}


def test_rare_codes_are_no_candidates(machine):
    found = candidates(model_of_codes(machine, none=100, a=10, b=9), None, 1, "codes", 10)
    assert units_of(found) == {((0,),): [0, 1, 2]}
    assert found.left_out == {"too rare": ((1,),), "no field": ()}


def test_patterns_are_told_from_the_commonest_code(machine):
    found = candidates(model_of_codes(machine, a=100, ab=30, none=20), None, 1, "codes", 10)
    # Without the commonest code's own pattern; its absence stands out of nothing.
    assert units_of(found) == {((0, 1),): [6, 7, 8]}
    assert found.left_out == {"too rare": (), "no field": ((),)}


def test_one_code_alone_is_told_from_nothing(machine):
    found = candidates(model_of_codes(machine, none=100), None, 1, "codes", 10)
    assert found.templates == []
    assert found.left_out == {"too rare": ()}


def test_no_other_code_is_common_enough(machine):
    found = candidates(model_of_codes(machine, none=100, a=5, ab=7), None, 1, "codes", 10)
    assert found.templates == []
    assert found.left_out == {"too rare": ((0, 1), (0,))}


def test_half_is_not_active(machine):
    activity = np.zeros((N_WINDOWS, 3))
    activity[:50, 0], activity[50:80, 1] = 0.5, 0.51
    found = candidates(model_of(activity, machine=machine), None, 1, "codes", 10)
    assert units_of(found) == {((1,),): [6, 7, 8]}
