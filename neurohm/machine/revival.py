"""New synapses for hidden units that are always off or always on, and so say nothing."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.machine.machine import HelmholtzMachine
from neurohm.machine.passes import dream, recognise
from neurohm.machine.projection import Pathway

Vector = npt.NDArray[np.float64]
_SEEN = 3.0  # draws in which a unit that is just not idle is active, at least


def revive(
    machine: HelmholtzMachine,
    x: npt.ArrayLike,
    *,
    idle: float = 1e-3,
    activity: float = 0.1,
    afferent: float = 0.1,
    efferent: float = 0.02,
    seed: int | RandomStream = 0,
) -> dict[str, npt.NDArray[np.int64]]:
    """Give binary hidden units that are always off, or always on, another start, in place.

    Units that recognition has switched off get no more errors to learn from, and do not come back
    by themselves: in deep machines that learn fast it may be half of them. Here each draws new
    synapses: weak ones to what it drives, so that little of what the machine has learned is
    disturbed; in the recognition pathway from all that drives it, so that it soon differs from
    others. What a unit that was always on gave to others goes into their biases. A unit needs to
    know its own mean activity for that, and nothing else.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units)
        Data, best some thousands of rows; of fewer, each is recognised several times.
    idle : float
        Mean activity, or mean silence, below which a unit is idle, in dreams as well as awake.
    activity : float
        How probably a new unit is active.
    afferent, efferent : float
        Standard deviation of the new weights onto it (recognition; generative ones begin at zero)
        and from it.
    seed : int or RandomStream

    Returns
    -------
    dict of str to ndarray of int64
        The units that were revived, by population; those without any are left out.

    Raises
    ------
    InputError
        If a number is out of range, or there are no rows.

    References
    ----------
    Turrigiano, Nelson (2004). Homeostatic plasticity in the developing nervous system. Nature
    Reviews Neuroscience 5:97 (units that keep their activity in a range).

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 3], seed=0)
    >>> machine.recognition.biases[1].weights[0] = -50
    >>> machine.generative.biases[1].weights[0] = -50
    >>> revive(machine, np.eye(4))
    {'hidden1': array([0])}
    """
    share = real_number("idle", idle, least=0, below=0.5)
    bias = _log_odds(real_number("activity", activity, above=0, below=1))
    spreads = real_number("afferent", afferent, least=0), real_number("efferent", efferent, least=0)
    stream = as_stream(seed)
    data = machine.as_activity(x)
    if not data.shape[0]:
        raise InputError("no rows to see what units do", "at least one, better thousands")
    if share:  # so many draws that a unit which fires now and then is seen to
        data = data.repeat(max(1, int(_SEEN / share / data.shape[0])), axis=0)
    means, dreamt = _mean_activity(machine, data, stream)
    found = {}
    for i, population in enumerate(machine.populations[1:], 1):
        if population.kind == "bernoulli":
            low, high = np.minimum(means[i], dreamt[i]), np.maximum(means[i], dreamt[i])
            found[i] = np.flatnonzero(high < share), np.flatnonzero(low > 1 - share)
    rng = stream.generator(Site.INITIAL.of())
    for pathway in (machine.generative, machine.recognition):
        for i, (off, on) in found.items():
            _redraw_efferents(machine, pathway, i, (off, on), spreads[1], rng)
        known = means if pathway is machine.recognition else None
        for i, (off, on) in found.items():
            units = np.union1d(off, on)
            _redraw_afferents(machine, pathway, i, units, bias, spreads[0], known, rng)
    revived = {machine.populations[i].name: np.union1d(*both) for i, both in found.items()}
    return {name: units for name, units in revived.items() if len(units)}


def _log_odds(probability: float) -> float:
    return float(np.log(probability) - np.log1p(-probability))


def _mean_activity(
    machine: HelmholtzMachine, data: Array, stream: RandomStream
) -> tuple[list[Vector], list[Vector]]:
    """Return the mean activity of each population awake and asleep."""
    host = machine.backend.to_host
    awake = recognise(machine, data, stream, Site.RECOGNISE).states
    asleep = dream(machine, data.shape[0], stream, Site.DREAM).states
    first, second = (
        [np.asarray(host(cast(Array, states)), np.float64).mean(axis=0) for states in drawn]
        for drawn in (awake, asleep)
    )
    return first, second


def _redraw_efferents(
    machine: HelmholtzMachine,
    pathway: Pathway,
    source: int,
    idle: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    spread: float,
    rng: np.random.Generator,
) -> None:
    """Give what units that are always on bring to the biases of others; draw weak weights."""
    off, on = idle
    for projection in pathway.projections:
        if projection.source == source:
            weights = _copy(machine, projection.weights)
            bias = pathway.biases[projection.target].weights
            _write(machine, bias, _copy(machine, bias) + weights[on].sum(axis=0))
            units = np.union1d(off, on)
            weights[units] = spread * rng.standard_normal((len(units), weights.shape[1]))
            _write(machine, projection.weights, weights)


def _redraw_afferents(
    machine: HelmholtzMachine,
    pathway: Pathway,
    target: int,
    units: npt.NDArray[np.int64],
    log_odds: float,
    spread: float,
    means: list[Vector] | None,
    rng: np.random.Generator,
) -> None:
    """Draw weights onto units, of zero where presynaptic means are not given, and set biases."""
    if target not in pathway.biases:
        return
    bias = _copy(machine, pathway.biases[target].weights)
    bias[units] = log_odds
    for projection in pathway.afferents(target):
        weights = _copy(machine, projection.weights)
        weights[:, units] = 0
        if means is not None:
            weights[:, units] = spread * rng.standard_normal((len(weights), len(units)))
            bias[units] -= means[projection.source] @ weights[:, units]
        _write(machine, projection.weights, weights)
    _write(machine, pathway.biases[target].weights, bias)


def _copy(machine: HelmholtzMachine, values: Array) -> Vector:
    return np.array(machine.backend.to_host(values), dtype=np.float64)


def _write(machine: HelmholtzMachine, values: Array, new: Vector) -> None:
    values[...] = machine.backend.asarray(new, machine.dtype)
