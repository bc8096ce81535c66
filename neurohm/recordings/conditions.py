"""Conditions on the rows of a table, such as ``quality == 'good' and depth > 300``.

They are read as comparisons of columns with values, and never run as code.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError

__all__ = ["rows_where"]

_LONGEST = 1000
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EXAMPLE = "\"quality == 'good' and rate >= 0.5\""


def rows_where(columns: Mapping[str, NDArray[Any]], condition: str, what: str) -> NDArray[np.bool_]:
    """Return which rows of a table fulfil a condition.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n_rows,)
        Numbers, booleans or text.
    condition : str
        Comparisons of a column with a value or with several (``region in ('CA1', 'CA3')``), put
        together by ``and``, ``or``, ``not`` and parentheses. A column of booleans is one by
        itself. The name of a column that is no word is put in quotes: ``'Depth (um)' > 300``.
    what : str
        What the rows are, for messages.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        A missing value fulfils no comparison but ``!=``.

    Raises
    ------
    InputError
        If the condition cannot be read, or names no column, or compares text with a number.

    Examples
    --------
    >>> columns = {"depth": np.array([100, 400]), "quality": np.array(["good", "mua"])}
    >>> rows_where(columns, "quality == 'good' or 200 <= depth < 300", "units")
    array([ True, False])
    """
    return _Reader(columns, condition, what).rows(_parsed(condition))


def _parsed(condition: str) -> ast.expr:
    if len(condition) > _LONGEST:
        raise InputError(f"a condition of {len(condition)} letters", f"at most {_LONGEST}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "equality is ==" if "=" in condition and "==" not in condition else ""
        raise InputError(f"the condition {condition!r}", f"one such as {_EXAMPLE}", hint) from None


class _Reader:
    """Goes through a parsed condition; whatever is no comparison is refused."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], condition: str, what: str) -> None:
        self.columns, self.condition, self.what = columns, condition, what

    def rows(self, node: ast.expr) -> NDArray[np.bool_]:
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return np.asarray(join.reduce([self.rows(part) for part in node.values]), np.bool_)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.rows(node.operand)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(node.ops, sides[:-1], sides[1:], strict=True)
            return np.asarray(np.logical_and.reduce([self._compared(*pair) for pair in pairs]))
        if isinstance(node, ast.Name):
            column = self._column(node.id)
            if column.dtype.kind == "b":
                return column
            raise self._error(f"{node.id!r} is no column of true and false")
        raise self._error("it is more than comparisons of columns with values")

    def _compared(self, how: ast.cmpop, left: ast.expr, right: ast.expr) -> NDArray[np.bool_]:
        if isinstance(how, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple | ast.List | ast.Set):
                raise self._error("'in' wants values in parentheses")
            equal = [self._compared(ast.Eq(), left, value) for value in right.elts]
            found = np.logical_or.reduce([np.zeros(self._n_rows, np.bool_), *equal])
            return np.asarray(found if isinstance(how, ast.In) else ~found)
        if type(how) not in _COMPARISONS:
            raise self._error("'is' is no comparison here")
        first, second = self._value(left), self._value(right)
        if np.ndim(first) == np.ndim(second) == 0:
            raise self._error("a comparison without a column")
        texts = {np.asarray(side).dtype.kind == "U" for side in (first, second)}
        if len(texts) > 1:
            raise self._error("text is compared with a number")
        return np.asarray(_COMPARISONS[type(how)](first, second), np.bool_)

    @property
    def _n_rows(self) -> int:
        return len(next(iter(self.columns.values())))

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self._column(node.id)
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, node = -1, node.operand
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and sign == 1:
            return self.columns.get(node.value, node.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            return sign * node.value if sign < 0 else node.value
        raise self._error("it is more than comparisons of columns with values")

    def _column(self, name: str) -> NDArray[Any]:
        if name not in self.columns:
            known = ", ".join(map(repr, self.columns))
            raise InputError(
                f"the condition {self.condition!r}: no column {name!r} of {self.what}",
                f"one of {known}",
                "text is put in quotes",
            )
        return self.columns[name]

    def _error(self, why: str) -> InputError:
        return InputError(f"the condition {self.condition!r}: {why}", f"one such as {_EXAMPLE}")
