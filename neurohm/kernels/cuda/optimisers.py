"""Steps of the optimisers, one launch each; the equations: `kernels.reference.optimisers`."""

from __future__ import annotations

from typing import Any

from neurohm.backend import Array
from neurohm.kernels.cuda.call import Issue, elementwise, run_at_once


class Optimisers:
    """See `neurohm.kernels.reference.optimisers`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def delta(self, parameter: Array, gradient: Array, pace: Array) -> None:
        """Step along the gradient."""
        self._step("delta", parameter, gradient, pace)

    def momentum(
        self, parameter: Array, gradient: Array, velocity: Array, pace: Array, decay: float
    ) -> None:
        """Step with momentum."""
        self._step("momentum", parameter, gradient, velocity, pace, float(decay))

    def adam(
        self,
        parameter: Array,
        gradient: Array,
        first: Array,
        second: Array,
        pace: Array,
        decays: tuple[float, float],
    ) -> None:
        """Step with Adam."""
        self._step("adam", parameter, gradient, first, second, pace, *map(float, decays))

    def shrink(self, parameter: Array, pace: Array, weight_decay: float, sparsity: float) -> None:
        """Shrink towards zero."""
        self._step("shrink", parameter, pace, float(weight_decay), float(sparsity))

    def rectify(self, parameter: Array) -> None:
        """Raise negative entries to zero."""
        self._step("rectify", parameter)

    def _step(self, name: str, parameter: Array, *arguments: Any) -> None:
        self._issue(elementwise(name, parameter, parameter, *arguments))
