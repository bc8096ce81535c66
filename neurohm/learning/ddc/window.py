"""Dreams of the last steps, with their codes and the moments of these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.learning.ddc.encoding import Encoding
from neurohm.machine import HelmholtzMachine

Matrix = npt.NDArray[np.float64]

GIGABYTE = 1e9
# Regressions want so many dreams for each regressor.
DREAMS_PER_REGRESSOR = 3
# Matrices of a step beside the window, as large as the visible activity in double precision.
TEMPORARY = 4


class DreamWindow:
    """A ring of dreams, those of one step after those of another.

    Sums over the window are those of normal equations that are averaged over its steps; a step
    adds its own and takes away the oldest.

    Parameters
    ----------
    machine : HelmholtzMachine
    encodings : sequence of Encoding
        Of each population, visible first.
    dreams, steps : int
        Dreams of a step, and how many steps of them are kept.

    Attributes
    ----------
    states : list of ndarray, (dreams * steps, units)
        Of each population, visible first.
    codes : list of ndarray of float64, (dreams * steps, functions)
    newest : slice
        The rows of the last step.
    """

    def __init__(
        self, machine: HelmholtzMachine, encodings: Sequence[Encoding], dreams: int, steps: int
    ) -> None:
        rows = dreams * steps
        self.dreams, self.steps, self.filled = dreams, steps, 0
        self.encodings = tuple(encodings)
        self.states = [np.zeros((rows, size), machine.dtype) for size in machine.sizes]
        self.codes: list[Matrix] = [np.zeros((rows, e.size)) for e in self.encodings]
        self._moments: list[Matrix] = [np.zeros((steps, e.size, e.size)) for e in self.encodings]
        pairs = zip(self.encodings[:-1], self.encodings[1:], strict=True)
        self._products: list[Matrix] = [np.zeros((steps, e.size, up.size)) for e, up in pairs]

    @property
    def newest(self) -> slice:
        """The rows of the last step."""
        first = (self.filled - 1) % self.steps * self.dreams
        return slice(first, first + self.dreams)

    def add(self, states: Sequence[npt.NDArray[Any]]) -> None:
        """Take the dreams of a step, in place of the oldest; or of all steps at once."""
        for first in range(0, len(states[0]), self.dreams):
            self.filled += 1
            step, rows = (self.filled - 1) % self.steps, self.newest
            for layer, state in enumerate(states):
                self.states[layer][rows] = state[first : first + self.dreams]
                code = self.encodings[layer](self.states[layer][rows])
                self.codes[layer][rows] = code
                self._moments[layer][step] = code.T @ code
                if layer:
                    below = self.codes[layer - 1][rows]
                    self._products[layer - 1][step] = below.T @ code

    def moments(self, layer: int) -> Matrix:
        """Return the mean products of the functions of a population, ``(functions, functions)``."""
        return np.asarray(self._moments[layer].sum(axis=0) / len(self.codes[layer]))

    def products(self, layer: int) -> Matrix:
        """Return the mean products with the functions of the population above."""
        return np.asarray(self._products[layer].sum(axis=0) / len(self.codes[layer]))

    def tree(self) -> dict[str, Any]:
        """Return what it holds, for checkpoints; codes and moments follow from the states."""
        return {
            "filled": self.filled,
            "states": {str(layer): state.copy() for layer, state in enumerate(self.states)},
        }

    def restore(self, tree: dict[str, Any]) -> None:
        """Take up what `tree` returned."""
        filled, states = int(tree["filled"]), tree["states"]
        self.filled = filled - filled % self.steps  # so that each step finds its place again
        self.add([states[str(layer)] for layer in range(len(self.states))])
        self.filled = filled


def require_enough(encodings: Sequence[Encoding], dreams: int, steps: int) -> None:
    """Raise if there are fewer dreams than regressors.

    Raises
    ------
    InputError
        With the number that is needed.
    """
    most = max(encoding.size for encoding in encodings) + 1
    if dreams * steps < most:
        needed = -(-DREAMS_PER_REGRESSOR * most // steps)
        raise InputError(
            f"{dreams * steps} dreams for {most} regressors",
            f"at least {DREAMS_PER_REGRESSOR} for each regressor",
            f"give sleep_samples={needed} or more (with window={steps}), or fewer functions",
        )


def window_bytes(
    machine: HelmholtzMachine, encodings: Sequence[Encoding], dreams: int, steps: int
) -> float:
    """Return how much memory a window and a step on it take, in bytes."""
    rows, functions = dreams * steps, [encoding.size for encoding in encodings]
    states = rows * sum(machine.sizes) * machine.dtype.itemsize
    codes = 2 * rows * sum(functions) * 8 + (steps + 2) * sum(n * n for n in functions) * 8
    return float(states + codes + TEMPORARY * rows * max(machine.sizes) * 8)


def require_room(needed: float, limit: float, what: str) -> None:
    """Raise if more memory is needed than allowed.

    Raises
    ------
    InputError
        With both numbers.

    Examples
    --------
    >>> require_room(3e9, 2.0, "read-outs")
    Traceback (most recent call last):
    ...
    neurohm.exceptions.InputError: 3 GB of memory for read-outs; expected at most 2 GB; give \
fewer functions, sleep_samples or window, or a larger memory_limit
    """
    if needed > limit * GIGABYTE:
        raise InputError(
            f"{needed / GIGABYTE:.3g} GB of memory for {what}",
            f"at most {limit:g} GB",
            "give fewer functions, sleep_samples or window, or a larger memory_limit",
        )
