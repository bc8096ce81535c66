"""Assemblies: which units belong to a pattern, with which lags, and when it occurs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from neurohm.analysis.coincidence import pattern_evidence
from neurohm.analysis.occurrences import Detector, aligned, first_spikes, occurrence_bins
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins
from neurohm.analysis.splitting import two_kinds
from neurohm.analysis.templates import Template
from neurohm.recordings import BinnedSpikes, Recording

_FAINTEST = 0.25  # of the strongest: what is fainter belongs to no pattern
_STRONGEST = 3  # members that the others are compared with
_SHARED_MEMBERS = 0.75  # of an assembly that others may make redundant
_SHARED_TIMES = 0.5
_SURROGATES, _DEVIATIONS = 49, 5.0  # to tell whether two groups of members fire together


@dataclass(frozen=True)
class Assembly:
    """A group of units that fire together, each with its lag, again and again.

    Parameters
    ----------
    hidden_units : tuple of int
        Hidden units (or codes) that stand for it, the strongest first.
    members : ndarray of int64, (n_members,)
        Positions of its units.
    lags : ndarray of float64, (n_members,)
        Behind the first member, seconds (or bins).
    participation : ndarray of float64, (n_members,)
        Share of the occurrences in which the member fires, beyond what its rate gives by chance.
    field : ndarray of float64, (n_units, n_lags)
        Counts a bin above baseline of the members; zero for other units.
    log_odds : float
        What one spike of each member, at the member's best lag, and silence otherwise add to the
        log-odds of an occurrence (nats).
    times : ndarray of float64, (n_occurrences,)
        Moments at which the first member fires, seconds (or bins).
    """

    hidden_units: tuple[int, ...]
    members: npt.NDArray[np.int64]
    lags: npt.NDArray[np.float64]
    participation: npt.NDArray[np.float64]
    field: npt.NDArray[np.float64]
    log_odds: float
    times: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observations:
    """A recording as the search for assemblies needs it.

    Parameters
    ----------
    recording : Recording
        Its units in the order of the machine's.
    binned : BinnedSpikes
    spikes : SpikeBins
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin.
    observation : str
        Distribution of the counts, ``"poisson"`` or ``"bernoulli"``.
    windows : JitterWindows
        In which surrogates draw spikes anew.
    seed : int
    """

    recording: Recording
    binned: BinnedSpikes
    spikes: SpikeBins
    baseline: npt.NDArray[np.float64]
    observation: str
    windows: JitterWindows
    seed: int


def members_of(
    template: Template, p_value: npt.NDArray[np.float64], alpha: float
) -> npt.NDArray[np.int64]:
    """Return the units of a template that surrogates cannot explain and whose field is not faint.

    Parameters
    ----------
    template : Template
    p_value : ndarray of float64, (n_units,)
        Of each unit's share in the coincidence, family-wise over units.
    alpha : float

    Returns
    -------
    ndarray of int64, (n_members,)
        Ascending.

    Examples
    --------
    >>> template = Template((0,), np.array([[0.4], [0.5], [0.01], [0.3]]))
    >>> members_of(template, np.array([0.005, 0.005, 0.005, 0.6]), 0.01)
    array([0, 1])
    """
    peak = template.field.max(axis=1)
    return np.flatnonzero((p_value <= alpha) & (peak >= _FAINTEST * _mean_of_strongest(peak)))


def find_assemblies(
    template: Template, members: npt.NDArray[np.int64], observed: Observations
) -> list[Assembly]:
    """Return the assemblies that units of a template make up, with their occurrences.

    Units that take part in far fewer of the occurrences than the others are left out, and the
    occurrences looked for again, until none is. Where there are two kinds of occurrences, and
    those members that are in one of them alone do not fire together with those of the other,
    there are two assemblies.

    Parameters
    ----------
    template : Template
    members : ndarray of int64, (n_members,)
        Positions of the units.
    observed : Observations

    Returns
    -------
    list of Assembly
        At least one.
    """
    while True:
        assembly, took_part = _with_members(template, members, observed)
        stay = _often(assembly.participation)
        if stay.all() or stay.sum() < 2:
            break
        members = members[stay]
    parts = _parts(assembly, took_part, observed)
    if not parts:
        return [assembly]
    return [found for part in parts for found in find_assemblies(template, part, observed)]


def without_redundant(assemblies: Sequence[Assembly]) -> list[Assembly]:
    """Leave out assemblies that are others once more, or mixtures of others.

    An assembly is redundant if those that come before it, and with which it shares two members or
    more, have most of its members and occur at most of its times. First come those whose
    occurrences give most evidence: the log-odds of a complete one times the participation.

    Parameters
    ----------
    assemblies : sequence of Assembly

    Returns
    -------
    list of Assembly
        In the order given. The hidden units of a redundant one go to the one that shares most
        members with it.
    """
    kept: dict[int, Assembly] = {}
    evidence = [own.log_odds * float(own.participation.mean()) for own in assemblies]
    for i in np.argsort(-np.array(evidence), kind="stable"):
        own = assemblies[i]
        shared = {j: len(np.intersect1d(own.members, other.members)) for j, other in kept.items()}
        related = [j for j, number in shared.items() if number >= 2]
        if related and _covered(own, [kept[j] for j in related]):
            nearest = max(related, key=lambda j: shared[j])
            units = tuple(dict.fromkeys((*kept[nearest].hidden_units, *own.hidden_units)))
            kept[nearest] = replace(kept[nearest], hidden_units=units)
        else:
            kept[int(i)] = own
    return [kept[i] for i in sorted(kept)]


def _parts(
    assembly: Assembly, took_part: npt.NDArray[np.bool_], observed: Observations
) -> list[npt.NDArray[np.int64]]:
    """Return the members of each of two assemblies that were taken for one, if there are two."""
    second = two_kinds(took_part)
    if second is None:
        return []
    by_chance = _share(took_part) - assembly.participation
    own = [_often(_share(took_part[kind]) - by_chance) for kind in (~second, second)]
    alone = [own[0] & ~own[1], own[1] & ~own[0]]
    if min(part.sum() for part in (*alone, *own)) < 2 or _together(assembly, alone, observed):
        return []
    return [assembly.members[part] for part in own]


def _together(
    assembly: Assembly, groups: list[npt.NDArray[np.bool_]], observed: Observations
) -> bool:
    """Return whether two groups of members fire together beyond what jittered spikes do.

    Two kinds of occurrences alone do not tell: of members that take part rarely, those that are
    enough for an occurrence are now these, now those.
    """
    weight = Detector.of(assembly.field, observed.baseline, observed.observation).weight
    weights = [np.zeros_like(weight) for _ in groups]
    for own, group in zip(weights, groups, strict=True):
        own[assembly.members[group]] = weight[assembly.members[group]]

    def product(spikes: SpikeBins) -> float:
        first, second = (pattern_evidence(spikes, own) for own in weights)
        return float(first @ second)

    rng = np.random.default_rng(observed.seed)
    jittered = [
        product(observed.spikes.jittered(observed.windows, rng)) for _ in range(_SURROGATES)
    ]
    return bool(product(observed.spikes) > np.mean(jittered) + _DEVIATIONS * np.std(jittered))


def _often(participation: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which members take part not much less often than those that do most often."""
    return participation >= _FAINTEST * _mean_of_strongest(participation)


def _with_members(
    template: Template, members: npt.NDArray[np.int64], observed: Observations
) -> tuple[Assembly, npt.NDArray[np.bool_]]:
    """Return the assembly of some units, and who takes part in each occurrence."""
    field = _field_of(template.field, members)
    detector = Detector.of(field, observed.baseline, observed.observation)
    bins = occurrence_bins(
        detector.log_odds(observed.spikes, observed.binned.observed), field.shape[1]
    )
    size, binned = observed.binned.bin_size, observed.binned
    spans = [_span(field[unit]) for unit in members]
    places = np.array([(size * first, size * end) for first, end in spans])
    trains = [observed.recording.times(unit) for unit in members]
    starts = binned.edges[bins]
    after = first_spikes(trains, starts, places)
    together = (~np.isnan(after)).sum(axis=1) >= 2  # several spikes of one unit are no assembly
    starts, after = starts[together], after[together]
    shift, lags = aligned(after, places.mean(axis=1))
    bins_each = np.array([end - first for first, end in spans])
    by_chance = -np.expm1(-observed.baseline[members] * bins_each)
    took_part = ~np.isnan(after)
    assembly = Assembly(
        hidden_units=template.hidden_units,
        members=members,
        lags=lags,
        participation=_share(took_part) - by_chance,
        field=field,
        log_odds=float(detector.weight[members].max(axis=1).sum() + detector.constant),
        times=np.sort(starts + shift),
    )
    return assembly, took_part


def _mean_of_strongest(values: npt.NDArray[np.float64]) -> float:
    return float(np.sort(values)[-_STRONGEST:].mean())


def _share(took_part: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    return np.asarray(took_part.sum(axis=0) / max(1, len(took_part)))


def _field_of(
    field: npt.NDArray[np.float64], members: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the field of the members alone, from the first to the last lag that matters."""
    own = np.zeros_like(field)
    own[members] = field[members]
    peak = own.max(axis=1, keepdims=True)
    used = np.flatnonzero(((own >= _FAINTEST * peak) & (own > 0)).any(axis=0))
    return own[:, used[0] : used[-1] + 1]


def _span(course: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the first lag and the end of the lags at which a member fires."""
    used = np.flatnonzero(course >= _FAINTEST * course.max())
    return int(used[0]), int(used[-1]) + 1


def _covered(own: Assembly, others: list[Assembly]) -> bool:
    """Return whether other assemblies have most members of one, and occur when it does."""
    members = np.unique(np.concatenate([other.members for other in others]))
    if len(np.intersect1d(own.members, members)) < _SHARED_MEMBERS * len(own.members):
        return False
    moments = np.sort(np.concatenate([other.times for other in others]))
    around = np.concatenate([[-np.inf], moments, [np.inf]])
    place = np.searchsorted(moments, own.times)
    distance = np.minimum(own.times - around[place], around[place + 1] - own.times)
    # Which member comes first may differ between the two, so their moments may by their lags.
    reach = own.lags.max() + max(other.lags.max() for other in others)
    return bool((distance <= reach).sum() >= _SHARED_TIMES * len(own.times))
