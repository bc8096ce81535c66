"""Groups of units of which exactly one is active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from scipy.special import softmax

from neurohm.backend import Activations, Array, Draws
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels
from neurohm.populations.base import Input, Population
from neurohm.populations.exponential import GradientTerms, canonical_terms
from neurohm.populations.states import one_hot_states

RAREST = 1e-6


@dataclass(frozen=True)
class Categorical(Population):
    """Units in groups of which exactly one is active: unit c with probability softmax(a + b)_c.

    Parameters
    ----------
    size : int
        Number of units, a multiple of ``categories``.
    categories : int
        Units of a group, consecutive, at least 2.
    name : str, optional

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument makes no sense.

    Examples
    --------
    Two groups of three:

    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([Categorical(6, categories=3), 2], seed=0)
    >>> machine.dream(4, seed=0).reshape(4, 2, 3).sum(axis=2).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """

    name: str = field(default="", kw_only=True)
    categories: int

    kind: ClassVar[str] = "categorical"
    domain: ClassVar[str] = "one-hot"
    recordable: ClassVar[bool] = True
    factorial: ClassVar[bool] = False
    compressible: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        categories = whole_number("categories", self.categories, mend="give e.g. 3")
        object.__setattr__(self, "categories", categories)
        if categories < 2:
            raise InputError(f"{categories} category", "at least 2, of which one is active")
        if self.size % categories:
            raise InputError(
                f"{self.size} units in groups of {categories} categories",
                f"a multiple of {categories} units",
            )

    @property
    def n_states(self) -> int:
        """How many states the units can be in together."""
        return int(self.categories ** (self.size // self.categories))

    def states(self) -> Array:
        """Return every state, ``(n_states, units)``."""
        return one_hot_states(self.size // self.categories, self.categories)

    def stands_for(self, other: Population) -> bool:
        """Return whether activity of this population can be activity of another."""
        same = isinstance(other, Categorical) and self.categories == other.categories
        return same and super().stands_for(other)

    def check(self, values: Array) -> None:
        """Raise an `InputError` if a group is not one 1 among zeros."""
        wrong = ~((values == 0) | (values == 1))
        if wrong.any():
            raise InputError(
                f"value {float(values[wrong].flat[0]):g} for categorical units",
                "0 or 1",
                "write each category as one 1 among zeros",
            )
        active = values.reshape(-1, self.size // self.categories, self.categories).sum(axis=2)
        if (active != 1).any():
            row, group = np.argwhere(active != 1)[0].tolist()
            raise InputError(
                f"{active[row, group]:g} active units in group {group} of row {row}",
                f"exactly one of the {self.categories} units of each group",
                "write each category as one 1 among zeros",
            )

    def check_sparse(self, matrix: Any) -> None:
        """Raise an `InputError` if a group of a sparse matrix is not one 1 among zeros."""
        self.check(matrix.toarray())

    def bias_of(self, mean: Array) -> Array:
        """Return the logarithm of the mean, the mean held to at least 1e-6."""
        bias: Array = np.log(np.maximum(mean, RAREST))
        return bias

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return z - softmax(a) of each group."""
        groups = drive.reshape(len(drive), -1, self.categories)
        return canonical_terms(softmax(groups, axis=2).reshape(drive.shape))

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the probability of each unit."""
        kernels.categorical.mean(given.drive, given.bias, self.categories, out)

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Write one active unit a group; add the log-probability (nats) to ``total``."""
        kernels.categorical.draw(given.drive, given.bias, self.categories, draws, out, total)

    def error(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write s - softmax(a + b); add the log-probability (nats) to ``total``."""
        kernels.categorical.error(given.drive, given.bias, self.categories, values, out, total)

    def log_probability(
        self, kernels: Kernels, given: Input, values: Activations, total: Array
    ) -> None:
        """Add the log-probability (nats) of each row to ``total``."""
        kernels.categorical.log_probability(given.drive, given.bias, self.categories, values, total)
