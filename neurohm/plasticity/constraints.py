"""Bounds that weights keep after every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError


class Constraint(Protocol):
    """Keeps a parameter within bounds."""

    def apply(self, key: str, weights: Array) -> None:
        """Change the weights in place so that they keep the bounds."""


@dataclass(frozen=True)
class NonNegative:
    """Weights of the projections whose key holds ``where`` stay at or above zero; biases are free.

    Parameters
    ----------
    where : str
        Part of a parameter's key, such as ``"generative"`` or ``"hidden1->visible"``.

    Examples
    --------
    >>> import numpy as np
    >>> weights = np.array([[-1.0, 2.0]])
    >>> NonNegative().apply("generative/hidden1->visible", weights)
    >>> weights
    array([[0., 2.]])
    """

    where: str = "generative"

    def __post_init__(self) -> None:
        if not isinstance(self.where, str):
            raise ArgumentTypeError(f"where {self.where!r}", "part of a parameter's key")

    def apply(self, key: str, weights: Array) -> None:
        """Raise negative weights to zero."""
        if "->" in key and self.where in key:
            weights[weights < 0] = 0
