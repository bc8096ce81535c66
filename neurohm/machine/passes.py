"""Passes through a machine: recognise, dream, and what each pathway says of the activity."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neurohm.backend import Activations, Array, Draws, MovingStream, RandomStream, Site, SparseRows
from neurohm.machine.machine import GENERATIVE, HelmholtzMachine
from neurohm.machine.projection import Pathway
from neurohm.machine.updates import Afferent
from neurohm.machine.workspace import Workspace

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
    drives : dict of int to ndarray
        The input of each driven population, without its bias.
    """

    states: list[Activations]
    log_probability: Array | None
    drives: dict[int, Array]

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
    source: Stream | Callable[[int], Draws],
    site: Site = Site.WAKE,
    particles: int = 1,
    *,
    scored: bool = False,
    drives: dict[int, Array] | None = None,
    work: Workspace | None = None,
) -> Activity:
    """Draw hidden activity bottom-up, ``particles`` times for each row of data.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray or SparseRows, (rows, visible units)
    source : RandomStream, MovingStream or callable
        Random numbers of the step, or a function from the index of a population to its draws.
    site : Site
    particles : int
    scored : bool
        Whether to sum log q(h | x) (nats).
    drives : dict of int to ndarray, optional
        Drives that are known already, such as those of the data alone.
    work : Workspace, optional
        Buffers to write into; new memory by default.

    Returns
    -------
    Activity
    """
    rows = x.shape[0] * particles
    states: list[Activations] = [x] * len(machine.populations)
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
        machine.populations[target].draw(
            machine.kernels,
            known[target],
            pathway.biases[target].weights,
            _draws(machine, source, site, target),
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
    work : Workspace, optional

    Returns
    -------
    Activity
    """
    work = work or Workspace(machine.backend)
    pathway = machine.generative
    nothing = machine.backend.empty((0, 0), machine.dtype)
    states: list[Activations] = [nothing] * len(machine.populations)
    drives: dict[int, Array] = {}
    for target in pathway.order:
        drives[target] = drive(machine, pathway, target, states, work, site)
        room = work.sparse if compressed and target == 0 else work.array
        states[target] = room((site, "state", target), (rows, machine.sizes[target]), machine.dtype)
        machine.populations[target].draw(
            machine.kernels,
            drives[target],
            pathway.biases[target].weights,
            _draws(machine, stream, site, target),
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
        a = drive(machine, pathway, target, means, work, Site.RECOGNISE)
        means[target] = work.array(("mean", target), a.shape, machine.dtype)
        machine.populations[target].mean(
            machine.kernels, a, pathway.biases[target].weights, means[target]
        )
    return means


def prediction_error(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    activity: Activity,
    *,
    total: Array | None = None,
    work: Workspace | None = None,
    label: Site = Site.WAKE,
) -> tuple[Array, tuple[Afferent, ...]]:
    """Return what units did minus what their own input predicted, and that input.

    Parameters
    ----------
    machine : HelmholtzMachine
    pathway : Pathway
        Whose prediction it is.
    target : int
        Index of the population.
    activity : Activity
    total : ndarray of float64, (rows,), optional
        Receives, added, the log-probability of what the units did under the prediction (nats).
    work : Workspace, optional
    label : Site
        Keeps the buffers of the phases apart.

    Returns
    -------
    error : ndarray, (rows, units)
    afferents : tuple of Afferent
    """
    work = work or Workspace(machine.backend)
    states = activity.states
    known = activity.drives.get(target) if pathway.name != GENERATIVE else None
    a = known if known is not None else drive(machine, pathway, target, states, work, label)
    out = work.array(
        (label, pathway.name, "error", target),
        (activity.rows, machine.sizes[target]),
        machine.dtype,
    )
    bias = pathway.biases[target]
    machine.populations[target].error(machine.kernels, a, bias.weights, states[target], out, total)
    inputs = tuple(Afferent(p, states[p.source]) for p in pathway.afferents(target))
    return out, (*inputs, Afferent(bias, None))


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


def drive(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    states: Sequence[Activations],
    work: Workspace,
    label: Site,
) -> Array:
    """Return the input of a population without its bias: the sum of presynaptic activity x weights.

    A population without projections onto it has one row of zeros, which serves all rows.
    """
    units, kernels = machine.sizes[target], machine.kernels
    key = (label, pathway.name, "drive", target)
    afferents = pathway.afferents(target)
    if not afferents:
        return work.zeros(key, (1, units), machine.dtype)
    rows = max(states[p.source].shape[0] for p in afferents)
    total = work.array(key, (rows, units), machine.dtype)
    for i, projection in enumerate(afferents):
        presynaptic = states[projection.source]
        if i == 0 and presynaptic.shape[0] == rows:
            kernels.products.product(presynaptic, projection.weights, total)
            continue
        part = work.array((*key, "part"), (presynaptic.shape[0], units), machine.dtype)
        kernels.products.product(presynaptic, projection.weights, part)
        if i == 0:
            kernels.arrays.fill(total, 0.0)
        kernels.products.add_shared(part, total)
    return total


def zero_total(machine: HelmholtzMachine, work: Workspace, label: Hashable, rows: int) -> Array:
    """Return totals of log-probability, set to zero at every step: float64, ``(rows,)``."""
    total = work.array(label, (rows,), "float64")
    machine.kernels.arrays.fill(total, 0.0)
    return total


def _draws(
    machine: HelmholtzMachine, source: Stream | Callable[[int], Draws], site: Site, target: int
) -> Draws:
    """Return the draws of a population, their key and clock where the machine computes."""
    draws = source(target) if callable(source) else source.at(site.of(target))
    keys, clock = (machine.backend.asarray(part, "uint32") for part in (draws.keys, draws.clock))
    return Draws(keys, draws.rows_per_key, draws.site, clock)


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
        machine.populations[target].log_probability(
            machine.kernels,
            drive(machine, pathway, target, states, work, Site.SCORE),
            pathway.biases[target].weights,
            states[target],
            total,
        )
    return total
