"""Worlds of binary patterns: what is well formed in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.populations import all_states

LARGEST = 20
RULES = ("strict", "leaky", "preferred")

Bits = npt.NDArray[Any]
Answers = npt.NDArray[np.bool_]


class BitWorld(ABC):
    """A world of patterns of ``n_units`` bits.

    Parameters
    ----------
    n_units : int
    """

    def __init__(self, n_units: int) -> None:
        self.n_units = whole_number("units of a world", n_units)
        self._table: npt.NDArray[np.float32] | None = None

    @abstractmethod
    def accepts(self, x: npt.ArrayLike) -> Answers:
        """Return which rows of ``(rows, n_units)`` are well formed, ``(rows,)``."""

    def table(self) -> npt.NDArray[np.float32] | None:
        """Return 1 or 0 for every state, ``(2**n_units,)``, or None where they are too many."""
        if self.n_units > LARGEST:
            return None
        if self._table is None:
            answers = self.accepts(all_states(self.n_units, "int8"))
            self._table = answers.astype(np.float32)
        return self._table

    def patterns(self) -> npt.NDArray[np.float32]:
        """Return all well-formed patterns, ``(n_patterns, n_units)``.

        Raises
        ------
        InputError
            If there are too many patterns to go through, or none is well formed.
        """
        if self.n_units > LARGEST:
            raise InputError(
                f"a world of {self.n_units} bits to list", f"at most {LARGEST}", "draw from it"
            )
        every = all_states(self.n_units, "float32")
        accepted: npt.NDArray[np.float32] = every[self.accepts(every)]
        if not len(accepted):
            raise InputError(f"{self!r}, which accepts nothing", "at least one pattern")
        return accepted

    def _bits(self, x: npt.ArrayLike) -> Bits:
        """Return rows as small integers, checked."""
        rows = np.atleast_2d(np.asarray(x))
        if rows.ndim != 2 or rows.shape[1] != self.n_units:
            raise InputError(f"patterns of shape {rows.shape}", f"(rows, {self.n_units})")
        return rows.astype(np.int8)

    def settings(self) -> dict[str, Any]:
        """Return what the world was made with."""
        return {"world": type(self).__name__, "n_units": self.n_units}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_units})"


class RhythmWorld(BitWorld):
    """Rhythms: 1 is an attack, 0 a rest.

    A string is well formed if it begins with an attack; if no attack stands alone between two rests
    on either side (00100 inside, 100 at the beginning, 001 at the end); and if no four rests follow
    each other. Of ten bits 256 strings of 1024 are, of twelve 905 of 4096.

    Parameters
    ----------
    n_units : int
        At least 5.
    rule : {"strict", "leaky", "preferred"}
        ``"leaky"`` overlooks the last five and the last four bits, as the checker of the source
        does; ``"preferred"`` is narrower: begins and ends with an attack, no 10 at the beginning,
        no 01 at the end, no 010, no three rests.

    References
    ----------
    Liu (2023). A neural network implementation for free energy principle. arXiv:2306.06792.

    Examples
    --------
    >>> len(RhythmWorld(10).patterns()), len(RhythmWorld(10, "preferred").patterns())
    (256, 25)
    """

    def __init__(self, n_units: int = 10, rule: str = "strict") -> None:
        super().__init__(n_units)
        if self.n_units < 5:
            raise InputError(f"rhythms of {n_units} bits", "at least 5")
        if rule not in RULES:
            raise InputError(f"rule {rule!r} of rhythms", " or ".join(map(repr, RULES)))
        self.rule = rule

    def accepts(self, x: npt.ArrayLike) -> Answers:
        """Return which rows are well-formed rhythms."""
        bits = self._bits(x)
        if self.rule == "preferred":
            bad = _has(bits, "010") | _has(bits, "000")
            bad |= (bits[:, 0] == 0) | (bits[:, -1] == 0)
            return np.asarray(~(bad | _begins(bits, "10") | _ends(bits, "01")))
        short = bits[:, :-1] if self.rule == "leaky" else bits
        bad = (bits[:, 0] == 0) | _has(short, "00100") | _has(short, "0000")
        return np.asarray(~(bad | _begins(bits, "100") | _ends(bits, "001")))

    def settings(self) -> dict[str, Any]:
        """Return what the world was made with."""
        return {**super().settings(), "rule": self.rule}


class Support(BitWorld):
    """The patterns that a data set has, and no others.

    Parameters
    ----------
    data : array_like, (rows, units)
        Binary; patterns may come more than once.

    Examples
    --------
    >>> Support(np.eye(3)).accepts([[1, 0, 0], [1, 1, 0]]).tolist()
    [True, False]
    """

    def __init__(self, data: npt.ArrayLike) -> None:
        rows = binary_rows(data)
        super().__init__(rows.shape[1])
        self._patterns = np.unique(rows, axis=0)
        self._known = np.sort(_packed(self._patterns))

    def accepts(self, x: npt.ArrayLike) -> Answers:
        """Return which rows are among the data."""
        return np.asarray(np.isin(_packed(self._bits(x)), self._known))

    def patterns(self) -> npt.NDArray[np.float32]:
        """Return the distinct patterns of the data, ``(n_patterns, n_units)``."""
        return self._patterns.astype(np.float32)

    def settings(self) -> dict[str, Any]:
        """Return what the world was made with."""
        return {**super().settings(), "patterns": len(self._patterns)}


class Predicate(BitWorld):
    """Whatever a function says.

    Parameters
    ----------
    function : callable
        From ``(rows, n_units)`` of zeros and ones to a bool for each row.
    n_units : int

    Examples
    --------
    >>> even = Predicate(lambda x: x.sum(axis=1) % 2 == 0, 4)
    >>> len(even.patterns())
    8
    """

    def __init__(self, function: Callable[[Bits], npt.ArrayLike], n_units: int) -> None:
        super().__init__(n_units)
        if not callable(function):
            raise ArgumentTypeError(f"predicate {function!r}", "a function of rows")
        self.function = function

    def accepts(self, x: npt.ArrayLike) -> Answers:
        """Return what the function says of each row."""
        bits = self._bits(x)
        answers = np.asarray(self.function(bits))
        if answers.shape != (len(bits),):
            raise InputError(
                f"a predicate that answers with shape {answers.shape} to {len(bits)} rows",
                "one answer for each row",
                "let it go along axis 1, e.g. lambda x: x.any(axis=1)",
            )
        return answers.astype(bool)


def binary_rows(data: npt.ArrayLike, n_units: int | None = None) -> npt.NDArray[np.int8]:
    """Return data, checked to be rows of zeros and ones.

    Parameters
    ----------
    data : array_like, (rows, units)
    n_units : int, optional
        How many columns there have to be.

    Raises
    ------
    InputError

    Examples
    --------
    >>> binary_rows(np.eye(2)).tolist()
    [[1, 0], [0, 1]]
    """
    rows = np.asarray(data)
    if rows.ndim != 2 or not rows.size or n_units not in (None, rows.shape[1]):
        raise InputError(f"data of shape {rows.shape}", f"(rows, {n_units or 'units'})")
    if not np.isin(rows, (0, 1)).all():
        raise InputError("data that are neither 0 nor 1", "rows of zeros and ones")
    return rows.astype(np.int8)


def require_world(world: object) -> None:
    """Refuse what is no world.

    Raises
    ------
    ArgumentTypeError
        Which says how a function becomes one.
    """
    if not isinstance(world, BitWorld):
        raise ArgumentTypeError(
            f"a world of type {type(world).__name__}",
            "a BitWorld, such as nh.agents.RhythmWorld(10)",
            "let a function of rows be nh.agents.Predicate(function, n_units)",
        )


def _has(bits: Bits, motif: str) -> Answers:
    """Return which rows have a motif anywhere."""
    wanted = np.array([int(c) for c in motif])
    windows = np.lib.stride_tricks.sliding_window_view(bits, len(motif), axis=1)
    return np.asarray((windows == wanted).all(axis=2).any(axis=1))


def _begins(bits: Bits, motif: str) -> Answers:
    return _has(bits[:, : len(motif)], motif)


def _ends(bits: Bits, motif: str) -> Answers:
    return _has(bits[:, -len(motif) :], motif)


def _packed(bits: Bits) -> npt.NDArray[Any]:
    """Return each row as one value that can be sorted, ``(rows,)``."""
    packed = np.ascontiguousarray(np.packbits(bits.astype(bool), axis=1))
    return packed.view([("", packed.dtype)] * packed.shape[1]).ravel()
