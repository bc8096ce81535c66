"""Layers and particles that idle are warned of, once each, and nothing else changes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array

from neurohm.exceptions import NeurohmWarning
from neurohm.learning import Reweighted
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Delta
from neurohm.training import Callback, train
from neurohm.training.run import History
from neurohm.training.watch import Watch


class Hold(Callback):
    """Holds recognition biases where they are put."""

    def __init__(self, bias: float, share: float = 1.0) -> None:
        self.bias, self.share = bias, share

    def after_step(self, run) -> None:
        parameters = run.machine.parameters()
        parameters["recognition/hidden1"][: round(self.share * 6)] = self.bias


def said(x, *callbacks, epochs: int = 120, **settings) -> list[str]:
    machine = HelmholtzMachine([x.shape[1], 6, 3], seed=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NeurohmWarning)
        train(machine, x, epochs=epochs, batch_size=8, callbacks=callbacks, **settings)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize(
    ("bias", "state"), [(-30.0, r"always off \(dead\)"), (30.0, r"always on \(saturated\)")]
)
@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_a_layer_that_idles_is_warned_of_once(x, bias: float, state: str, form) -> None:
    texts = said(form(x), Hold(bias), plasticity=Delta(1e-3))
    assert len(texts) == 1
    assert texts[0].startswith("6 of 6 units of hidden1 are always o")
    assert "; try " in texts[0]


def test_some_idle_units_are_no_matter(x) -> None:
    assert said(x, Hold(-30.0, 0.5), plasticity=Delta(1e-3)) == []


def test_an_ordinary_run_says_nothing(x) -> None:
    assert said(x) == []
    assert said(x, rule="reweighted") == []


def test_a_short_run_says_nothing(x) -> None:
    assert said(x, Hold(30.0), epochs=3) == []


def test_particles_of_which_one_has_all_the_weight(run) -> None:
    class Past:
        """A run as the watch sees it."""

        history = History({"effective_sample_size": [1.01]})
        rule = Reweighted(particles=5)
        position = type("At", (), {"epoch": 1})
        machine = HelmholtzMachine([4, 2])

    watch = Watch(None)
    with pytest.warns(NeurohmWarning, match=r"of 5 particles 1\.01 are effective.*try more"):
        watch._weigh(Past)
    watch._weigh(Past)  # says nothing more


def test_it_changes_no_result(run, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = run(epochs=70)
    monkeypatch.setattr(Watch, "after_epoch", lambda self, run: None)
    run.assert_same(watched, run(epochs=70))
