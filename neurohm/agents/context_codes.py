"""The parts of a context as codes: goal, situation and memory, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError, InputError


@dataclass(frozen=True)
class ContextCodes:
    """Which goals, situations and memories a machine knows, and how they are written.

    Parameters
    ----------
    goals : tuple of int
        Number of goals of each factor; empty without goals.
    situation : int
        Units of a situation; 0 without.
    memory : int
        Units of the trace of what was; 0 without.

    Examples
    --------
    >>> codes = ContextCodes((2, 3))
    >>> codes.of_goals([[1, 0]]).tolist(), codes.widths
    ([[0.0, 1.0, 1.0, 0.0, 0.0]], (2, 3))
    """

    goals: tuple[int, ...] = ()
    situation: int = 0
    memory: int = 0

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each part: of each factor of a goal, of a situation, of the memory."""
        return (*self.goals, *(size for size in (self.situation, self.memory) if size))

    @property
    def told_apart(self) -> tuple[int, ...]:
        """Places of the factors of goals that have more than one: what a decoder can tell."""
        return tuple(place for place, size in enumerate(self.goals) if size > 1)

    def parts(
        self,
        goals: npt.ArrayLike | None,
        situations: npt.ArrayLike | None,
        memory: npt.ArrayLike | None,
        rows: int | None = None,
        seen: npt.NDArray[np.bool_] | None = None,
    ) -> list[Array]:
        """Return the parts of contexts, ``(rows, units)`` each, with as many rows.

        Parameters
        ----------
        goals, situations, memory : array_like, optional
            Without a memory where there should be one, nothing has been.
        rows : int, optional
            Where neither goals nor situations say it.
        seen : ndarray of bool, (goal units,), optional
            Goals of which something was learned; others are refused.

        Raises
        ------
        InputError
            If they do not fit, or a goal was never seen.
        """
        codes, places = self.of_goals(goals), self.of_situations(situations)
        if codes is not None and seen is not None:
            _require_seen(codes, seen)
        parts = [] if codes is None else self.factors(codes)
        parts += [] if places is None else [places]
        if self.memory:
            count = len(parts[0]) if parts else 1 if rows is None else rows
            none = np.zeros((count, self.memory), np.float32)
            parts.append(none if memory is None else np.asarray(memory, np.float32))
            if parts[-1].ndim != 2 or parts[-1].shape[1] != self.memory:
                raise InputError(f"memory of shape {parts[-1].shape}", f"(rows, {self.memory})")
        elif memory is not None:
            raise InputError("memory of a model that has none", "none", "set memory=0.9, say")
        if len({len(part) for part in parts}) > 1:
            found = f"contexts of {[len(part) for part in parts]} rows"
            raise InputError(found, "as many of each part")
        return parts

    def of_goals(self, given: npt.ArrayLike | None) -> Array | None:
        """Return goals as codes, ``(rows, goal units)``; None for a machine without goals."""
        found = self.numbers_or_codes_of_goals(given)
        if found is None or found.dtype.kind not in "iu":
            return found
        factors = zip(found.T, self.goals, strict=True)
        return np.concatenate([one_hot(factor, size) for factor, size in factors], axis=1)

    def numbers_or_codes_of_goals(self, given: npt.ArrayLike | None) -> Array | None:
        """Return goals as numbers, ``(rows, factors)``, where they are given so, or as codes.

        Raises
        ------
        InputError
            If there are goals and should be none or the reverse, a number is none of a goal, or a
            code is of the wrong width.
        """
        if (given is None) != (not self.goals):
            raise InputError(
                "goals of a model that has none" if not self.goals else "no goals",
                f"goals of {self.goals} kinds" if self.goals else "none",
                "set goals=..." if not self.goals else "",
            )
        if given is None:
            return None
        numbers = _numbers(given, self.goals)
        return _codes(given, self.goals) if numbers is None else numbers

    def of_situations(self, given: npt.ArrayLike | None) -> Array | None:
        """Return situations as codes, ``(rows, [times,] units)``; None for a machine without."""
        found = self.numbers_or_codes_of_situations(given)
        return None if found is None else one_hot(found, self.situation)

    def numbers_or_codes_of_situations(self, given: npt.ArrayLike | None) -> Array | None:
        """Return situations as numbers, ``(rows, [times])``, where they are given so, or as codes.

        Raises
        ------
        InputError
            As for goals.
        """
        if (given is None) != (not self.situation):
            raise InputError(
                "situations of a model that has none" if not self.situation else "no situations",
                f"situations of {self.situation} units",
            )
        if given is None:
            return None
        values = np.asarray(given)
        is_code = values.ndim > 1 and values.shape[-1] == self.situation
        if values.dtype.kind in "iu" and not is_code:
            require_below("situations", values, self.situation)
            return values
        if not values.ndim or values.shape[-1] != self.situation:
            raise InputError(f"situation codes of shape {values.shape}", f"(..., {self.situation})")
        return _finite("situations", values)

    def factors(self, codes: Array) -> list[Array]:
        """Return the code of each factor of goals."""
        return list(np.split(codes, np.cumsum(self.goals)[:-1], axis=1))


def _require_seen(codes: Array, seen: npt.NDArray[np.bool_]) -> None:
    """Refuse goals of which nothing was learned."""
    unseen = codes.any(axis=0) & ~seen
    if unseen.any():
        raise InputError(
            f"goal unit {int(np.argmax(unseen))}, of which nothing was learned",
            f"one of the {int(seen.sum())} that were seen in fit",
            "fit with examples of it",
        )


def one_hot(given: Array, size: int) -> Array:
    """Return numbers as one-hot codes, and codes as they are.

    Examples
    --------
    >>> one_hot(np.array([1, 0]), 3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if given.dtype.kind not in "iu":
        return given
    code = np.zeros((*given.shape, size), np.float32)
    np.put_along_axis(code, given[..., None], 1, axis=-1)
    return code


def require_below(name: str, values: Array, size: int) -> None:
    """Refuse numbers below 0 or from ``size`` on.

    Raises
    ------
    InputError
        Which names the first of them.
    """
    if values.size and not 0 <= values.min() <= values.max() < size:
        wrong = values[(values < 0) | (values >= size)].flat[0]
        raise InputError(f"{name} with number {wrong}", f"0 to {size - 1}")


def _numbers(given: Any, sizes: tuple[int, ...]) -> Array | None:
    """Return the numbers of the factors of goals, ``(rows, factors)``; None if they are codes."""
    values = np.asarray(given)
    if values.dtype.kind not in "iu":
        return None
    if values.ndim == 1 and len(sizes) == 1:
        values = values[:, None]
    elif values.ndim != 2 or values.shape[1] != len(sizes) or values.shape[1] == sum(sizes):
        return None
    for factor, size in zip(values.T, sizes, strict=True):
        require_below("goals", factor, size)
    return values


def _codes(given: Any, sizes: tuple[int, ...]) -> Array:
    """Return codes of goals, ``(rows, sum of sizes)``, checked."""
    values, width = np.asarray(given), sum(sizes)
    if values.ndim != 2 or values.shape[1] != width:
        raise InputError(
            f"goals of shape {values.shape}, {values.dtype}",
            f"(rows,) whole numbers, or codes of shape (rows, {width})"
            if len(sizes) == 1
            else f"(rows, {len(sizes)}) whole numbers, or codes of shape (rows, {width})",
        )
    return _finite("goals", values)


def _finite(name: str, values: npt.NDArray[Any]) -> Array:
    """Return codes as floating-point numbers, checked."""
    if values.dtype.kind not in "biuf":
        raise ArgumentTypeError(f"{name} of type {values.dtype}", "numbers")
    if not np.isfinite(values).all():
        raise InputError(f"{name} that are not finite", "codes of finite numbers")
    return values.astype(np.float32)
