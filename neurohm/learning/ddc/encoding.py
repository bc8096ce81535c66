"""Encoding functions: fixed random functions of activity, whose means are a distributed code."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.populations import Population

Matrix = npt.NDArray[np.float64]

ENCODINGS = ("tanh", "radial", "complete", "quadratic")
MOST_STATES = 4096
# Real values and counts are measured in units of so many standard deviations, and random functions
# centred within one unit of their mean: then they are as steep as on zeros and ones.
DEVIATIONS, REACH = 2.0, 1.0
SATURATED, MOST_SATURATED = 0.99, 0.5
LEAST_DEVIATION = 1e-6
# Rows for each raw statistic, from which on these are not held by a ridge.
ROWS_PER_STATISTIC = 20
DISCRETE = ("binary", "one-hot")


@dataclass(frozen=True, eq=False)
class Encoding:
    """Functions T_j of the activity of one population, the raw statistics after them.

    Parameters
    ----------
    kind : str
        ``"tanh"``: tanh(w_j (u - c_j)); ``"radial"``: exp(-spread^2 |u - c_j|^2 / (2 units));
        ``"complete"``: whether the units are in state j, of all; ``"quadratic"``: products u_i u_k.
        Here u is standardised activity where values are real or counts, else activity itself.
    directions : ndarray, (units, n_functions)
        w_j, or the centres c_j of radial functions.
    offsets : ndarray, (n_functions,)
        w_j c_j; of a complete code the number of each state.
    centre, scale : ndarray, (units,)
        From activity to u.
    is_real : bool
        Whether |u| and u^2 are among the raw statistics beside u.
    """

    kind: str
    directions: Matrix
    offsets: Matrix
    centre: Matrix
    scale: Matrix
    is_real: bool

    @property
    def size(self) -> int:
        """Number of functions, raw statistics among them."""
        return self.n_functions + len(self.centre) * (3 if self.is_real else 1)

    @property
    def n_functions(self) -> int:
        """Number of functions beside the raw statistics."""
        units = len(self.centre)
        return units * (units + 1) // 2 if self.kind == "quadratic" else len(self.offsets)

    def __call__(self, values: npt.ArrayLike) -> Matrix:
        """Return the functions of activity, ``(rows, size)``."""
        u = (np.asarray(values, dtype=np.float64) - self.centre) / self.scale
        raw = (u, np.abs(u), u * u) if self.is_real else (u,)
        return np.concatenate((self._functions(u), *raw), axis=1)

    def penalty(self, ridge: float, rows: int) -> Matrix:
        """Return the ridge of each function, ``(size,)``, in a regression on so many rows.

        Raw statistics have none, unless rows are few: then a regression on dreams has no bias where
        data are like dreams, whatever the ridge of the random functions.
        """
        penalty = np.full(self.size, ridge)
        if rows >= ROWS_PER_STATISTIC * (self.size - self.n_functions):
            penalty[self.n_functions :] = 0
        return penalty

    def raw(self, code: Matrix) -> Matrix:
        """Return the means of activity that a code holds, ``(rows, units)``."""
        units = len(self.centre)
        return code[:, self.n_functions : self.n_functions + units] * self.scale + self.centre

    def _functions(self, u: Matrix) -> Matrix:
        if self.kind == "tanh":
            return np.asarray(np.tanh(u @ self.directions - self.offsets))
        if self.kind == "radial":
            distance = (u**2).sum(axis=1)[:, None] - 2 * u @ self.directions + self.offsets
            return np.asarray(np.exp(-np.maximum(distance, 0)))
        if self.kind == "complete":
            return np.asarray(_number(u)[:, None] == self.offsets, dtype=np.float64)
        upper = np.triu_indices(u.shape[1])
        return u[:, upper[0]] * u[:, upper[1]]


def standard_of(population: Population, sample: npt.ArrayLike) -> tuple[Matrix, Matrix]:
    """Return centre and scale by which activity is standardised, those of a sample.

    Zeros and ones stay as they are.

    Parameters
    ----------
    population : Population
    sample : array_like, (rows, units)

    Returns
    -------
    centre, scale : ndarray, (units,)
    """
    if population.domain in DISCRETE:
        return np.zeros(population.size), np.ones(population.size)
    values = np.asarray(sample, dtype=np.float64)
    scale = DEVIATIONS * values.std(axis=0)
    scale[scale < LEAST_DEVIATION] = 1.0
    return values.mean(axis=0), scale


def encoding_of(
    population: Population,
    standard: tuple[Matrix, Matrix],
    *,
    kind: str,
    functions: int,
    spread: float,
    seed: int,
    place: int,
) -> Encoding:
    """Draw the encoding functions of a population.

    Parameters
    ----------
    population : Population
    standard : tuple of two ndarray, (units,)
        Centre and scale of activity, see `standard_of`.
    kind : str
        One of `ENCODINGS`.
    functions : int
        How many, of kinds that are drawn.
    spread : float
        Weights are normal with standard deviation spread / sqrt(units).
    seed, place : int
        Of the random numbers.

    Returns
    -------
    Encoding

    Raises
    ------
    InputError
        If a complete code would need too many states.

    References
    ----------
    Vertes, Sahani (2018). Flexible and accurate inference and learning for deep generative models.
    NeurIPS. arXiv:1805.11051.

    Examples
    --------
    >>> from neurohm.populations import Bernoulli
    >>> units = Bernoulli(3)
    >>> encoding = encoding_of(
    ...     units, standard_of(units, []), kind="tanh", functions=20, spread=3.0, seed=0, place=1
    ... )
    >>> encoding(np.eye(3)).shape
    (3, 23)
    """
    (centre, scale), units = standard, population.size
    least, most = (0.0, 1.0) if population.domain in DISCRETE else (-REACH, REACH)
    rng = RandomStream(seed).generator(Site.ENCODING.of(place))
    directions = spread / np.sqrt(units) * rng.standard_normal((units, functions))
    centres = rng.uniform(least, most, (units, functions))
    offsets = (directions * centres).sum(axis=0)
    if kind == "radial":
        shrink = spread / np.sqrt(2 * units)
        directions, scale = shrink * centres, scale / shrink
        offsets = (directions**2).sum(axis=0)
    elif kind == "complete":
        offsets = _states(population)
    return Encoding(kind, directions, offsets, centre, scale, population.domain == "real")


def warn_if_saturated(encoding: Encoding, code: Matrix, name: str) -> None:
    """Warn if most functions hardly change over a code of many rows.

    Warns
    -----
    NeurohmWarning
    """
    functions = code[:, : encoding.n_functions]
    saturated = float((np.abs(functions) > SATURATED).mean()) if functions.size else 0.0
    if encoding.kind == "tanh" and saturated > MOST_SATURATED:
        warnings.warn(
            f"encoding functions of {name!r} are saturated in {saturated:.0%} of cases: they "
            "hardly tell activity apart; give a smaller spread",
            NeurohmWarning,
            stacklevel=2,
        )


def _states(population: Population) -> Matrix:
    """Return the number of each state of a population that has few."""
    if population.n_states is None or population.n_states > MOST_STATES:
        found = population.n_states or "infinitely many"
        raise InputError(
            f"a complete code of {population.name!r}, whose units have {found} states",
            f"at most {MOST_STATES}",
            "take encoding='tanh'",
        )
    return np.sort(_number(population.states().astype(np.float64)))


def _number(states: Matrix) -> Matrix:
    """Return a number for each state of zeros and ones."""
    return np.asarray(states @ 2.0 ** np.arange(states.shape[1]))
