"""What each hidden population contributes: divergence, entropies, activity."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from neurohm.backend import Array, RandomStream, Site, as_stream
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood.keyed import ROWS, blocks, keyed_particles
from neurohm.likelihood.units import require_hidden
from neurohm.likelihood.weights import Weights
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Pathway,
    Prediction,
    Workspace,
    dream,
    predict,
    zero_total,
)

ACTIVE = 0.01


@dataclass(frozen=True)
class LayerMeasures:
    """What each hidden population does on given data, one entry a population.

    Parameters
    ----------
    populations : tuple of str
    divergence : tuple of float
        E_q [log q(h_l | below) - log p(h_l | above)], nats a sample: what recognition of this
        population costs. Their sum is what the free energy exceeds the reconstruction cost by.
    recognition_entropy : tuple of float
        E_q [-log q(h_l | below)] on the data (nats a sample).
    generative_entropy : tuple of float
        E_p [-log p(h_l | above)] in dreams (nats a sample).
    active_units : tuple of int
        Units whose mean activity given the data varies over the data by more than the threshold.
    mean_activity : tuple of float
        Mean over data and units.
    effective_sample_size : float
        Of the importance weights of the particles, mean over the data: from 1 to ``particles``.
    particles : int
    threshold : float
        Of the variance of an active unit.
    """

    populations: tuple[str, ...]
    divergence: tuple[float, ...]
    recognition_entropy: tuple[float, ...]
    generative_entropy: tuple[float, ...]
    active_units: tuple[int, ...]
    mean_activity: tuple[float, ...]
    effective_sample_size: float
    particles: int
    threshold: float

    def to_dict(self) -> dict[str, Any]:
        """Return the measures as plain data."""
        return asdict(self)


def layer_measures(
    machine: HelmholtzMachine,
    x: npt.ArrayLike,
    *,
    particles: int = 10,
    threshold: float = ACTIVE,
    seed: int = 0,
) -> LayerMeasures:
    """Measure what each hidden population contributes, by sampling, always with the same noise.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units)
    particles : int
        Draws of the recognition model for each row, at least 2; there are as many dreams.
    threshold : float
        A unit is active if the variance over rows of its mean activity given the row exceeds it.
        The noise that few particles add to the variance is subtracted.
    seed : int

    Returns
    -------
    LayerMeasures

    Raises
    ------
    InputError, ArgumentTypeError
        If the data do not fit the machine, nothing is hidden, or a number is out of range.

    References
    ----------
    Burda, Grosse, Salakhutdinov (2016). Importance weighted autoencoders. ICLR, section 5. (Active
    units.)

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> measures = layer_measures(machine, np.eye(4))
    >>> measures.populations, measures.active_units
    (('hidden1', 'hidden2'), (0, 0))
    """
    machine, particles = require_hidden(machine), whole_number("particles", particles, 2)
    threshold = real_number("threshold", threshold, least=0)
    seed, data = as_stream(seed).seed, machine.as_activity(x)
    if len(data) < 2:
        raise InputError(f"{len(data)} rows to measure layers on", "at least 2")
    with threadpool_limits(1, "blas"), machine.backend.activate():
        parts = [_Drawn.of(machine, data[p], particles, seed) for p in blocks(len(data), particles)]
        asleep = _dream_scores(machine, len(data), particles, seed)
    drawn = _Drawn.together(parts)
    hidden = range(1, len(machine.populations))
    variance = [
        drawn.means[t].var(axis=0, ddof=1) - drawn.noise[t].mean(axis=0) / particles for t in hidden
    ]
    weights = Weights(len(data))
    weights.add(_sum(drawn.log_p) - _sum(drawn.log_q))
    _, effective = weights.result(particles)
    return LayerMeasures(
        tuple(machine.populations[t].name for t in hidden),
        tuple(float((drawn.log_q[t] - drawn.log_p[t]).mean()) for t in hidden),
        tuple(float(-drawn.log_q[t].mean()) for t in hidden),
        tuple(float(-asleep[t]) for t in hidden),
        tuple(int((v > threshold).sum()) for v in variance),
        tuple(float(drawn.means[t].mean()) for t in hidden),
        float(effective.mean()),
        particles,
        threshold,
    )


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Of particles of some rows, by population: log-probabilities, means, noise of the means."""

    log_p: dict[int, Array]
    log_q: dict[int, Array]
    means: dict[int, Array]
    noise: dict[int, Array]

    @classmethod
    def of(cls, machine: HelmholtzMachine, x: Array, particles: int, seed: int) -> _Drawn:
        """Draw particles of rows and measure them."""
        wake = keyed_particles(machine, x, particles, seed)
        shape = (len(x), particles)
        drawn = cls({}, {}, {}, {})
        for target in machine.generative.order:
            log_p, _ = _scored(machine, machine.generative, target, wake)
            drawn.log_p[target] = log_p.reshape(shape)
        for target in machine.recognition.order:
            log_q, prediction = _scored(machine, machine.recognition, target, wake)
            population, values = machine.recognition.populations[target], wake.dense(target)
            predicted = population.predicted(prediction.given, values, prediction.error)
            mean = machine.backend.to_host(predicted).reshape(*shape, -1).astype(np.float64)
            drawn.log_q[target] = log_q.reshape(shape)
            drawn.means[target] = mean.mean(axis=1)
            drawn.noise[target] = mean.var(axis=1, ddof=1)
        return drawn

    @classmethod
    def together(cls, parts: list[_Drawn]) -> _Drawn:
        """Join the rows of several."""

        def joined(name: str) -> dict[int, Array]:
            first: dict[int, Array] = getattr(parts[0], name)
            return {t: np.concatenate([getattr(part, name)[t] for part in parts]) for t in first}

        return cls(*(joined(name) for name in ("log_p", "log_q", "means", "noise")))


def _scored(
    machine: HelmholtzMachine, pathway: Pathway, target: int, activity: Activity
) -> tuple[Array, Prediction]:
    """Return the log-probability of each row of a population, and what its input predicted."""
    work = Workspace(machine.backend)
    total = zero_total(machine, work, "log-probability", activity.rows)
    prediction = predict(machine, pathway, target, activity, total=total, work=work)
    return np.array(machine.backend.to_host(total)), prediction


def _dream_scores(
    machine: HelmholtzMachine, rows: int, particles: int, seed: int
) -> dict[int, float]:
    """Return the mean log-probability of each population in as many dreams as particles."""
    hidden, total = range(1, len(machine.populations)), rows * particles
    sums = dict.fromkeys(hidden, 0.0)
    for step, first in enumerate(range(0, total, ROWS)):
        stream = RandomStream(seed, step)
        dreamt = dream(machine, min(ROWS, total - first), stream, Site.DREAM)
        for target in hidden:
            sums[target] += float(_scored(machine, machine.generative, target, dreamt)[0].sum())
    return {target: value / total for target, value in sums.items()}


def _sum(parts: dict[int, Array]) -> Array:
    """Return the sum over populations."""
    return np.asarray(np.sum(list(parts.values()), axis=0))
