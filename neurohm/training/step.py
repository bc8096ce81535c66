"""One step of learning: recorded once for each size of batch, then replayed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, MovingStream, RandomStream
from neurohm.kernels import Kernels, Program, Workers
from neurohm.learning import LearningRule, Phases
from neurohm.machine import Activity, HelmholtzMachine, Stream, Updates, Workspace
from neurohm.training.batches import Batches, IssuedBatches
from neurohm.training.run import Run


class Step(ABC):
    """The step of a run, with all its buffers.

    Parameters
    ----------
    run : Run
    batches : Batches
    workers : Workers
        Who carry out what is recorded.

    Attributes
    ----------
    rule : LearningRule
        That of the epoch.
    sums : dict of str to ndarray of float64, (1,)
        Sums over the epoch of what the rule watches.
    awake, dreams : Activity or None
        Of the present step.
    """

    def __init__(self, run: Run, batches: Batches, workers: Workers) -> None:
        self.run, self.batches, self.workers = run, batches, workers
        self.rule = run.rule.at(run.position.epoch)
        self.work = Workspace(run.machine.backend)
        self.stream: Stream = RandomStream(run.seed)
        self.sums: dict[str, Array] = {}
        self.awake: Activity | None = None
        self.dreams: Activity | None = None

    def learn(self, indices: npt.NDArray[np.int64], factor: float) -> None:
        """Learn a batch, at the learning rate times a factor."""
        self.carry_out(indices, factor)

    @abstractmethod
    def carry_out(self, indices: npt.NDArray[np.int64], factor: float) -> None:
        """Learn a batch."""

    def data(self, rows: int) -> Activations:
        """Return a buffer for a batch, dense or compressed as the run has it."""
        machine = self.run.machine
        room = self.work.sparse if self.run.compressed else self.work.array
        return room("data", (rows, machine.visible.size), machine.dtype)

    def wake(self, machine: HelmholtzMachine, x: Activations) -> Updates:
        """Return what is learned awake, and add what is watched to the sums."""
        rule, zeros = self.rule, machine.backend.zeros
        self.awake = rule.wake(machine, x, self.stream, self.work)
        updates = rule.wake_updates(machine, self.awake, self.work)
        for name, values in updates.monitored.items():
            if name not in self.sums:
                self.sums[name] = zeros((1,), np.float64)
                self.sums[name][...] = self.run.position.sums.get(name, 0.0)
            machine.kernels.arrays.accumulate(values, self.sums[name])
        return updates

    def sleep(self, machine: HelmholtzMachine, samples: int) -> Updates:
        """Return what is learned asleep, beside that many samples."""
        rule, form = self.rule, {"compressed": True} if self.run.compressed else {}
        self.dreams = rule.sleep(machine, samples, self.stream, self.work, **form)
        return rule.sleep_updates(machine, self.dreams, self.work)

    def metric(self, machine: HelmholtzMachine) -> Updates:
        """Return activity for a metric, of both phases, if plasticity wants one now."""
        if not self.run.plasticity.wants_metric:
            return Updates()
        assert self.awake is not None
        phases = Phases(self.awake, self.dreams)
        return self.rule.metric(machine, phases, self.stream, self.work)

    def begin_epoch(self) -> None:
        """Begin with the sums that the run's position holds, and with the rule of the epoch."""
        for name, total in self.sums.items():
            total[...] = self.run.position.sums.get(name, 0.0)
        rule = self.run.rule.at(self.run.position.epoch)
        if rule != self.rule:
            self.change_to(rule)

    def change_to(self, rule: LearningRule) -> None:
        """Go on with another rule, in buffers of its own."""
        self.rule, self.work = rule, Workspace(self.run.machine.backend)

    def settle(self) -> None:
        """Bring the run's position up to date."""
        backend = self.run.machine.backend
        for name, total in self.sums.items():
            self.run.position.sums[name] = float(backend.to_host(total)[0])


class StepByHand(Step):
    """A step that is gone through anew each time, for rules that do more than to call kernels."""

    def carry_out(self, indices: npt.NDArray[np.int64], factor: float) -> None:
        """Learn a batch."""
        machine, plasticity = self.run.machine, self.run.plasticity
        self.stream = RandomStream(self.run.seed, self.run.position.step)
        x = self.data(len(indices))
        plasticity.plan(len(indices), factor)
        self.batches.take(indices, x)
        updates = self.wake(machine, x)
        if self.run.order == "alternating":
            plasticity.apply(machine, updates, factor=factor, work=self.work)
            updates = self.sleep(machine, x.shape[0])
        else:
            updates += self.sleep(machine, x.shape[0])
            updates += self.metric(machine)
        self.run.dreams = self.dreams
        plasticity.apply(machine, updates, factor=factor, work=self.work)


@dataclass(frozen=True, eq=False)
class Replay:
    """What is replayed in one go.

    Parameters
    ----------
    program : Program
    keys : tuple of str
        Of the parameters that it changes.
    """

    program: Program
    keys: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class BatchRoom:
    """Where the batches of one size are put.

    Parameters
    ----------
    x : ndarray or SparseRows, (rows, visible units)
        Receives the samples.
    news : ndarray of int64, (1 + rows,) or (1,)
        What changes from step to step, side by side, so that one copy brings it to a device: the
        clock, and where the samples come from, if kernels gather them.
    """

    x: Activations
    news: Array

    @property
    def clock(self) -> Array:
        """Step and first row, see `neurohm.backend.Draws`: uint32, ``(2,)``."""
        return self.news[:1].view(np.uint32)

    @property
    def places(self) -> Array | None:
        """Where the samples come from, ``(rows,)``; None if kernels do not gather them."""
        return self.news[1:] if self.news.size > 1 else None


class RecordedStep(Step):
    """A step whose kernel calls are recorded once for each size of batch, and replayed."""

    def __init__(self, run: Run, batches: Batches, workers: Workers) -> None:
        super().__init__(run, batches, workers)
        backend = run.machine.backend
        self._keys = backend.asarray(RandomStream(run.seed).keys(), np.uint32)
        self._issued = batches if isinstance(batches, IssuedBatches) else None
        self._rooms: dict[int, BatchRoom] = {}
        self._recorded: dict[Hashable, tuple[tuple[Replay, ...], Activity | None]] = {}

    def carry_out(self, indices: npt.NDArray[np.int64], factor: float) -> None:
        """Learn a batch."""
        run, rows = self.run, len(indices)
        kind = rows, run.plasticity.plan(rows, factor)
        if rows not in self._rooms:
            self._rooms[rows] = self._batch(rows)
        batch = self._rooms[rows]
        if kind not in self._recorded:
            self._recorded[kind] = self._record(batch), self.dreams
        parts, run.dreams = self._recorded[kind]
        news = np.empty(batch.news.size, np.int64)
        news[:1].view(np.uint32)[:] = run.position.step, 0
        if batch.places is None:
            self.batches.take(indices, batch.x)
        elif self._issued is not None:
            news[1:] = self._issued.places(indices)
        run.machine.backend.write(batch.news, news)
        for part in parts:
            run.plasticity.advance(run.machine, part.keys, factor)
            self.workers.run(part.program)

    def change_to(self, rule: LearningRule) -> None:
        """Go on with another rule; what was recorded of the last one is let go of."""
        super().change_to(rule)
        self._rooms.clear()
        self._recorded.clear()
        self.workers.forget()

    def _batch(self, rows: int) -> BatchRoom:
        x = self.data(rows)
        gathered = self._issued is not None and self._issued.can_issue(x)
        return BatchRoom(x, self.run.machine.backend.zeros((1 + rows * gathered,), np.int64))

    def _record(self, batch: BatchRoom) -> tuple[Replay, ...]:
        rows = batch.x.shape[0]
        self.stream = MovingStream(self._keys, batch.clock)
        if self.run.order == "alternating":
            return (
                self._part(lambda machine: self._gather_and_wake(machine, batch)),
                self._part(lambda machine: self.sleep(machine, rows)),
            )
        return (self._part(lambda machine: self._both(machine, batch)),)

    def _both(self, machine: HelmholtzMachine, batch: BatchRoom) -> Updates:
        with machine.kernels.branch():
            asleep = self.sleep(machine, batch.x.shape[0])
        updates = self._gather_and_wake(machine, batch) + asleep
        return updates + self.metric(machine)

    def _gather_and_wake(self, machine: HelmholtzMachine, batch: BatchRoom) -> Updates:
        if batch.places is not None and self._issued is not None:
            self._issued.issue(machine, batch.places, batch.x)
        return self.wake(machine, batch.x)

    def _part(self, phase: Callable[[HelmholtzMachine], Updates]) -> Replay:
        """Record a phase and the change that it brings."""
        changed: list[str] = []

        def body(kernels: Kernels) -> None:
            machine = self.run.machine.issuing(kernels)
            changed.extend(self.run.plasticity.issue(machine, phase(machine), self.work))

        return Replay(self.run.machine.kernels.record(body), tuple(changed))


@runtime_checkable
class StepMaker(Protocol):
    """Batches that learn in a way of their own, such as in several places."""

    def step(self, run: Run, workers: Workers) -> Step:
        """Return the step of a run."""


def step_of(run: Run, batches: Batches, workers: Workers) -> Step:
    """Return the step of a run, recorded where all that it consists of allows that."""
    if isinstance(batches, StepMaker):
        return batches.step(run, workers)
    pathways = (run.machine.generative, run.machine.recognition)
    kinds = [p for pathway in pathways for p in pathway.populations.values()]
    plasticity = run.plasticity
    inner = getattr(plasticity, "inner", None)
    choices = (run.rule, plasticity, inner, plasticity.constraint, *kinds)
    if all(map(is_recordable, choices)):
        return RecordedStep(run, batches, workers)
    return StepByHand(run, batches, workers)


def is_recordable(choice: Any) -> bool:
    """Return whether a class says of itself, not of those derived from it, that it is.

    A choice that is recordable with some of its settings alone has a ``can_be_recorded``.
    """
    declared = choice is None or bool(vars(type(choice)).get("recordable", False))
    return declared and bool(getattr(choice, "can_be_recorded", True))
