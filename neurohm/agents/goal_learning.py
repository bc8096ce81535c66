"""How a goal-seeded machine learns: warm-up awake, then wake and sleep, recorded and replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from neurohm.agents.contexts import Expansion
from neurohm.agents.goal_lessons import Lessons
from neurohm.backend import Activations, Array, MovingStream, RandomStream, Site
from neurohm.kernels import Kernels
from neurohm.learning.goal_seeded import GoalSeeded
from neurohm.machine import Activity, HelmholtzMachine, Updates, Workspace, predict, teach
from neurohm.machine.initial import fit_visible_bias
from neurohm.plasticity import Delta, Plasticity
from neurohm.progress import progress_of


@dataclass
class Course:
    """How learning goes.

    Parameters
    ----------
    steps, batch_size : int
    learning_rate : float
    rates : dict of str to float
        Factors of the learning rate by parameter.
    warm_up : float
        Part of the run in which only the generative pathway learns.
    asleep : bool
        Whether the recognition pathway learns after it.
    final : float
        Factor of the learning rate at the end, to which it falls in a straight line.
    decay : float or None
        Of the memory, the trace of the deepest population.
    seed : int
    """

    steps: int
    batch_size: int
    learning_rate: float
    rates: dict[str, float]
    warm_up: float
    asleep: bool
    final: float
    decay: float | None
    seed: int


@dataclass(eq=False)
class _Program:
    """A step that is recorded, and what it changes."""

    program: Any
    changes: list[tuple[HelmholtzMachine, Plasticity, tuple[str, ...]]] = field(
        default_factory=list
    )


class Learner:
    """Carries out the steps of learning in memory of its own.

    Parameters
    ----------
    machine : HelmholtzMachine
    expansion : Expansion or None
    lessons : Lessons
    course : Course
    decoders : tuple of HelmholtzMachine
        Machines whose visible units are a factor of the goal, and whose hidden units the deepest
        population; one for each factor that can be told.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        expansion: Expansion | None,
        lessons: Lessons,
        course: Course,
        decoders: tuple[HelmholtzMachine, ...] = (),
    ) -> None:
        self.machine, self.expansion, self.lessons = machine, expansion, lessons
        self.course, self.decoders = course, decoders
        self.rule, self.work = GoalSeeded(), Workspace(machine.backend)
        rows, zeros = course.batch_size, machine.backend.zeros
        self.x = zeros((rows, machine.visible.size), machine.dtype)
        self.context: Activations | None = (
            None if expansion is None else expansion.room(rows, machine)
        )
        self.targets = [zeros((rows, d.visible.size), machine.dtype) for d in decoders]
        self.clock = np.zeros(2, np.uint32)
        self.bound = zeros((1,), np.float64)
        self.awake: Activity | None = None
        self._keys = RandomStream(course.seed).keys()
        self._plasticity = Delta(course.learning_rate, rates=course.rates)
        self._teaching = [Delta(course.learning_rate) for _ in decoders]
        self._decoding_work = [Workspace(machine.backend) for _ in decoders]

    def learn(self, progress: bool = True) -> list[float]:
        """Learn, and return the mean bound (nats) of each hundredth of the run."""
        course, history = self.course, []
        share = max(1, course.steps // 100)
        with (
            self._workers() as workers,
            progress_of(course.steps, "learning", "steps", shown=progress) as done,
        ):
            warm = _Program(None)
            warm.program = self.machine.kernels.record(self._body(warm, asleep=False))
            both = warm
            if course.asleep:
                both = _Program(None)
                both.program = self.machine.kernels.record(self._body(both, asleep=True))
            for step in range(course.steps):
                part = step / course.steps
                program = warm if part < course.warm_up else both
                self._sequence(step, 1 + (course.final - 1) * part, program, workers)
                if (step + 1) % share == 0:
                    seen = share * course.batch_size * self.lessons.times
                    history.append(float(self.bound[0]) / seen)
                    self.bound[...] = 0
                    done.advance(share)
        return history

    @contextmanager
    def _workers(self) -> Iterator[Any]:
        quiet = np.errstate(over="ignore", invalid="ignore")
        crew, backend = self.machine.kernels.workers(None), self.machine.backend
        with threadpool_limits(1, "blas"), quiet, backend.activate(), crew as workers:
            yield workers

    def _body(self, program: _Program, *, asleep: bool) -> Callable[[Kernels], None]:
        """Return what is to be recorded: a step, with its changes."""

        def body(kernels: Kernels) -> None:
            machine, rule = self.machine.issuing(kernels), self.rule
            stream = MovingStream(self._keys, self.clock)
            self.awake = rule.wake(machine, self.x, stream, self.work, context=self.context)
            updates = rule.wake_updates(machine, self.awake, self.work)
            kernels.arrays.accumulate(updates.monitored["bound"], self.bound)
            if asleep:
                dreams = rule.sleep(
                    machine, self.x.shape[0], stream, self.work, context=self.context
                )
                updates += rule.sleep_updates(machine, dreams, self.work)
            keys = self._plasticity.issue(machine, updates, self.work)
            program.changes = [(machine, self._plasticity, keys)]
            for number, decoder in enumerate(self.decoders):
                program.changes.append(self._decoding(kernels, number, decoder))

        return body

    def _decoding(
        self, kernels: Kernels, number: int, decoder: HelmholtzMachine
    ) -> tuple[HelmholtzMachine, Plasticity, tuple[str, ...]]:
        """Let a decoder learn to tell the goal from the deepest population."""
        view, plasticity = decoder.issuing(kernels), self._teaching[number]
        assert self.awake is not None
        deepest = self.awake.states[len(self.machine.populations) - 1]
        work = self._decoding_work[number]
        updates = decode_updates(view, self.targets[number], deepest, work)
        return view, plasticity, plasticity.issue(view, updates, work)

    def _sequence(self, step: int, factor: float, program: _Program, workers: Any) -> None:
        """Learn a batch of sequences, time after time, with the memory of what was."""
        course, lessons = self.course, self.lessons
        rng = RandomStream(course.seed, step).generator(Site.SHUFFLE.of())
        chosen = rng.integers(0, len(lessons), course.batch_size)
        memory = np.zeros((course.batch_size, self.machine.sizes[-1]), self.machine.dtype)
        goals = lessons.goals_of(chosen)
        for target, place in zip(self.targets, lessons.codes.told_apart, strict=True):
            target[...] = goals[place]
        for time in range(lessons.times):
            self.x[...] = lessons.visible(chosen, time)
            if self.expansion is not None and self.context is not None:
                parts = [*goals, *lessons.situation(chosen, time)]
                parts += [memory] if course.decay is not None else []
                self.expansion.write(parts, self.context)
            self.clock[0] = step * lessons.times + time
            for machine, plasticity, keys in program.changes:
                plasticity.advance(machine, keys, factor)
            workers.run(program.program)
            if course.decay is not None and self.awake is not None:
                deepest = self.awake.dense(len(self.machine.populations) - 1)
                memory = remember(memory, deepest, course.decay)


def remember(memory: Array, z: Array, decay: float) -> Array:
    """Return the trace of the deepest population after one more time: decay m + (1 - decay) s.

    s = 2 z - 1 is the activity z of binary units as -1 and +1. (A trace of 0 and 1 has a mean that
    all pasts share and that the synapses from the context have to learn away.)

    Examples
    --------
    >>> remember(np.zeros(2), np.array([1.0, 0.0]), 0.75).tolist()
    [0.25, -0.25]
    """
    return np.asarray(decay * memory + (1 - decay) * (2 * z - 1), dtype=memory.dtype)


def centre(machine: HelmholtzMachine, lessons: Lessons) -> None:
    """Begin with visible biases at the rates of the data, whose random code is balanced.

    Units of the first hidden population are on for half of binary data, however sparse.
    """
    mean = lessons.mean()
    if machine.visible.domain in ("binary", "one-hot"):
        fit_visible_bias(machine, mean)
    if machine.visible.domain == "binary":
        weights = machine.parameters()["recognition/visible->hidden1"]
        machine.recognition.biases[1].weights[...] = -mean @ weights


def context_factor(
    expansion: Expansion, lessons: Lessons, course: Course, context_rate: float
) -> float:
    """Return the rate of context synapses over that of others, normalised by their input."""
    if expansion.sparse:
        active = getattr(expansion, "winners", 1)
        # few contexts are visited often in a batch: together by no more than one visit's change
        visits = min(course.batch_size, expansion.units / active)
        return context_rate * visits / course.learning_rate / active
    squared = 0.0
    if course.decay is not None:  # of independent signs, as the trace builds up
        grown = 1 - course.decay ** (2 * np.arange(lessons.times))
        share = float(grown.mean()) * (1 - course.decay) / (1 + course.decay)
        squared = lessons.codes.memory * share
    squared += len(lessons.codes.goals) * (lessons.goals is not None)
    squared += 1.0 * (lessons.situations is not None)
    return 4 / (1 + squared)


def decode_updates(
    decoder: HelmholtzMachine, goal: Array, deepest: Activations, work: Workspace
) -> Updates:
    """Return what a decoder learns of a goal, given the deepest population: error x activity."""
    activity = Activity([goal, deepest], None, {})
    prediction = predict(decoder, decoder.generative, 0, activity, work=work)
    return teach(decoder, prediction, 1 / goal.shape[0], work=work)
