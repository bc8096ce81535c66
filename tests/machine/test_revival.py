"""Units that are always off or on begin anew, and the machine stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.likelihood import exact_log_likelihood
from neurohm.machine import HelmholtzMachine, revive
from neurohm.machine.initial import Normal
from neurohm.populations import Categorical, Poisson

PATTERNS = (np.arange(16)[:, None] >> np.arange(4)) & 1
OFF, ON = 1, 3


def idle_machine(visible=4, **settings) -> HelmholtzMachine:
    """Return a machine with a unit that is always off, and one that is always on."""
    machine = HelmholtzMachine(
        [visible, 5, 3], initial=Normal(1.0), dtype="float64", seed=1, **settings
    )
    for pathway in (machine.generative, machine.recognition):
        pathway.biases[1].weights[[OFF, ON]] = -60, 60
    return machine


def test_units_that_say_nothing_are_found() -> None:
    assert revive(idle_machine(), PATTERNS)["hidden1"].tolist() == [OFF, ON]
    assert revive(HelmholtzMachine([4, 5, 3], seed=0), PATTERNS) == {}


def test_without_efferents_the_model_is_what_it_was() -> None:
    machine = idle_machine()
    before = exact_log_likelihood(machine, PATTERNS)
    revive(machine, PATTERNS, efferent=0.0)
    np.testing.assert_allclose(exact_log_likelihood(machine, PATTERNS), before, atol=1e-9)


def test_revived_units_are_as_active_as_they_were_asked_to_be() -> None:
    machine = idle_machine()
    revive(machine, PATTERNS, activity=0.2, afferent=0.0)
    for pathway in (machine.generative, machine.recognition):
        assert not pathway.afferents(1)[0].weights[:, [OFF, ON]].any()
        np.testing.assert_allclose(pathway.biases[1].weights[[OFF, ON]], np.log(0.2 / 0.8))


def test_recognition_of_revived_units_differs_and_keeps_its_mean() -> None:
    machine = idle_machine()
    revive(machine, PATTERNS, activity=0.2, afferent=0.5, seed=3)
    projection = machine.recognition.afferents(1)[0]
    drive = PATTERNS @ projection.weights + machine.recognition.biases[1].weights
    np.testing.assert_allclose(drive[:, [OFF, ON]].mean(axis=0), np.log(0.2 / 0.8), atol=1e-9)
    assert np.ptp(drive[:, OFF]) > 0.1
    assert not np.allclose(drive[:, OFF], drive[:, ON])


def test_other_units_keep_their_synapses() -> None:
    machine, before = idle_machine(), idle_machine().parameters()
    revive(machine, PATTERNS)
    kept = [0, 2, 4]
    after = machine.parameters()
    for key, rows in (("generative/hidden1->visible", True), ("recognition/hidden1->hidden2", True),
                      ("generative/hidden2->hidden1", False)):  # fmt: skip
        one, other = (p[key] if rows else p[key].T for p in (before, after))
        np.testing.assert_array_equal(one[kept], other[kept])


def test_one_seed_one_result() -> None:
    first, second, other = idle_machine(), idle_machine(), idle_machine()
    for machine, seed in ((first, 2), (second, 2), (other, 3)):
        revive(machine, PATTERNS, seed=seed)
    key = "recognition/visible->hidden1"
    np.testing.assert_array_equal(first.parameters()[key], second.parameters()[key])
    assert not np.array_equal(first.parameters()[key], other.parameters()[key])


def test_only_binary_hidden_units_are_revived() -> None:
    machine = HelmholtzMachine([Poisson(4), Categorical(4, categories=2)], seed=0)
    assert revive(machine, PATTERNS) == {}
    counts = idle_machine(Poisson(4))
    assert revive(counts, PATTERNS)["hidden1"].tolist() == [OFF, ON]


@pytest.mark.parametrize(
    ("rows", "settings", "words"),
    [
        (PATTERNS[:0], {}, "no rows"),
        (PATTERNS, {"idle": 0.5}, "idle"),
        (PATTERNS, {"activity": 0.0}, "activity"),
        (PATTERNS, {"afferent": -1.0}, "afferent"),
        (PATTERNS[:, :3], {}, "data of shape"),
    ],
)
def test_what_does_not_fit_is_refused(rows, settings, words: str) -> None:
    with pytest.raises(InputError, match=words):
        revive(idle_machine(), rows, **settings)
