"""Metrics by a matrix of each unit; the equations stand in `kernels.reference.inverses`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, cupy_
from neurohm.kernels.cuda.call import Issue, rowwise, run_at_once


class Inverses:
    """See `neurohm.kernels.reference.inverses`. A block of threads serves a unit.

    Units work side by side, so that each needs a factor of its own.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def over_rows(
        self,
        activity: Array,
        weight: Array,
        right: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are rows."""
        given = (activity, weight, right, anew)
        self._solve("solve_over_rows", len(activity), given, damping, lateral, factors, out)

    def over_inputs(
        self,
        activity: Array,
        weight: Array,
        gradient: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are inputs."""
        given = (activity, weight, gradient, anew)
        self._solve("solve_over_inputs", activity.shape[1], given, damping, lateral, factors, out)

    def follow(
        self,
        activity: Array,
        weight: Array,
        events: Array,
        damping: float,
        forgetting: float,
        lateral: int,
        inverses: Array,
    ) -> None:
        """Let the inverses follow activity, row by row."""
        (rows, inputs), units = activity.shape, weight.shape[1]
        room = cupy_.empty_like(inverses, (units, inputs), inverses.dtype)
        sizes = map(np.int32, (rows, inputs, units))
        numbers = (float(damping), float(forgetting), np.int32(lateral))
        arguments = (activity, weight, events, *sizes, *numbers, inverses, room)
        self._issue(rowwise("follow", units, inputs, inverses, *arguments))

    def turn(self, inverses: Array, gradient: Array, damping: float, out: Array) -> None:
        """Write the product of each unit's matrix with its gradient."""
        inputs, units = gradient.shape
        numbers = (np.int32(inputs), np.int32(units), float(damping))
        self._issue(rowwise("turn", units, inputs, out, inverses, gradient, *numbers, out))

    def _solve(
        self,
        name: str,
        size: int,
        given: tuple[Array, Array, Array, Array],
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        (rows, inputs), units = given[0].shape, given[1].shape[1]
        if len(factors) != units:
            raise ValueError(f"{len(factors)} factors of {units} units that work side by side")
        room = cupy_.empty_like(out, (units, size), out.dtype)
        sizes = map(np.int32, (rows, inputs, units))
        numbers = (*sizes, float(damping), np.int32(lateral))
        self._issue(rowwise(name, units, size, out, *given, *numbers, factors, room, out))
