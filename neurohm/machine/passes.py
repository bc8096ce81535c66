"""Passes through a machine: recognise, dream, and what each pathway says of the activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neurohm.backend import Array, Draws, RandomStream, Site
from neurohm.machine.machine import GENERATIVE, HelmholtzMachine
from neurohm.machine.projection import Pathway
from neurohm.machine.updates import Afferent
from neurohm.machine.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Activity:
    """What every population did in one pass.

    Parameters
    ----------
    states : list of ndarray, (rows, units)
        Activity of each population, visible first. Data may have fewer rows than the hidden
        populations: each row then serves ``particles`` consecutive rows.
    log_probability : ndarray of float64, (rows,), or None
        Of the drawn activity under the pathway that drove it (nats).
    drives : dict of int to ndarray
        The input of each driven population, without its bias.
    """

    states: list[Array]
    log_probability: Array | None
    drives: dict[int, Array]

    @property
    def rows(self) -> int:
        """Number of rows of the hidden populations."""
        return int(max(state.shape[0] for state in self.states))


def recognise(
    machine: HelmholtzMachine,
    x: Array,
    source: RandomStream | Callable[[int], Draws],
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
    x : ndarray, (rows, visible units)
    source : RandomStream or callable
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
    states: list[Array] = [x] * len(machine.populations)
    known = dict(drives or {})
    work = work or Workspace(machine.backend)
    total = work.zeros((site, "log q"), (rows,), "float64") if scored else None
    pathway = machine.recognition
    for target in pathway.order:
        if target not in known:
            known[target] = drive(machine, pathway, target, states, work, site)
        states[target] = work.array(
            (site, "state", target), (rows, machine.sizes[target]), machine.dtype
        )
        draws = source.at(site.of(target)) if isinstance(source, RandomStream) else source(target)
        machine.populations[target].draw(
            machine.kernels,
            known[target],
            pathway.biases[target].weights,
            draws,
            states[target],
            total,
        )
    return Activity(states, total, known)


def dream(
    machine: HelmholtzMachine,
    rows: int,
    stream: RandomStream,
    site: Site = Site.SLEEP,
    *,
    work: Workspace | None = None,
) -> Activity:
    """Draw activity of every population top-down, from the generative model alone.

    Parameters
    ----------
    machine : HelmholtzMachine
    rows : int
    stream : RandomStream
    site : Site
    work : Workspace, optional

    Returns
    -------
    Activity
    """
    work = work or Workspace(machine.backend)
    pathway = machine.generative
    states: list[Array] = [machine.backend.empty((0, 0), machine.dtype)] * len(machine.populations)
    drives: dict[int, Array] = {}
    for target in pathway.order:
        drives[target] = drive(machine, pathway, target, states, work, site)
        states[target] = work.array(
            (site, "state", target), (rows, machine.sizes[target]), machine.dtype
        )
        machine.populations[target].draw(
            machine.kernels,
            drives[target],
            pathway.biases[target].weights,
            stream.at(site.of(target)),
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
    states: list[Array] = [x] * len(machine.populations)
    pathway = machine.recognition
    for target in pathway.order:
        a = drive(machine, pathway, target, states, work, Site.RECOGNISE)
        states[target] = work.array(("mean", target), a.shape, machine.dtype)
        machine.populations[target].mean(
            machine.kernels, a, pathway.biases[target].weights, states[target]
        )
    return states


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
    machine: HelmholtzMachine, states: list[Array], *, work: Workspace | None = None
) -> Array:
    """Return log p(x, h) of each row (nats).

    Parameters
    ----------
    machine : HelmholtzMachine
    states : list of ndarray, (rows, units)
        Activity of each population, visible first.
    work : Workspace, optional

    Returns
    -------
    ndarray of float64, (rows,)
    """
    return _log_probability(machine, machine.generative, states, work)


def log_recognition(
    machine: HelmholtzMachine, states: list[Array], *, work: Workspace | None = None
) -> Array:
    """Return log q(h | x) of each row (nats).

    Parameters
    ----------
    machine : HelmholtzMachine
    states : list of ndarray, (rows, units)
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
    states: list[Array],
    work: Workspace,
    label: Site,
) -> Array:
    """Return the input of a population without its bias: the sum of presynaptic activity x weights.

    A population without projections onto it has one row of zeros, which serves all rows.
    """
    units, xp = machine.sizes[target], machine.backend.xp
    key = (label, pathway.name, "drive", target)
    afferents = pathway.afferents(target)
    if not afferents:
        return work.zeros(key, (1, units), machine.dtype)
    rows = max(states[p.source].shape[0] for p in afferents)
    total = work.array(key, (rows, units), machine.dtype)
    for i, projection in enumerate(afferents):
        presynaptic = states[projection.source]
        if i == 0 and presynaptic.shape[0] == rows:
            xp.matmul(presynaptic, projection.weights, out=total)
            continue
        part = work.array((*key, "part"), (presynaptic.shape[0], units), machine.dtype)
        xp.matmul(presynaptic, projection.weights, out=part)
        if i == 0:
            total[...] = 0
        grouped = total.reshape(presynaptic.shape[0], -1, units)
        grouped += part[:, None, :]
    return total


def _log_probability(
    machine: HelmholtzMachine, pathway: Pathway, states: list[Array], work: Workspace | None
) -> Array:
    work = work or Workspace(machine.backend)
    rows = max(state.shape[0] for state in states)
    total = work.zeros((Site.SCORE, pathway.name, "log p"), (rows,), "float64")
    for target in pathway.order:
        machine.populations[target].log_probability(
            machine.kernels,
            drive(machine, pathway, target, states, work, Site.SCORE),
            pathway.biases[target].weights,
            states[target],
            total,
        )
    return total
