"""Monitors of the layers: what they write, when, and that learning does not notice."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import layer_measures
from neurohm.training import Checkpoint, LayerMonitor
from neurohm.training.layer_monitor import MEASURES, SAMPLE_SIZE, column_of

COLUMNS = [column_of(m, layer) for m in MEASURES for layer in ("hidden1", "hidden2")]


def test_the_history_has_the_measures_of_each_epoch(run, held_out) -> None:
    result = run(rule="reweighted", epochs=2, callbacks=[LayerMonitor(held_out, particles=4)])
    measured = layer_measures(result.machine, held_out, particles=4)
    for measure in MEASURES:
        for layer, value in zip(measured.populations, getattr(measured, measure), strict=True):
            column = result.history[column_of(measure, layer)]
            assert np.isfinite(column).all()
            assert column[-1] == value
    assert result.history[SAMPLE_SIZE][-1] == measured.effective_sample_size


def test_epochs_between_are_not_measured(run, held_out) -> None:
    result = run(epochs=5, callbacks=[LayerMonitor(held_out, every=2)])
    for column in (*COLUMNS, SAMPLE_SIZE):
        assert np.isfinite(result.history[column]).tolist() == [False, True, False, True, False]


def test_learning_does_not_notice(run, held_out) -> None:
    watched = run(rule="reweighted", callbacks=[LayerMonitor(held_out)])
    for key, array in run(rule="reweighted").machine.parameters().items():
        np.testing.assert_array_equal(array, watched.machine.parameters()[key])


def test_a_resumed_run_has_the_same_measures(run, held_out, tmp_path) -> None:
    def monitor() -> LayerMonitor:
        return LayerMonitor(held_out, every=2, particles=3)

    class Stop(LayerMonitor):
        def after_epoch(self, run) -> None:
            super().after_epoch(run)
            if run.position.epoch == 3:
                raise RuntimeError("stopped")

    unbroken, path = run(epochs=6, callbacks=[monitor()]), tmp_path / "run.h5"
    checkpoint = Checkpoint(path, every=-1.0)
    with pytest.raises(RuntimeError, match="stopped"):
        run(epochs=6, callbacks=[Stop(held_out, every=2, particles=3), checkpoint])
    run.assert_same(run(epochs=6, callbacks=[monitor()], resume=path), unbroken)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"every": 0}, InputError, "every 0"),
        ({"every": 1.5}, ArgumentTypeError, "every 1.5"),
        ({"particles": 1}, InputError, "particles 1; expected at least 2"),
        ({"threshold": -1}, InputError, "threshold -1"),
    ],
)
def test_settings_that_make_no_monitor_are_refused(held_out, settings, error, message) -> None:
    with pytest.raises(error, match=message):
        LayerMonitor(held_out, **settings)
