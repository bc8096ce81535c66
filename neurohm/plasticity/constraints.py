"""Bounds that weights keep after every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError
from neurohm.kernels import Kernels


class Constraint(Protocol):
    """Keeps a parameter within bounds. One that calls the kernels only may say `recordable`."""

    def apply(self, kernels: Kernels, key: str, weights: Array) -> None:
        """Change the weights in place so that they keep the bounds."""


@dataclass(frozen=True)
class NonNegative:
    """Weights of the synapses whose key holds ``where`` stay at or above zero; biases are free.

    Lateral synapses, and those within a population such as `NADE`, are held like projections.

    Parameters
    ----------
    where : str
        Part of a parameter's key, such as ``"generative"`` or ``"hidden1->visible"``.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> weights, kernels = np.array([[-1.0, 2.0]]), nh.HelmholtzMachine([2, 1]).kernels
    >>> NonNegative().apply(kernels, "generative/hidden1->visible", weights)
    >>> weights
    array([[0., 2.]])
    """

    where: str = "generative"

    recordable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.where, str):
            raise ArgumentTypeError(f"where {self.where!r}", "part of a parameter's key")

    def apply(self, kernels: Kernels, key: str, weights: Array) -> None:
        """Raise negative weights to zero."""
        if "->" in key and self.where in key:
            kernels.optimisers.rectify(weights.reshape(-1))
