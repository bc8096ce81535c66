"""A machine that simulates from goals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from inspect import signature
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neurohm.agents.context_codes import ContextCodes
from neurohm.agents.contexts import Expansion, expansion
from neurohm.agents.cycles import temperatures
from neurohm.agents.goal_learning import Course, Learner, centre, context_factor
from neurohm.agents.goal_lessons import Lessons, lessons_of
from neurohm.agents.saved import goal_seeded_from_tree, goal_seeded_to_tree
from neurohm.agents.simulation import Simulator
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import FileFormatError, InputError
from neurohm.machine import ContextMachine, HelmholtzMachine, RandomCode
from neurohm.populations import Categorical, Population, as_population
from neurohm.storage import Tree, read_model, write_model


class GoalSeededMachine(Simulator):
    """A Helmholtz machine that draws its causes from a goal, and generates what would follow.

    The deepest hidden population is driven by a context, made of the goal, the situation and a
    trace of what was, so that the machine models p(x | context). It imagines from goals, recognises
    what it imagined and generates anew, with evidence held where there is some. All learning is
    local, by `neurohm.learning.GoalSeeded`.

    Parameters
    ----------
    visible : int, str or Population
        What is imagined; a number means Bernoulli units, ``"categorical:40"`` is not taken:
        give ``nh.Categorical(40, categories=40)`` for one of 40.
    hidden : sequence of int
        Bernoulli units of each hidden population; twice as many as there are states is generous.
    goals : int or sequence of int
        Number of goals, or of each factor of a goal, such as (what, where). 0 for none.
    situation : int
        Units of what is given of the present, such as a place. 0 for none.
    memory : float, optional
        Decay of the trace of the deepest population, in [0, 1): 0 remembers the last time alone.
    context : {"conjunctive", "linear", "random", "constant"}
        How they become a context. ``"constant"`` is the plain machine, to the bit.
    context_units : int
        Of a random context.
    code_spread : float
        Deviation of the recognition weights to begin with: a random, nearly binary code. With
        memory take a crisp one, e.g. 100, since the trace adds up what undecided units do; for
        spikes a small one, e.g. 0.1, and let recognition learn from the start.
    recogniser_rate : float
        Rate of the recognition pathway as a factor of the generative one's; 0 keeps its random
        code. Near 1 the code decays: what recognition learns from blended dreams is a blend.
    recognises_context : bool
        Whether the context drives recognition, too. What is recognised may then come to say the
        goal instead of what is seen; where recognition learns, e.g. from spikes, it says more.
    learning_rate, context_rate : float
        Of the mean gradient over a batch; and of each visit to a context.
    steps, batch_size : int
    warm_up : float
        Part of the run before recognition learns.
    final : float
        Factor of the rates at the end.
    temperature : float or tuple of float
        Of hidden and of visible draws in simulation; learning is always at 1.
    random_state : int

    Attributes
    ----------
    machine_ : ContextMachine
    decoders_ : tuple of HelmholtzMachine
        From the deepest population to each factor of the goal that has more than one.
    history_ : ndarray, (up to 100,)
        Mean bound on the log-likelihood (nats) as learning went on.

    References
    ----------
    Li (2025). Cycle-consistent Helmholtz machine: goal-seeded simulation via inverted inference.
    arXiv:2507.03065 (the idea; this is a testable formulation of it, from the abstract alone).

    Examples
    --------
    >>> import neurohm as nh
    >>> goals = np.arange(400) % 3
    >>> x = np.eye(3)[goals]
    >>> model = GoalSeededMachine(nh.Categorical(3, categories=3), [12], goals=3, steps=400)
    >>> model = model.fit(x, goals)
    >>> model.simulate([0, 1, 2], random_state=1).x.argmax(axis=1).tolist()
    [0, 1, 2]
    """

    def __init__(
        self,
        visible: int | str | Population,
        hidden: Sequence[int] = (128,),
        *,
        goals: int | Sequence[int] = 0,
        situation: int = 0,
        memory: float | None = None,
        context: str = "conjunctive",
        context_units: int = 1000,
        code_spread: float = 6.0,
        recogniser_rate: float = 0.0,
        recognises_context: bool = False,
        learning_rate: float = 0.5,
        context_rate: float = 0.5,
        steps: int = 15_000,
        batch_size: int = 64,
        warm_up: float = 0.3,
        final: float = 0.1,
        temperature: float | tuple[float, float] = 0.5,
        random_state: int = 0,
    ) -> None:
        self.visible = as_population(visible)
        given = (hidden,) if isinstance(hidden, int) else tuple(hidden)
        self.hidden = tuple(whole_number("hidden units", size) for size in given)
        if not self.hidden:
            raise InputError("no hidden populations", "one at least", "hidden=[64], say")
        factors = (goals,) if isinstance(goals, int) else tuple(goals)
        self.goals = tuple(whole_number("goals", size, 0) for size in factors if size != 0)
        self.situation = whole_number("situation", situation, 0)
        self.memory = None if memory is None else real_number("memory", memory, least=0, below=1)
        self.context, self.context_units = context, whole_number("context_units", context_units)
        self.code_spread = real_number("code_spread", code_spread, least=0)
        self.recogniser_rate = real_number("recogniser_rate", recogniser_rate, least=0)
        self.recognises_context = bool(recognises_context)
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.context_rate = real_number("context_rate", context_rate, least=0)
        self.steps = whole_number("steps", steps)
        self.batch_size = whole_number("batch_size", batch_size)
        self.warm_up = real_number("warm_up", warm_up, least=0, most=1)
        self.final = real_number("final", final, above=0, most=1)
        self.temperature = temperatures(temperature)
        self.random_state = whole_number("random_state", random_state, 0)
        self.codes = ContextCodes(
            self.goals, self.situation, 0 if self.memory is None else self.hidden[-1]
        )
        self.expansion = self._expansion()

    def fit(
        self,
        x: npt.ArrayLike,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        *,
        progress: bool = True,
    ) -> Self:
        """Learn what follows from contexts.

        Parameters
        ----------
        x : array_like, (samples, visible units) or (samples, times, visible units)
            Sequences where there is a memory.
        goals : array_like, optional
            ``(samples,)`` or ``(samples, factors)`` numbers, or codes ``(samples, goal units)``.
        situations : array_like, optional
            ``(samples,)`` numbers, or codes ``(samples, situation units)``; of sequences with an
            axis of times after the first.
        progress : bool

        Returns
        -------
        GoalSeededMachine

        Raises
        ------
        InputError, ArgumentTypeError
            If the arrays do not fit.
        """
        lessons = lessons_of(self.visible, self.codes, x, goals, situations)
        units = 0 if self.expansion is None else self.expansion.units
        self.machine_ = ContextMachine(
            [self.visible, *self.hidden],
            context=units,
            recognised=self.recognises_context,
            initial=RandomCode(self.code_spread),
            seed=self.random_state,
        )
        centre(self.machine_, lessons)
        self.decoders_ = tuple(
            HelmholtzMachine([Categorical(size, categories=size), self.hidden[-1]])
            for size in (self.goals[place] for place in self.codes.told_apart)
        )
        self.seen_ = lessons.seen()
        learner = Learner(
            self.machine_, self.expansion, lessons, self._course(lessons), self.decoders_
        )
        self.history_ = np.array(learner.learn(progress))
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file, whole or not at all."""
        self._fitted()
        write_model(path, type(self).__name__, goal_seeded_to_tree(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GoalSeededMachine:
        """Read a fitted model, as `neurohm.load` does.

        Raises
        ------
        MissingFileError, FileFormatError
            If the file is not there, damaged, or of another kind.
        """
        kind, tree = read_model(path)
        if kind != cls.__name__:
            raise FileFormatError(f"{path} is a {kind}", f"a {cls.__name__}", "use nh.load")
        return cls.from_tree(tree)

    @classmethod
    def from_tree(cls, tree: Tree) -> GoalSeededMachine:
        """Return the model that a file holds."""
        return goal_seeded_from_tree(cls, tree)

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, without the visible population."""
        _, *names = signature(type(self)).parameters
        return {name: getattr(self, name) for name in names}

    def _expansion(self) -> Expansion | None:
        if self.context == "conjunctive" and self.memory is not None:
            raise InputError(
                "a conjunctive context with memory, which is no one-hot code",
                "context='linear' or 'random'",
            )
        more = {"size": self.context_units} if self.context == "random" else {}
        return expansion(self.context, self.codes.widths, **more)

    def _course(self, lessons: Lessons) -> Course:
        course = Course(
            self.steps,
            self.batch_size,
            self.learning_rate,
            {"recognition": self.recogniser_rate},
            self.warm_up,
            self.recogniser_rate > 0,
            self.final,
            self.memory,
            self.random_state,
        )
        if self.expansion is not None:
            deepest = self.machine_.populations[-1].name
            factor = context_factor(self.expansion, lessons, course, self.context_rate)
            course.rates[f"context->{deepest}"] = factor
        return course

    def __repr__(self) -> str:
        sizes = " - ".join(map(str, (self.visible.size, *self.hidden)))
        return f"GoalSeededMachine({sizes}, goals {self.goals}, {self.context} context)"
