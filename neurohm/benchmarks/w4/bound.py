"""W4: the matrix products alone, as if the windows were dense."""

from __future__ import annotations

from neurohm.benchmarks.products import bound_steps, wake_sleep_shapes
from neurohm.benchmarks.w4.recording import Spikes
from neurohm.benchmarks.workload import Steps


def bound(problem: Spikes, threads: int) -> Steps:
    """Three products for each layer and phase of a batch; nothing is read."""
    return bound_steps(wake_sleep_shapes(problem), problem.rows, threads)
