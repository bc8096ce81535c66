"""Simulation from goals: imagine, recognise, refine, choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.context_codes import ContextCodes
from neurohm.agents.contexts import Expansion
from neurohm.agents.cycles import (
    Cycle,
    check_temperature,
    dense,
    free_energy_of,
    imagine,
    refine,
    temperatures,
)
from neurohm.agents.evidence import evidence_on
from neurohm.agents.goal_decoding import decode, log_probability
from neurohm.agents.settings import Imagination, changed
from neurohm.backend import Activations, Array, RandomStream, Site
from neurohm.checks import whole_number
from neurohm.exceptions import InputError, NotFittedError
from neurohm.machine import ContextMachine, HelmholtzMachine, recognise
from neurohm.populations import Population


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


class Simulator:
    """What a machine that has learned from goals can be asked.

    Attributes
    ----------
    visible : Population
    codes : ContextCodes
    expansion : Expansion or None
    temperature : tuple of float
        Of hidden and of visible draws, where none is asked for.
    machine_ : ContextMachine
    decoders_ : tuple of HelmholtzMachine
    seen_ : ndarray of bool, (goal units,), or None
    """

    visible: Population
    codes: ContextCodes
    expansion: Expansion | None
    temperature: tuple[float, float]
    machine_: ContextMachine
    decoders_: tuple[HelmholtzMachine, ...]
    seen_: npt.NDArray[np.bool_] | None

    def simulate(
        self,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        memory: Array | None = None,
        *,
        rows: int | None = None,
        evidence: npt.ArrayLike | None = None,
        observed: npt.ArrayLike | None = None,
        how: Imagination | None = None,
        **changes: Any,
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
        how : Imagination, optional
            Cycles, candidates, temperature and their like, see `neurohm.agents.Imagination`.
        **changes
            Settings of `Imagination` by name, such as ``candidates=8``, in place of those of
            ``how``.

        Returns
        -------
        Simulation

        Raises
        ------
        InputError
            If a goal code is of the wrong width, a goal was never seen in learning, or evidence is
            nothing that visible units can be.
        ArgumentTypeError
            If there is no such setting.
        NotFittedError
            Before `fit`.
        """
        machine = self._fitted()
        how = changed(Imagination() if how is None else how, changes)
        heat = self.temperature if how.temperature is None else temperatures(how.temperature)
        check_temperature(machine, heat)
        parts = self.context_parts(goals, situations, memory, rows)
        count = len(parts[0]) if parts else whole_number("rows", 1 if rows is None else rows)
        if rows not in (None, count):
            raise InputError(f"rows {rows} with contexts of {count}", "as many, or rows alone")
        candidates, stream = how.candidates, how.stream
        tiled = [np.repeat(part, candidates, axis=0) for part in parts]
        context = self.expansion(tiled, machine) if self.expansion is not None else None
        given = evidence_on(self.visible, evidence, observed, count, candidates)
        states = imagine(machine, context, count * candidates, stream, heat)
        if given is not None:
            states[0] = given.clamp(dense(states[0]))
        refined = Cycle(how.cycles, how.accept, heat)
        states, energy = refine(machine, states, given, refined, stream)
        scores = self._scores(machine, states, tiled, how)
        best = np.arange(count) * candidates + scores.argmax(axis=1)
        deepest = dense(states[len(machine.populations) - 1])
        return Simulation(dense(states[0])[best], deepest[best], energy[:, best], scores)

    def free_energy(
        self,
        x: npt.ArrayLike,
        goals: npt.ArrayLike | None = None,
        situations: npt.ArrayLike | None = None,
        memory: Array | None = None,
        *,
        draws: int = 8,
    ) -> npt.NDArray[np.float64]:
        """Estimate the free energy of observations in their contexts.

        Parameters
        ----------
        x : array_like, (rows, visible units)
        goals, situations, memory
            Contexts of the rows, as for `simulate`.
        draws : int
            Of recognition, over which it is averaged.

        Returns
        -------
        ndarray of float64, (rows,)
            Nats; on average a bound on minus the log-likelihood.

        Raises
        ------
        InputError, ArgumentTypeError
            If the arrays do not fit, or there is to be no draw.
        NotFittedError
            Before `fit`.
        """
        machine, number = self._fitted(), whole_number("draws", draws)
        data = machine.as_activity(x)
        states = [data, *self.recognise(x, goals, situations, memory)]
        energies = [free_energy_of(machine, states, RandomStream(0, k)) for k in range(number)]
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
        """Draw the hidden populations given observations.

        Parameters
        ----------
        x : array_like, (rows, visible units)
        goals, situations, memory
            Contexts of the rows, as for `simulate`.
        random_state : int or RandomStream

        Returns
        -------
        list of ndarray, (rows, units)
            From the population next to the visible one on; the context, where there is one, last.

        Raises
        ------
        InputError, ArgumentTypeError
            If the arrays do not fit.
        NotFittedError
            Before `fit`.
        """
        machine = self._fitted()
        data = machine.as_activity(x)
        parts = self.context_parts(goals, situations, memory, len(data))
        context = self.expansion(parts, machine) if self.expansion is not None else None
        activity = recognise(machine, data, _stream(random_state), Site.RECOGNISE, context=context)
        return activity.states[1:]

    def decode(self, deepest: Array) -> list[npt.NDArray[np.float64]]:
        """Return how probable each goal is given the deepest population.

        Parameters
        ----------
        deepest : ndarray, (rows, deepest units)

        Returns
        -------
        list of ndarray of float64, (rows, goals)
            One for each factor of goals that has more than one.
        """
        self._fitted()
        return [decode(decoder, deepest) for decoder in self.decoders_]

    def goal_log_probability(
        self, deepest: Array, parts: Sequence[Array]
    ) -> npt.NDArray[np.float64]:
        """Return log r(g | z) of goals, the first parts of a context, ``(rows,)``, nats."""
        codes = [parts[place] for place in self.codes.told_apart]
        return log_probability(self.decode(deepest), codes)

    def context_parts(
        self, goals: Any, situations: Any, memory: Any, rows: int | None
    ) -> list[Array]:
        """Return the parts of the contexts of simulations, rows of one number.

        A machine with a constant context need not be given any.
        """
        nothing = all(part is None for part in (goals, situations, memory))
        if self.expansion is None and nothing:
            return []
        return self.codes.parts(goals, situations, memory, rows, self.seen_)

    def _scores(
        self,
        machine: ContextMachine,
        states: list[Activations],
        parts: Sequence[Array],
        how: Imagination,
    ) -> npt.NDArray[np.float64]:
        """Return by how much each candidate is preferred, ``(rows, candidates)``."""
        total, stream = np.zeros(states[0].shape[0]), how.stream
        if how.select != "goal":
            # noise by which no cycle was accepted, or chance would be chosen twice
            after = stream.step + max(7, how.cycles + 1)
            later = [RandomStream(stream.seed, after + k) for k in range(2)]
            total -= np.mean([free_energy_of(machine, states, s) for s in later], axis=0)
        if how.select != "free-energy":
            if not (self.decoders_ and parts):
                raise InputError(f"select {how.select!r} without goals", "'free-energy'")
            total += self.goal_log_probability(dense(states[len(machine.populations) - 1]), parts)
        return total.reshape(-1, how.candidates)

    def _fitted(self) -> ContextMachine:
        if not hasattr(self, "machine_"):
            raise NotFittedError(
                f"a {type(self).__name__} that has learned nothing", "one after fit"
            )
        return self.machine_


def _stream(random_state: int | RandomStream) -> RandomStream:
    if isinstance(random_state, RandomStream):
        return random_state
    return RandomStream(whole_number("random_state", random_state, 0))
