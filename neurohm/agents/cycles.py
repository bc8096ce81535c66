"""Generate, recognise, refine: draws of a machine with a context, and their law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.evidence import Evidence
from neurohm.backend import Activations, Array, RandomStream, Site, SparseRows, uniform
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace, log_joint, recognise
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import add_log_probability, draws_at, log_recognition
from neurohm.populations import Input

ACCEPTANCES = ("always", "greedy", "metropolis")
FLOOR = 1e-30
TEMPERED = ("binary", "one-hot")

Logs = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cycle:
    """How a chain of imagination and recognition goes on.

    Parameters
    ----------
    cycles : int
    accept : str
        ``"always"``, ``"greedy"`` (by the free energy: a biased optimiser) or ``"metropolis"``.
    temperature : tuple of float
        Of hidden and of visible draws.
    """

    cycles: int = 0
    accept: str = "always"
    temperature: tuple[float, float] = (1.0, 1.0)


def imagine(
    machine: HelmholtzMachine,
    context: Activations | None,
    rows: int,
    stream: RandomStream,
    temperature: tuple[float, float] = (1.0, 1.0),
) -> list[Activations]:
    """Draw every population top-down from a context.

    Parameters
    ----------
    machine : HelmholtzMachine
    context : ndarray or SparseRows, (rows, context units), or None
    rows : int
    stream : RandomStream
    temperature : tuple of float
        Of hidden and of visible units: what reaches them is divided by it.

    Returns
    -------
    list of ndarray, (rows, units)
        Visible first; the context, where there is one, last.
    """
    given = () if context is None else (context,)
    nothing = machine.backend.empty((0, 0), machine.dtype)
    states: list[Activations] = [*(nothing for _ in machine.populations), *given]
    for target in machine.generative.order:
        heat = temperature[0] if target else temperature[1]
        states[target] = _drawn(machine, target, states, rows, stream, heat)
    return states


def imagine_visible(
    machine: HelmholtzMachine,
    states: Sequence[Activations],
    rows: int,
    stream: RandomStream,
    temperature: float = 1.0,
) -> Array:
    """Draw visible activity given the hidden populations, ``(rows, visible units)``."""
    return _drawn(machine, 0, list(states), rows, stream, temperature)


def refine(
    machine: HelmholtzMachine,
    states: list[Activations],
    evidence: Evidence | None,
    how: Cycle,
    stream: RandomStream,
) -> tuple[list[Activations], Logs]:
    """Go through cycles of recognition and generation, with evidence clamped.

    Parameters
    ----------
    machine : HelmholtzMachine
    states : list of ndarray, (rows, units)
        To begin with, evidence written in.
    evidence : Evidence, optional
    how : Cycle
    stream : RandomStream
        Cycle k draws with step + k.

    Returns
    -------
    states : list of ndarray
    free_energy : ndarray of float64, (cycles + 1, rows)
        Estimated with one draw each, before and after every cycle.

    Notes
    -----
    At a visible temperature of 1, without evidence and with exact recognition, a cycle is Gibbs
    sampling: it leaves the law of the machine in its context as it is. ``"metropolis"`` accepts a
    move from (z, x) to (z', x'), where z' is recognised from x and x' generated from z', with
    probability min(1, [p(z') p(e | z') q(z | x')] / [p(z) p(e | z) q(z' | x)]), e being the
    evidence: it leaves p(z, x | e) as it is, however wrong recognition is; at another visible
    temperature it does not.
    ``"greedy"`` accepts with min(1, exp(F(x) - F(x'))), without the ratio of proposals, and so
    prefers what is probable.
    """
    if how.accept not in ACCEPTANCES:
        raise InputError(f"accept {how.accept!r}", " or ".join(map(repr, ACCEPTANCES)))
    energies = [free_energy_of(machine, states, stream)]
    rows = states[0].shape[0]
    for cycle in range(1, how.cycles + 1):
        now = RandomStream(stream.seed, stream.step + cycle)
        proposed = list(
            recognise(
                machine, dense(states[0]), now, Site.SIMULATE, context=_context(machine, states)
            ).states
        )
        x = imagine_visible(machine, proposed, rows, now, how.temperature[1])
        proposed[0] = x if evidence is None else evidence.clamp(x)
        energy = free_energy_of(machine, proposed, now)
        if how.accept == "always":
            taken = np.ones(rows, dtype=bool)
        else:
            ratio = (
                energies[-1] - energy
                if how.accept == "greedy"
                else log_ratio(machine, states, proposed, evidence)
            )
            coins = uniform(now.at(Site.ACCEPT.of()), rows, 1)[:, 0]  # hidden units draw at 1, ...
            taken = np.log(np.maximum(coins, FLOOR)) < ratio
        states = _mixed(machine, states, proposed, taken)
        energies.append(np.where(taken, energy, energies[-1]))
    return states, np.stack(energies)


def log_ratio(
    machine: HelmholtzMachine,
    states: Sequence[Activations],
    proposed: Sequence[Activations],
    evidence: Evidence | None,
) -> Logs:
    """Return the logarithm of the acceptance ratio of `refine`, ``(rows,)``."""
    crossed = [states[0], *proposed[1:]], [proposed[0], *states[1:]]
    forward, back = (log_recognition(machine, list(s)).copy() for s in crossed)
    there = _log_hidden(machine, proposed) + log_evidence(machine, proposed, evidence)
    here = _log_hidden(machine, states) + log_evidence(machine, states, evidence)
    return np.asarray(there - here + back - forward)


def free_energy_of(
    machine: HelmholtzMachine, states: Sequence[Activations], stream: RandomStream
) -> Logs:
    """Estimate log q(z | x, c) - log p(z | c) - log p(x | z) with one draw of z, ``(rows,)``."""
    drawn = recognise(
        machine,
        dense(states[0]),
        stream,
        Site.ACCEPT,
        scored=True,
        context=_context(machine, states),
    )
    assert drawn.log_probability is not None
    return np.asarray(drawn.log_probability - log_joint(machine, drawn.states))


def log_evidence(
    machine: HelmholtzMachine, states: Sequence[Activations], evidence: Evidence | None
) -> Logs:
    """Return log p(evidence | z) of each row, nats.

    Raises
    ------
    InputError
        If visible units are neither Bernoulli nor categorical.
    """
    rows = states[0].shape[0]
    if evidence is None:
        return np.zeros(rows)
    if machine.visible.kind not in ("bernoulli", "categorical"):
        raise InputError(
            f"evidence on {machine.visible.kind} units, weighed", "Bernoulli or categorical ones"
        )
    mean = machine.backend.zeros((rows, machine.visible.size), machine.dtype)
    machine.visible.mean(machine.kernels, _input(machine, 0, states), mean)
    p, x = np.clip(mean.astype(np.float64), FLOOR, 1), evidence.values
    terms = x * np.log(p)
    if machine.visible.kind == "bernoulli":
        terms = terms + (1 - x) * np.log(np.clip(1 - mean.astype(np.float64), FLOOR, 1))
    return np.asarray((terms * evidence.observed).sum(axis=1))


def temperatures(given: Any) -> tuple[float, float]:
    """Return the temperatures of hidden and of visible draws, of one for both or of a pair.

    Raises
    ------
    InputError, ArgumentTypeError
        If they are no numbers above 0, or more than two.

    Examples
    --------
    >>> temperatures(0.5), temperatures([1, 0.1])
    ((0.5, 0.5), (1.0, 0.1))
    """
    both = (given, given) if np.ndim(given) == 0 else tuple(given)
    if len(both) != 2:
        raise InputError(f"temperature {given!r}", "one, or a pair: hidden and visible")
    hidden, visible = (real_number("temperature", heat, above=0) for heat in both)
    return hidden, visible


def check_temperature(machine: HelmholtzMachine, temperature: tuple[float, float]) -> None:
    """Refuse temperatures of units that have none."""
    for target, population in machine.generative.populations.items():
        heat = temperature[0] if target else temperature[1]
        if heat != 1 and population.domain not in TEMPERED:
            raise InputError(
                f"temperature {heat:g} of {population.kind} units", "1, which they are drawn at"
            )


def _log_hidden(machine: HelmholtzMachine, states: Sequence[Activations]) -> Logs:
    """Return log p(z | c) over all hidden populations, ``(rows,)``."""
    total, work = np.zeros(states[0].shape[0]), Workspace(machine.backend)
    for target in machine.recognition.order:
        add_log_probability(machine, machine.generative, target, states, total, work)
    return total


def _drawn(
    machine: HelmholtzMachine,
    target: int,
    states: list[Activations],
    rows: int,
    stream: RandomStream,
    temperature: float,
) -> Array:
    """Draw one population at a temperature."""
    given = _input(machine, target, states)
    if temperature != 1:
        scaled = (np.ascontiguousarray(part / temperature) for part in (given.drive, given.bias))
        cooled, bias = (part.astype(machine.dtype) for part in scaled)
        given = replace(given, drive=cooled, bias=bias)
    out = machine.backend.zeros((rows, machine.sizes[target]), machine.dtype)
    draws = draws_at(machine, stream, Site.DREAM, target)
    machine.generative.populations[target].draw(machine.kernels, given, draws, out)
    return out


def _input(machine: HelmholtzMachine, target: int, states: Sequence[Activations]) -> Input:
    work = Workspace(machine.backend)
    brought = drive(machine, machine.generative, target, states, work, Site.SIMULATE)
    return input_of(machine.generative, target, brought)


def _context(machine: HelmholtzMachine, states: Sequence[Activations]) -> Activations | None:
    """Return the context among states, if there is one."""
    return states[-1] if len(states) > len(machine.populations) else None


def dense(x: Activations) -> Array:
    """Return activity as an array, ``(rows, units)``."""
    return x.toarray() if isinstance(x, SparseRows) else x


def _mixed(
    machine: HelmholtzMachine,
    old: Sequence[Activations],
    new: Sequence[Activations],
    taken: npt.NDArray[np.bool_],
) -> list[Activations]:
    """Return the new states of rows that are taken, the old ones of others."""
    own = len(machine.populations)
    mixed = [
        np.where(taken[:, None], dense(b), dense(a)).astype(machine.dtype)
        for a, b in zip(old[:own], new[:own], strict=True)
    ]
    return [*mixed, *old[own:]]
