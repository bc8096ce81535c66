"""What a goal-seeded machine learns from: sequences with goals and situations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.context_codes import ContextCodes, one_hot, require_below
from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.populations import Categorical, Population


@dataclass(frozen=True, eq=False)
class Lessons:
    """Sequences, each with a goal and a situation at each time.

    Parameters
    ----------
    x : ndarray, (samples, times, visible units), or of int, (samples, times)
        Activity, or the number of the one active unit.
    goals : ndarray, (samples, goal units) or of int, (samples, factors), or None
    situations : ndarray, (samples, times, situation units) or of int, (samples, times), or None
    codes : ContextCodes
    visible_size : int
    """

    x: Array
    goals: Array | None
    situations: Array | None
    codes: ContextCodes
    visible_size: int

    def visible(self, chosen: npt.NDArray[np.int64], time: int) -> Array:
        """Return the observations of samples at a time, ``(rows, visible units)``."""
        return one_hot(self.x[chosen, time], self.visible_size)

    def goals_of(self, chosen: npt.NDArray[np.int64]) -> list[Array]:
        """Return the codes of each factor of the goals of samples."""
        if self.goals is None:
            return []
        given = self.goals[chosen]
        if given.dtype.kind in "iu":
            pairs = zip(given.T, self.codes.goals, strict=True)
            return [one_hot(factor, size) for factor, size in pairs]
        return self.codes.factors(given)

    def situation(self, chosen: npt.NDArray[np.int64], time: int) -> list[Array]:
        """Return the codes of the situations of samples at a time."""
        if self.situations is None:
            return []
        return [one_hot(self.situations[chosen, time], self.codes.situation)]

    def mean(self) -> npt.NDArray[np.float64]:
        """Return the mean activity of visible units."""
        if self.x.dtype.kind in "iu":
            return np.bincount(self.x.ravel(), minlength=self.visible_size) / self.x.size
        return np.asarray(self.x.mean(axis=(0, 1), dtype=np.float64))

    def seen(self) -> npt.NDArray[np.bool_] | None:
        """Return which goal units are ever active; None without goals."""
        if self.goals is None:
            return None
        if self.goals.dtype.kind not in "iu":
            return np.asarray(self.goals.any(axis=0))
        factors = zip(self.goals.T, self.codes.goals, strict=True)
        return np.concatenate([np.bincount(f, minlength=size) > 0 for f, size in factors])

    def __len__(self) -> int:
        return len(self.x)

    @property
    def times(self) -> int:
        """Steps of a sequence."""
        return int(self.x.shape[1])


def lessons_of(
    visible: Population, codes: ContextCodes, x: Any, goals: Any = None, situations: Any = None
) -> Lessons:
    """Return what is given to `neurohm.GoalSeededMachine.fit` as lessons, checked.

    Raises
    ------
    InputError, ArgumentTypeError
        If the arrays do not fit.

    Examples
    --------
    >>> from neurohm.populations import Bernoulli
    >>> lessons = lessons_of(Bernoulli(2), ContextCodes((3,)), [[0, 1], [1, 1]], [0, 2])
    >>> lessons.times, lessons.seen().tolist()
    (1, [True, False, True])
    """
    rows = _observations(visible, x)
    wanted = codes.numbers_or_codes_of_goals(goals)
    places = codes.numbers_or_codes_of_situations(situations)
    if places is not None and places.ndim == 1 + (places.dtype.kind not in "iu"):
        places = places[:, None].repeat(rows.shape[1], axis=1)
    for name, part in (("goals", wanted), ("situations", places)):
        if part is not None and len(part) != len(rows):
            raise InputError(f"{len(part)} {name} of {len(rows)} samples", "as many")
    if places is not None and places.shape[1] != rows.shape[1]:
        raise InputError(f"situations at {places.shape[1]} of {rows.shape[1]} times", "one at each")
    return Lessons(rows, wanted, places, codes, visible.size)


def _observations(visible: Population, x: Any) -> Array:
    """Return observations with an axis of times; of one-hot units numbers may stay numbers."""
    units, given = visible.size, np.asarray(x)
    single = isinstance(visible, Categorical) and visible.categories == units
    if single and given.dtype.kind in "iu" and given.ndim == 1 and len(given):
        require_below("observations", given, units)
        return given[:, None]
    if given.dtype.kind not in "biuf":
        raise ArgumentTypeError(f"observations of type {given.dtype}", "numbers")
    rows = given.astype(np.float32)
    rows = rows[:, None] if rows.ndim == 2 else rows
    if rows.ndim != 3 or rows.shape[2] != units or not len(rows):
        expected = f"(samples, {units}) or (samples, times, {units})"
        raise InputError(f"observations of shape {given.shape}", expected)
    visible.check(rows.reshape(-1, units))
    return rows
