"""W5 in PyTorch: a batched Cholesky factorisation."""

from __future__ import annotations

from typing import Any

from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps, repeated


def batched_cholesky(problem: Layer, threads: int) -> Steps:
    """All systems in one call."""
    import torch

    torch.set_grad_enabled(False)
    activity, error = torch.from_numpy(problem.activity), torch.from_numpy(problem.error)
    scale = torch.from_numpy(problem.variance).sqrt().t()

    def step() -> Any:
        systems = scale[:, :, None] * (activity @ activity.t()) * scale[:, None, :]
        systems.diagonal(dim1=1, dim2=2).add_(len(activity) * problem.damping)
        factors = torch.linalg.cholesky(systems)
        solutions = torch.cholesky_solve((error.t() / scale)[:, :, None], factors)[:, :, 0]
        return activity.t() @ (solutions * scale).t()

    return Steps(repeated(step), 1)
