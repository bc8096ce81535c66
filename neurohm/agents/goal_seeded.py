"""A machine that simulates from goals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neurohm.agents.contexts import Expansion, expansion
from neurohm.agents.cycles import (
    Cycle,
    Evidence,
    check_temperature,
    free_energy_of,
    imagine,
    refine,
    whole_groups,
)
from neurohm.agents.goal_learning import Course, Learner, Lessons, one_hot
from neurohm.backend import Activations, Array, RandomStream, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError, NotFittedError
from neurohm.machine import ContextMachine, HelmholtzMachine, RandomCode, Workspace
from neurohm.machine.initial import fit_visible_bias
from neurohm.machine.inputs import drive, input_of
from neurohm.populations import Categorical, Population, as_population
from neurohm.storage import machine_from_tree, machine_to_tree, read_model, write_model

SELECTIONS = ("free-energy", "goal", "both")
KIND = "GoalSeededMachine"


@dataclass(frozen=True, eq=False)
class Simulation:
    """What a machine imagined.

    Parameters
    ----------
    x : ndarray, (rows, visible units)
        The chosen candidate of each row.
    deepest : ndarray, (rows, units)
        The deepest population that goes with it.
    free_energy : ndarray of float64, (cycles + 1, rows)
        Of the chosen candidate, before and after each cycle of refinement, nats.
    scores : ndarray of float64, (rows, candidates)
        By which candidates were chosen: higher is better.
    """

    x: Array
    deepest: Array
    free_energy: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]

    def __repr__(self) -> str:
        rows, candidates = self.scores.shape
        return f"Simulation({rows} rows, best of {candidates}, {len(self.free_energy) - 1} cycles)"


class GoalSeededMachine:
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
        Deviation of the recognition weights to begin with: a random, nearly binary code. For spikes
        take a small one, e.g. 0.1, and let recognition learn.
    recogniser_rate : float
        Rate of the recognition pathway as a factor of the generative one's; 0 keeps its random
        code. Near 1 the code decays: what recognition learns from blended dreams is a blend.
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
        From the deepest population to each factor of the goal.
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
        factors = (goals,) if isinstance(goals, int) else tuple(goals)
        self.goals = tuple(whole_number("goals", size, 0) for size in factors if size != 0)
        self.situation = whole_number("situation", situation, 0)
        self.memory = None if memory is None else real_number("memory", memory, least=0, below=1)
        self.context, self.context_units = context, whole_number("context_units", context_units)
        self.code_spread = real_number("code_spread", code_spread, least=0)
        self.recogniser_rate = real_number("recogniser_rate", recogniser_rate, least=0)
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.context_rate = real_number("context_rate", context_rate, least=0)
        self.steps = whole_number("steps", steps)
        self.batch_size = whole_number("batch_size", batch_size)
        self.warm_up = real_number("warm_up", warm_up, least=0, most=1)
        self.final = real_number("final", final, above=0, most=1)
        self.temperature = _pair(temperature)
        self.random_state = whole_number("random_state", random_state, 0)
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
        lessons = self._lessons(x, goals, situations)
        units = 0 if self.expansion is None else self.expansion.units
        populations: list[Population | int | str] = [self.visible, *self.hidden]
        initial, seed = RandomCode(self.code_spread), self.random_state
        self.machine_ = ContextMachine(populations, context=units, initial=initial, seed=seed)
        if self.visible.domain in ("binary", "one-hot"):
            fit_visible_bias(self.machine_, _mean(lessons))
        if self.visible.domain == "binary":
            _centre(self.machine_, _mean(lessons))
        self.decoders_ = tuple(
            HelmholtzMachine([Categorical(size, categories=size), self.hidden[-1]])
            for size in (self.goals if lessons.goals is not None else ())
            if size > 1
        )
        self.seen_ = _seen(lessons)
        learner = Learner(
            self.machine_, self.expansion, lessons, self._course(lessons), self.decoders_
        )
        self.history_ = np.array(learner.learn(progress))
        return self

    def simulate(
        self,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        memory: Array | None = None,
        *,
        rows: int | None = None,
        evidence: npt.ArrayLike | None = None,
        observed: npt.ArrayLike | None = None,
        cycles: int = 0,
        accept: str = "always",
        candidates: int = 1,
        select: str = "free-energy",
        temperature: float | tuple[float, float] | None = None,
        random_state: int | RandomStream = 0,
    ) -> Simulation:
        """Imagine what follows from goals and situations.

        Parameters
        ----------
        goals, situations : array_like, optional
            As for `fit`, a row for each simulation.
        memory : ndarray, (rows, deepest units), optional
            Trace of what was; nothing by default.
        rows : int, optional
            Simulations, where neither goals nor situations nor memory say how many.
        evidence, observed : array_like, (rows, visible units) or (visible units,), optional
            States of units that are given, and which those are.
        cycles : int
            Of recognition and generation. Without evidence or selection they do not make goals more
            likely, and with imperfect recognition less.
        accept : {"always", "greedy", "metropolis"}
            Which cycles are taken, see `neurohm.agents.refine`.
        candidates : int
            Of which the best is chosen.
        select : {"free-energy", "goal", "both"}
            What is best: the lowest free energy, the goal decoded best, or their sum.
        temperature : float or tuple of float, optional
            Of hidden and visible draws; the model's by default.
        random_state : int or RandomStream

        Returns
        -------
        Simulation

        Raises
        ------
        InputError
            If a goal code is of the wrong width, a goal was never seen in learning, or evidence is
            nothing that visible units can be.
        NotFittedError
            Before `fit`.
        """
        machine = self._fitted()
        heat = self.temperature if temperature is None else _pair(temperature)
        check_temperature(machine, heat)
        candidates = whole_number("candidates", candidates)
        parts = self.context_parts(goals, situations, memory, rows)
        count = len(parts[0]) if parts else whole_number("rows", 1 if rows is None else rows)
        tiled = [np.repeat(part, candidates, axis=0) for part in parts]
        context = self.expansion(tiled, machine) if self.expansion is not None else None
        stream = _stream(random_state)
        given = self._evidence(evidence, observed, count, candidates)
        states = imagine(machine, context, count * candidates, stream, heat)
        if given is not None:
            states[0] = given.clamp(_array(states[0]))
        how = Cycle(whole_number("cycles", cycles, 0), accept, heat)
        states, energy = refine(machine, states, given, how, stream)
        scores = self._scores(machine, states, tiled, select, stream, candidates)
        best = np.arange(count) * candidates + scores.argmax(axis=1)
        deepest = _array(states[len(machine.populations) - 1])
        return Simulation(_array(states[0])[best], deepest[best], energy[:, best], scores)

    def free_energy(
        self,
        x: npt.ArrayLike,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        memory: Array | None = None,
        *,
        draws: int = 8,
    ) -> npt.NDArray[np.float64]:
        """Estimate the free energy of observations in their contexts, ``(rows,)``, nats."""
        machine = self._fitted()
        data = machine.as_activity(x)
        states = [data, *self.recognise(x, goals, situations, memory)]
        energies = [free_energy_of(machine, states, RandomStream(0, k)) for k in range(draws)]
        return np.asarray(np.mean(energies, axis=0))

    def recognise(
        self,
        x: npt.ArrayLike,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        memory: Array | None = None,
        *,
        random_state: int | RandomStream = 0,
    ) -> list[Activations]:
        """Draw the hidden populations given observations; the context comes last."""
        from neurohm.machine import recognise

        machine = self._fitted()
        data = machine.as_activity(x)
        parts = self.context_parts(goals, situations, memory, len(data))
        context = self.expansion(parts, machine) if self.expansion is not None else None
        activity = recognise(machine, data, _stream(random_state), Site.RECOGNISE, context=context)
        return activity.states[1:]

    def decode(self, deepest: Array) -> list[npt.NDArray[np.float64]]:
        """Return how probable each goal is given the deepest population, a matrix a factor."""
        self._fitted()
        probabilities = []
        for decoder in self.decoders_:
            states: list[Activations] = [deepest, deepest]
            work = Workspace(decoder.backend)
            brought = drive(decoder, decoder.generative, 0, states, work, Site.DECODE)
            mean = decoder.backend.zeros((len(deepest), decoder.visible.size), decoder.dtype)
            given = input_of(decoder.generative, 0, brought)
            decoder.visible.mean(decoder.kernels, given, mean)
            probabilities.append(np.asarray(mean, dtype=np.float64))
        return probabilities

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file, whole or not at all."""
        machine = self._fitted()
        populations = [self.visible.settings()]
        write_model(
            path,
            KIND,
            {
                "settings": self.settings(),
                "visible": populations,
                "machine": machine_to_tree(machine),
                "decoders": {
                    str(i): machine_to_tree(decoder) for i, decoder in enumerate(self.decoders_)
                },
                "history": self.history_,
                "seen": np.zeros(0) if self.seen_ is None else self.seen_.astype(np.int8),
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GoalSeededMachine:
        """Read a fitted model.

        Raises
        ------
        MissingFileError, FileFormatError
            If the file is not there, damaged, or of another kind.
        """
        from neurohm.populations import population_of

        kind, tree = read_model(path)
        if kind != KIND:
            raise FileFormatError(f"{path} is a {kind}", f"a {KIND}", "use nh.load")
        settings = dict(tree["settings"])
        settings["temperature"] = tuple(settings["temperature"])
        model = cls(population_of(tree["visible"][0]), **settings)
        units = 0 if model.expansion is None else model.expansion.units
        plain = dict(tree["machine"])
        model.machine_ = ContextMachine([model.visible, *model.hidden], context=units)
        model.machine_.set_parameters(_flat(plain["parameters"]))
        model.decoders_ = tuple(
            machine_from_tree(tree["decoders"][str(i)])
            for i in range(len(tree.get("decoders", {})))
        )
        model.history_ = np.asarray(tree["history"])
        seen = np.asarray(tree["seen"])
        model.seen_ = seen.astype(bool) if seen.size else None
        return model

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, without the visible population."""
        return {
            "hidden": list(self.hidden),
            "goals": list(self.goals),
            "temperature": list(self.temperature),
            **{
                name: getattr(self, name)
                for name in (
                    "situation",
                    "memory",
                    "context",
                    "context_units",
                    "code_spread",
                    "recogniser_rate",
                    "learning_rate",
                    "context_rate",
                    "steps",
                    "batch_size",
                    "warm_up",
                    "final",
                    "random_state",
                )
            },
        }

    def _fitted(self) -> ContextMachine:
        if not hasattr(self, "machine_"):
            raise NotFittedError("a GoalSeededMachine that has learned nothing", "one after fit")
        return self.machine_

    def _expansion(self) -> Expansion | None:
        widths = list(self.goals)
        widths += [self.situation] if self.situation else []
        widths += [self.hidden[-1]] if self.memory is not None else []
        if self.context == "conjunctive" and self.memory is not None:
            raise InputError(
                "a conjunctive context with memory, which is no one-hot code",
                "context='linear' or 'random'",
            )
        more = {"size": self.context_units} if self.context == "random" else {}
        return expansion(self.context, widths, **more)

    def _course(self, lessons: Lessons) -> Course:
        rates = {"recognition": self.recogniser_rate}
        if self.expansion is not None:
            deepest = self.machine_.populations[-1].name
            rates[f"context->{deepest}"] = self._context_factor(lessons)
        return Course(
            self.steps,
            self.batch_size,
            self.learning_rate,
            rates,
            self.warm_up,
            self.recogniser_rate > 0,
            self.final,
            self.memory,
            self.random_state,
        )

    def _context_factor(self, lessons: Lessons) -> float:
        """Return the rate of context synapses over that of others, normalised by their input."""
        if self.expansion is not None and self.expansion.sparse:
            active = getattr(self.expansion, "winners", 1)
            # few contexts are visited often in a batch: together by no more than one visit's change
            visits = min(self.batch_size, self.expansion.units / active)
            return self.context_rate * visits / self.learning_rate / active
        squared = 0.0
        if self.memory is not None:  # of independent signs, as the trace builds up
            grown = 1 - self.memory ** (2 * np.arange(lessons.times))
            share = float(grown.mean()) * (1 - self.memory) / (1 + self.memory)
            squared = self.hidden[-1] * share
        squared += len(self.goals) * (lessons.goals is not None)
        squared += 1.0 * (lessons.situations is not None)
        return 4 / (1 + squared)

    def _lessons(self, x: Any, goals: Any, situations: Any) -> Lessons:
        rows = self._observations(x)
        codes = self._goal_codes(goals, numbers=True)
        places = self._situation_codes(situations, numbers=True)
        if places is not None and places.ndim == 1 + (places.dtype.kind not in "iu"):
            places = places[:, None].repeat(rows.shape[1], axis=1)
        for name, part in (("goals", codes), ("situations", places)):
            if part is not None and len(part) != len(rows):
                raise InputError(f"{len(part)} {name} of {len(rows)} samples", "as many")
        return Lessons(rows, codes, places, self.goals, self.situation, self.visible.size)

    def _observations(self, x: Any) -> Array:
        """Return observations with an axis of times; of one-hot units numbers may stay numbers."""
        units, given = self.visible.size, np.asarray(x)
        single = isinstance(self.visible, Categorical) and self.visible.categories == units
        if single and given.dtype.kind in "iu" and given.ndim == 1 and len(given):
            _require_below("observations", given, units)
            return given[:, None]
        rows = given.astype(np.float32)
        rows = rows[:, None] if rows.ndim == 2 else rows
        if rows.ndim != 3 or rows.shape[2] != units or not len(rows):
            expected = f"(samples, {units}) or (samples, times, {units})"
            raise InputError(f"observations of shape {given.shape}", expected)
        self.visible.check(rows.reshape(-1, units))
        return rows

    def context_parts(
        self, goals: Any, situations: Any, memory: Any, rows: int | None
    ) -> list[Array]:
        """Return the parts of the contexts of simulations, rows of one number."""
        if self.expansion is None:
            known = [len(np.asarray(p)) for p in (goals, situations, memory) if p is not None]
            return [np.zeros((max(known), 0), np.float32)] if known else []
        codes = self._goal_codes(goals)
        if codes is not None and self.seen_ is not None:
            self._require_seen(codes)
        parts: list[Array] = []
        if codes is not None:
            parts += self._factors(codes)
        places = self._situation_codes(situations)
        if places is not None:
            parts.append(places)
        if self.memory is not None:
            count = len(parts[0]) if parts else 1 if rows is None else rows
            none = np.zeros((count, self.hidden[-1]), np.float32)
            parts.append(none if memory is None else np.asarray(memory, np.float32))
        if len({len(part) for part in parts}) > 1:
            raise InputError(
                f"contexts of {[len(part) for part in parts]} rows", "as many of each part"
            )
        return parts

    def _factors(self, codes: Array) -> list[Array]:
        """Return the codes of each factor."""
        edges = np.cumsum(self.goals)[:-1]
        return list(np.split(codes, edges, axis=1))

    def _require_seen(self, codes: Array) -> None:
        assert self.seen_ is not None
        unseen = codes.any(axis=0) & ~self.seen_
        if unseen.any():
            raise InputError(
                f"goal unit {int(np.argmax(unseen))}, of which nothing was learned",
                f"one of the {int(self.seen_.sum())} that were seen in fit",
                "fit with examples of it",
            )

    def _goal_codes(self, goals: Any, *, numbers: bool = False) -> Array | None:
        """Return goals as codes, ``(rows, goal units)``, or numbers as ``(rows, factors)``."""
        if (goals is None) != (not self.goals):
            raise InputError(
                "goals of a model that has none" if not self.goals else "no goals",
                f"goals of {self.goals} kinds" if self.goals else "none",
                "set goals=..." if not self.goals else "",
            )
        if goals is None:
            return None
        given = _numbers("goals", goals, self.goals)
        if given is None:
            return _codes("goals", goals, self.goals)
        if numbers:
            return given
        return np.concatenate(
            [one_hot(f, size) for f, size in zip(given.T, self.goals, strict=True)], axis=1
        )

    def _situation_codes(self, situations: Any, *, numbers: bool = False) -> Array | None:
        """Return situations as codes, ``(rows, [times,] units)``, or as numbers."""
        if (situations is None) != (not self.situation):
            raise InputError(
                "situations of a model that has none" if not self.situation else "no situations",
                f"situations of {self.situation} units",
            )
        if situations is None:
            return None
        given = np.asarray(situations)
        is_code = given.ndim > 1 and given.shape[-1] == self.situation
        if given.dtype.kind in "iu" and not is_code:
            _require_below("situations", given, self.situation)
            return given if numbers else one_hot(given, self.situation)
        if given.shape[-1] != self.situation:
            raise InputError(f"situation codes of shape {given.shape}", f"(..., {self.situation})")
        return given.astype(np.float32)

    def _evidence(
        self, evidence: Any, observed: Any, rows: int, candidates: int
    ) -> Evidence | None:
        if evidence is None and observed is None:
            return None
        if evidence is None or observed is None:
            raise InputError("evidence or observed alone", "both")
        units = self.visible.size
        values, mask = np.asarray(evidence, np.float32), np.asarray(observed)
        if mask.dtype != bool:
            raise ArgumentTypeError(f"observed of type {mask.dtype}", "booleans")
        for name, part in (("evidence", values), ("observed", mask)):
            if part.shape not in ((units,), (rows, units)):
                raise InputError(
                    f"{name} of shape {part.shape}", f"({units},) or ({rows}, {units})"
                )
        values, mask = (np.broadcast_to(part, (rows, units)) for part in (values, mask))
        self._require_possible(values, mask)
        return Evidence(
            np.repeat(np.where(mask, values, 0), candidates, axis=0),
            np.repeat(mask, candidates, axis=0),
        )

    def _require_possible(self, values: Array, mask: npt.NDArray[np.bool_]) -> None:
        """Refuse evidence that no visible activity agrees with."""
        if isinstance(self.visible, Categorical):
            whole_groups(self.visible, mask)
            groups = mask.reshape(len(mask), -1, self.visible.categories).all(axis=2)
            active = (values != 0).reshape(len(mask), -1, self.visible.categories).sum(axis=2)
            if (active[groups] != 1).any() or not np.isin(values[mask], (0, 1)).all():
                raise InputError(
                    f"evidence of {int(active[groups][active[groups] != 1][:1].sum())} active units"
                    " in a group, which contradicts the world",
                    "exactly one active unit of each group that is observed",
                )
        elif self.visible.domain == "binary" and not np.isin(values[mask], (0, 1)).all():
            raise InputError("evidence that is neither 0 nor 1", "states of binary units")

    def _scores(
        self,
        machine: ContextMachine,
        states: list[Activations],
        parts: Sequence[Array],
        select: str,
        stream: RandomStream,
        candidates: int,
    ) -> npt.NDArray[np.float64]:
        """Return by how much each candidate is preferred, ``(rows, candidates)``."""
        if select not in SELECTIONS:
            raise InputError(f"select {select!r}", " or ".join(map(repr, SELECTIONS)))
        total = np.zeros(states[0].shape[0])
        if select != "goal":
            later = [RandomStream(stream.seed, stream.step + 7 + k) for k in range(2)]
            total -= np.mean([free_energy_of(machine, states, s) for s in later], axis=0)
        if select != "free-energy":
            if not self.decoders_:
                raise InputError(f"select {select!r} of a model without goals", "'free-energy'")
            total += self.goal_log_probability(_array(states[len(machine.populations) - 1]), parts)
        return total.reshape(-1, candidates)

    def goal_log_probability(
        self, deepest: Array, parts: Sequence[Array]
    ) -> npt.NDArray[np.float64]:
        """Return log r(g | z) of goals, the first parts of a context, ``(rows,)``, nats."""
        codes = np.concatenate(parts, axis=1)[:, : sum(self.goals)]
        total, first = np.zeros(len(deepest)), 0
        for p in self.decode(deepest):
            own = codes[:, first : first + p.shape[1]]
            total += (own * np.log(np.maximum(p, 1e-9))).sum(axis=1)
            first += p.shape[1]
        return total

    def __repr__(self) -> str:
        sizes = " - ".join(map(str, (self.visible.size, *self.hidden)))
        return f"GoalSeededMachine({sizes}, goals {self.goals}, {self.context} context)"


def _centre(machine: ContextMachine, mean: npt.NDArray[np.float64]) -> None:
    """Let units of the first hidden population be on for half of the data, however sparse."""
    weights = machine.parameters()["recognition/visible->hidden1"]
    machine.recognition.biases[1].weights[...] = -mean @ weights


def _mean(lessons: Lessons) -> npt.NDArray[np.float64]:
    """Return the mean activity of visible units."""
    if lessons.x.dtype.kind in "iu":
        return np.bincount(lessons.x.ravel(), minlength=lessons.visible_size) / lessons.x.size
    return np.asarray(lessons.x.mean(axis=(0, 1), dtype=np.float64))


def _seen(lessons: Lessons) -> npt.NDArray[np.bool_] | None:
    """Return which goal units are ever active."""
    if lessons.goals is None:
        return None
    if lessons.goals.dtype.kind not in "iu":
        return np.asarray(lessons.goals.any(axis=0))
    counts = [
        np.bincount(factor, minlength=size) > 0
        for factor, size in zip(lessons.goals.T, lessons.goal_sizes, strict=True)
    ]
    return np.concatenate(counts)


def _numbers(name: str, given: Any, sizes: tuple[int, ...]) -> Array | None:
    """Return the numbers of the factors of goals, ``(rows, factors)``; None if they are codes."""
    values = np.asarray(given)
    if values.ndim == 1 and len(sizes) == 1 and values.dtype.kind in "iu":
        values = values[:, None]
    plain = values.ndim == 2 and values.dtype.kind in "iu" and values.shape[1] == len(sizes)
    if not plain or values.shape[1] == sum(sizes):
        return None
    for factor, size in zip(values.T, sizes, strict=True):
        _require_below(name, factor, size)
    return values


def _codes(name: str, given: Any, sizes: tuple[int, ...]) -> Array:
    """Return codes of goals, ``(rows, sum of sizes)``, checked."""
    values, width = np.asarray(given), sum(sizes)
    if values.ndim != 2 or values.shape[1] != width:
        raise InputError(
            f"{name} of shape {values.shape}",
            f"(rows,) numbers, or codes of shape (rows, {width})"
            if len(sizes) == 1
            else f"(rows, {len(sizes)}) numbers, or codes of shape (rows, {width})",
        )
    return values.astype(np.float32)


def _require_below(name: str, values: Array, size: int) -> None:
    if values.size and not 0 <= values.min() <= values.max() < size:
        wrong = values[(values < 0) | (values >= size)].flat[0]
        raise InputError(f"{name} with number {wrong}", f"0 to {size - 1}")


def _pair(temperature: Any) -> tuple[float, float]:
    both = (temperature, temperature) if np.ndim(temperature) == 0 else tuple(temperature)
    if len(both) != 2:
        raise InputError(f"temperature {temperature!r}", "one, or a pair: hidden and visible")
    hidden, visible = (real_number("temperature", t, above=0) for t in both)
    return hidden, visible


def _stream(random_state: int | RandomStream) -> RandomStream:
    if isinstance(random_state, RandomStream):
        return random_state
    return RandomStream(whole_number("random_state", random_state, 0))


def _array(values: Activations) -> Array:
    return values.toarray() if isinstance(values, SparseRows) else values


def _flat(tree: Any, path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        key = f"{path}{name}"
        flat |= _flat(value, key + "/") if isinstance(value, dict) else {key: value}
    return flat
