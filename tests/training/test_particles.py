"""A change of K within a run: recorded anew, in the history, and the old programs are gone."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from neurohm.backend import RandomStream
from neurohm.learning import Bidirectional, Reweighted
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Delta
from neurohm.training import ArrayBatches, Callback, loop
from neurohm.training.step import RecordedStep, step_of

BY_EPOCH = {0: 2, 2: 4, 3: 3}


@pytest.mark.parametrize("kind", [Reweighted, Bidirectional])
@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_each_epoch_learns_from_its_number_of_particles(run, x, kind, order: str) -> None:
    result = run(
        rule=kind(particles=BY_EPOCH), plasticity=Delta(0.2), epochs=4, batch_size=23, order=order
    )
    machine = HelmholtzMachine([8, 5, 3], seed=1)
    for step, particles in enumerate((2, 2, 4, 3)):
        rule, stream = kind(particles=particles), RandomStream(4, step)
        batch = x[ArrayBatches(x).order(step, 4)]
        if order == "alternating":
            wake = rule.wake_updates(machine, rule.wake(machine, batch, stream))
            Delta(0.2).apply(machine, wake)
            asleep = rule.sleep_updates(machine, rule.sleep(machine, 23, stream))
            Delta(0.2).apply(machine, asleep)
        else:
            phases = rule.phases(machine, batch, seed=stream)
            Delta(0.2).apply(machine, rule.updates(machine, phases))
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, result.machine.parameters()[key])


def test_the_history_has_the_number_of_each_epoch(run) -> None:
    result = run(rule=Reweighted(particles=BY_EPOCH), epochs=5)
    assert result.history["particles"].tolist() == [2, 2, 4, 3, 3]
    assert (result.history["effective_sample_size"] <= result.history["particles"]).all()
    assert "particles" not in run(rule=Reweighted(particles=2), epochs=1).history


@pytest.mark.parametrize("threads", [1, 2, None])
def test_the_memory_of_old_programs_is_freed(run, threads, monkeypatch) -> None:
    steps: list[RecordedStep] = []
    monkeypatch.setattr(loop, "step_of", lambda *given: steps.append(step_of(*given)) or steps[-1])
    seen: list[tuple[weakref.ref, weakref.ref]] = []

    class Watch(Callback):
        def after_step(self, run) -> None:
            (((part, *_), _), *_) = steps[0]._recorded.values()
            seen.append((weakref.ref(part.program), weakref.ref(steps[0].work)))

        def after_epoch(self, run) -> None:
            gc.collect()
            alive = {ref() for refs in seen for ref in refs} - {None}
            changed = run.position.epoch in BY_EPOCH
            assert len(alive) == (0 if changed else 2)

    run(
        rule=Reweighted(particles=BY_EPOCH),
        epochs=4,
        batch_size=2,
        data=np.eye(8, dtype=np.float32),
        callbacks=[Watch()],
        threads=threads,
    )
