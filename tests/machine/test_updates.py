"""Looking up what the synapses of one parameter saw."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.learning import Reweighted, WakeSleep
from neurohm.machine import HelmholtzMachine, Updates
from neurohm.plasticity import Delta

X = np.eye(4)


def updates_of(machine: HelmholtzMachine, rule: WakeSleep | Reweighted) -> Updates:
    return rule.updates(machine, rule.phases(machine, X, seed=1))


@pytest.mark.parametrize("rule", [WakeSleep(), Reweighted(particles=3)], ids=lambda rule: rule.name)
def test_what_was_seen_makes_the_change(normal_machine, rule) -> None:
    machine = normal_machine([4, 3, 2])
    updates = updates_of(machine, rule)
    twin = machine.copy()
    Delta(0.1).apply(twin, updates)
    for key, array in machine.parameters().items():
        change = np.zeros_like(array)
        for seen in updates.of(key):
            gain = 1 if seen.gain is None else seen.gain.values[:, None]
            error = seen.scale * gain * seen.error
            change += error.sum(axis=0) if seen.presynaptic is None else seen.presynaptic.T @ error
        np.testing.assert_allclose(twin.parameters()[key], array + 0.1 * change, atol=1e-12)


def test_presynaptic_activity_has_a_row_for_each_row_of_the_error(normal_machine) -> None:
    machine = normal_machine([4, 3, 2])
    updates = updates_of(machine, Reweighted(particles=3))
    wake, sleep = updates.of("recognition/visible->hidden1")
    assert (wake.phase, sleep.phase) == ("wake", "sleep")
    np.testing.assert_array_equal(wake.presynaptic, np.repeat(X, 3, axis=0))
    assert wake.gain.signal == "importance weight"
    assert (len(sleep.presynaptic), sleep.gain) == (len(sleep.error), None)
    (only,) = updates.of("recognition/visible->hidden1", "sleep")
    assert only.error is sleep.error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("generative/hidden",), "no update of 'generative/hidden'; expected one of .*/visible, "),
        (("generative/visible", "sleep"), "'generative/visible' in phase 'sleep'; expected 'wake'"),
    ],
)
def test_synapses_that_do_not_learn_are_refused(normal_machine, arguments, message) -> None:
    updates = updates_of(normal_machine([4, 3, 2]), WakeSleep())
    with pytest.raises(InputError, match=message):
        updates.of(*arguments)
