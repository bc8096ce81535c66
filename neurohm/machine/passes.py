"""Passes through a machine: recognise, dream, and how probable each pathway holds activity."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neurohm.backend import Activations, Array, Draws, MovingStream, RandomStream, Site, SparseRows
from neurohm.machine.inputs import drive, input_given, input_of
from neurohm.machine.machine import HelmholtzMachine
from neurohm.machine.projection import Pathway
from neurohm.machine.workspace import Workspace
from neurohm.populations import Drive

Stream: TypeAlias = RandomStream | MovingStream


@dataclass(frozen=True, eq=False)
class Activity:
    """What every population did in one pass.

    Parameters
    ----------
    states : list of ndarray or SparseRows, (rows, units)
        Activity of each population, visible first. Data may have fewer rows than the hidden
        populations: each row then serves ``particles`` consecutive rows. Visible activity may be
        compressed.
    log_probability : ndarray of float64, (rows,), or None
        Of the drawn activity under the pathway that drove it (nats).
    drives : dict of int to Drive
        What afferents brought to each driven population.
    """

    states: list[Activations]
    log_probability: Array | None
    drives: dict[int, Drive]

    @property
    def rows(self) -> int:
        """Number of rows of the hidden populations."""
        return int(max(state.shape[0] for state in self.states))

    def dense(self, population: int = 0) -> Array:
        """Return the activity of a population as a matrix, whatever form it is in."""
        state = self.states[population]
        return state.toarray() if isinstance(state, SparseRows) else state


def recognise(
    machine: HelmholtzMachine,
    x: Activations,
    stream: Stream,
    site: Site = Site.WAKE,
    particles: int = 1,
    *,
    scored: bool = False,
    drives: dict[int, Drive] | None = None,
    context: Activations | None = None,
    work: Workspace | None = None,
) -> Activity:
    """Draw hidden activity bottom-up, ``particles`` times for each row of data.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray or SparseRows, (rows, visible units)
    stream : RandomStream or MovingStream
        Random numbers of the step, or of each row.
    site : Site
    particles : int
    scored : bool
        Whether to sum log q(h | x) (nats).
    drives : dict of int to Drive, optional
        Drives that are known already, such as those of the data alone.
    context : ndarray or SparseRows, (rows, context units), optional
        Of a machine with a context, see `neurohm.machine.ContextMachine`.
    work : Workspace, optional
        Buffers to write into; new memory by default.

    Returns
    -------
    Activity
    """
    rows = x.shape[0] * particles
    states = _states(machine, x, context)
    known = dict(drives or {})
    work = work or Workspace(machine.backend)
    total = zero_total(machine, work, (site, "log q"), rows) if scored else None
    pathway = machine.recognition
    for target in pathway.order:
        if target not in known:
            known[target] = drive(machine, pathway, target, states, work, site)
        states[target] = work.array(
            (site, "state", target), (rows, machine.sizes[target]), machine.dtype
        )
        pathway.populations[target].draw(
            machine.kernels,
            input_of(pathway, target, known[target]),
            draws_at(machine, stream, site, target),
            states[target],
            total,
        )
    return Activity(states, total, known)


def dream(
    machine: HelmholtzMachine,
    rows: int,
    stream: Stream,
    site: Site = Site.SLEEP,
    *,
    compressed: bool = False,
    context: Activations | None = None,
    work: Workspace | None = None,
) -> Activity:
    """Draw activity of every population top-down, from the generative model alone.

    Parameters
    ----------
    machine : HelmholtzMachine
    rows : int
    stream : RandomStream or MovingStream
    site : Site
    compressed : bool
        Whether visible activity comes as `SparseRows`.
    context : ndarray or SparseRows, (rows, context units), optional
        Of a machine with a context, see `neurohm.machine.ContextMachine`.
    work : Workspace, optional

    Returns
    -------
    Activity
    """
    work = work or Workspace(machine.backend)
    pathway = machine.generative
    nothing = machine.backend.empty((0, 0), machine.dtype)
    states = _states(machine, nothing, context)
    drives: dict[int, Drive] = {}
    for target in pathway.order:
        drives[target] = drive(machine, pathway, target, states, work, site)
        room = work.sparse if compressed and target == 0 else work.array
        states[target] = room((site, "state", target), (rows, machine.sizes[target]), machine.dtype)
        pathway.populations[target].draw(
            machine.kernels,
            input_of(pathway, target, drives[target]),
            draws_at(machine, stream, site, target),
            states[target],
        )
    return Activity(states, None, drives)


def recognise_mean(
    machine: HelmholtzMachine, x: Array, *, work: Workspace | None = None
) -> list[Array]:
    """Return the mean activity of each population bottom-up, each driven by the means below it.

    For the first hidden population this is the exact mean under the recognition model; for
    deeper ones it is the mean-field approximation.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray, (rows, visible units)
    work : Workspace, optional

    Returns
    -------
    list of ndarray, (rows, units)
        One array a population, the visible one (as given) first.
    """
    work = work or Workspace(machine.backend)
    means: list[Array] = [x] * len(machine.populations)
    pathway = machine.recognition
    for target in pathway.order:
        brought = drive(machine, pathway, target, means, work, Site.RECOGNISE)
        shape = x.shape[0], machine.sizes[target]  # of undriven units, too, whose drive is a row
        means[target] = work.array(("mean", target), shape, machine.dtype)
        given = input_of(pathway, target, brought)
        pathway.populations[target].mean(machine.kernels, given, means[target])
    return means


def log_joint(
    machine: HelmholtzMachine, states: Sequence[Activations], *, work: Workspace | None = None
) -> Array:
    """Return log p(x, h) of each row (nats).

    Parameters
    ----------
    machine : HelmholtzMachine
    states : sequence of ndarray or SparseRows, (rows, units)
        Activity of each population, visible first.
    work : Workspace, optional

    Returns
    -------
    ndarray of float64, (rows,)
    """
    return _log_probability(machine, machine.generative, states, work)


def log_recognition(
    machine: HelmholtzMachine, states: Sequence[Activations], *, work: Workspace | None = None
) -> Array:
    """Return log q(h | x) of each row (nats).

    Parameters
    ----------
    machine : HelmholtzMachine
    states : sequence of ndarray or SparseRows, (rows, units)
        Activity of each population, visible first.
    work : Workspace, optional

    Returns
    -------
    ndarray of float64, (rows,)
    """
    return _log_probability(machine, machine.recognition, states, work)


def add_log_probability(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    states: Sequence[Activations],
    total: Array,
    work: Workspace,
) -> None:
    """Add the log-probability of a population's activity, given what drives it, to totals (nats).

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
    target : int
        Index of the population.
    states : sequence of ndarray or SparseRows, (rows, units)
        Activity of each population, visible first; that of the target and its afferents is read.
    total : ndarray of float64, (rows,)
    work : Workspace
    """
    brought = drive(machine, pathway, target, states, work, Site.SCORE)
    values = states[target]
    given = input_given(machine, pathway, target, brought, values, work, Site.SCORE)
    pathway.populations[target].log_probability(machine.kernels, given, values, total)


def zero_total(machine: HelmholtzMachine, work: Workspace, label: Hashable, rows: int) -> Array:
    """Return totals of log-probability, set to zero at every step: float64, ``(rows,)``."""
    total = work.array(label, (rows,), "float64")
    machine.kernels.arrays.fill(total, 0.0)
    return total


def draws_at(machine: HelmholtzMachine, stream: Stream, site: Site, target: int) -> Draws:
    """Return the draws of a population, their key and clock where the machine computes."""
    draws = stream.at(site.of(target))
    keys, clock = (machine.backend.asarray(part, "uint32") for part in (draws.keys, draws.clock))
    return Draws(keys, draws.rows_per_key, draws.site, clock)


def _states(
    machine: HelmholtzMachine, fill: Activations, context: Activations | None
) -> list[Activations]:
    """Return a place for the activity of each population, and the context after them."""
    given = () if context is None else (context,)
    return [*(fill for _ in machine.populations), *given]


def _log_probability(
    machine: HelmholtzMachine,
    pathway: Pathway,
    states: Sequence[Activations],
    work: Workspace | None,
) -> Array:
    work = work or Workspace(machine.backend)
    rows = max(state.shape[0] for state in states)
    total = zero_total(machine, work, (Site.SCORE, pathway.name, "log p"), rows)
    for target in pathway.order:
        add_log_probability(machine, pathway, target, states, total, work)
    return total
