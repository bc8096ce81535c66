"""Signed units: the steps of a net of -1 and +1, in the parameters of one of 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError
from neurohm.machine import Normal
from neurohm.plasticity import as_plasticity
from neurohm.populations import all_states

RATE = 0.3


def test_a_step_is_that_of_units_of_minus_and_plus_one() -> None:
    machine = nh.HelmholtzMachine([4, 3, 2], initial=Normal(0.7), dtype="float64", seed=1)
    rule = nh.WakeSleep()
    phases = rule.phases(machine, all_states(4), seed=2)
    updates = rule.updates(machine, phases)
    before = {key: value.copy() for key, value in machine.parameters().items()}
    nh.Signed(nh.Delta(RATE)).apply(machine, updates)
    for update in updates.local:
        projections = [a for a in update.afferents if a.presynaptic is not None]
        (bias,) = (a for a in update.afferents if a.presynaptic is None)
        error = update.scale * update.error
        moved = RATE * error.sum(axis=0)
        for afferent in projections:
            key = afferent.synapses.key
            change = RATE * (2 * afferent.presynaptic - 1).T @ error  # of V, where W = 2 V
            np.testing.assert_allclose(
                machine.parameters()[key], before[key] + 2 * change, atol=1e-12
            )
            moved = moved - change.sum(axis=0)  # b = c - sum V
        key = bias.synapses.key
        np.testing.assert_allclose(machine.parameters()[key], before[key] + moved, atol=1e-12)


def test_recorded_and_by_hand_are_alike() -> None:
    class ByHand(nh.Signed):
        """Not recordable, since a class has to say so of itself."""

    results = []
    for kind in (nh.Signed, ByHand):
        machine = nh.HelmholtzMachine([6, 4, 2], seed=1)
        plasticity = kind(nh.Delta(0.1, momentum=0.5))
        nh.train(machine, all_states(6), plasticity=plasticity, epochs=2, batch_size=16)
        results.append(machine.parameters())
    for key, value in results[0].items():
        np.testing.assert_array_equal(value, results[1][key])


def test_settings_make_it_anew() -> None:
    signed = nh.Signed(nh.Adam(0.02))
    again = as_plasticity("signed", **signed.settings())
    assert isinstance(again, nh.Signed)
    assert again.settings() == signed.settings()


@pytest.mark.parametrize("outer", [nh.Signed, nh.Natural, nh.DiagonalNatural, nh.OnlineNatural])
@pytest.mark.parametrize("inner", [nh.Signed, nh.Natural])
def test_what_turns_gradients_is_within_nothing(outer, inner) -> None:
    """It would be silently left out: only the steps of what is within are made."""
    with pytest.raises(ArgumentTypeError, match="other plasticity"):
        outer(inner())
