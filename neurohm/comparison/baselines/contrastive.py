"""Persistent contrastive divergence: a restricted Boltzmann machine learns from standing chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.comparison.baselines.chains import Chains
from neurohm.comparison.baselines.interactions import Vector
from neurohm.comparison.baselines.restricted import Restricted

Words = npt.NDArray[np.uint8]
_FIRST, _SECOND, _EPSILON = 0.9, 0.999, 1e-8  # of Adam


@dataclass(frozen=True)
class ContrastiveSettings:
    """How a restricted Boltzmann machine learns.

    Parameters
    ----------
    steps : int
        However many samples there are: what noise there is depends on it.
    batch_size : int
    learning_rate : float
        Of Adam at the beginning; it falls to zero along half a cosine, so that noise averages.
    chains : int
        Persistent ones.
    sweeps : int
        Of each chain before a step.
    """

    steps: int = 8000
    batch_size: int = 200
    learning_rate: float = 1e-2
    chains: int = 500
    sweeps: int = 1


def learn(
    words: Words,
    log_odds: Vector,
    n_hidden: int,
    weight_decay: float,
    settings: ContrastiveSettings,
    seed: int,
) -> Restricted:
    """Return a machine that has learned from words.

    Parameters
    ----------
    words : ndarray of uint8, (n_samples, n_units)
    log_odds : ndarray of float64, (n_units,)
        Of the units by themselves: the first visible biases.
    n_hidden : int
    weight_decay : float
        Half of it times the sum of squared weights is taken off the mean log-likelihood.
    settings : ContrastiveSettings
    seed : int

    References
    ----------
    Tieleman (2008). Training restricted Boltzmann machines using approximations to the likelihood
    gradient. ICML 25. https://doi.org/10.1145/1390156.1390290
    """
    n_units, stream = words.shape[1], RandomStream(seed)
    first = stream.generator(Site.INITIAL.of(1)).normal(0, 0.05, (n_units, n_hidden))
    vector = Restricted(first, log_odds, np.full(n_hidden, -1.0)).vector
    machine = Restricted.in_vector(vector, n_units)
    chains = Chains(log_odds, settings.chains, seed)
    alike = np.full(settings.chains, 1 / settings.chains)
    adam = _Adam(vector.size)
    for step, rows in enumerate(_batches(len(words), settings, seed)):
        chains.move(machine, settings.sweeps)
        batch = words[rows].astype(np.float64)
        slope = machine.slope(batch, np.full(len(rows), 1 / len(rows)))
        slope -= machine.slope(chains.rows.astype(np.float64), alike)
        slope[: first.size] -= weight_decay * vector[: first.size]
        pace = settings.learning_rate * (1 + np.cos(np.pi * step / settings.steps)) / 2
        vector += pace * adam.direction(slope)
    return machine


def _batches(
    n_samples: int, settings: ContrastiveSettings, seed: int
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the rows of each step, every sample once before any for the second time."""
    parts = -(-n_samples // settings.batch_size)
    for step in range(settings.steps):
        epoch, part = divmod(step, parts)
        if part == 0:
            stream = RandomStream(seed, epoch)
            order = stream.generator(Site.SHUFFLE.of()).permutation(n_samples)
            batches = np.array_split(order, parts)
        yield batches[part]


class _Adam:
    """Gradients divided by how large they usually are."""

    def __init__(self, size: int) -> None:
        self._mean, self._square, self._steps = np.zeros(size), np.zeros(size), 0

    def direction(self, slope: Vector) -> Vector:
        """Return where to go, after this gradient."""
        self._steps += 1
        self._mean += (1 - _FIRST) * (slope - self._mean)
        self._square += (1 - _SECOND) * (slope**2 - self._square)
        mean = self._mean / (1 - _FIRST**self._steps)
        return mean / (np.sqrt(self._square / (1 - _SECOND**self._steps)) + _EPSILON)
