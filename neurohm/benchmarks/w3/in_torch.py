"""W3 in PyTorch, without autograd; also compiled, or captured as a CUDA graph."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from typing import Any

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.torch_device import as_graph, prepared
from neurohm.benchmarks.workload import Steps, nothing, repeated


def score(
    problem: Problem,
    threads: int,
    *,
    compiled: bool = False,
    captured: bool = False,
    device: str = "cpu",
    precision: str = "full",
) -> Steps:
    """All particles of a point at once, the first drive shared among them."""
    import torch
    from torch.nn.functional import softplus

    wait = prepared(torch, device, precision)
    nets = problem.start.lists(lambda array: torch.from_numpy(array).to(device))
    points = cycle(torch.from_numpy(problem.batches[0]).to(device).unbind())
    depth, particles = len(nets[0]), problem.particles

    def log_probability(drive: Any, values: Any) -> Any:
        return (values * drive - softplus(drive)).sum(-1)

    def log_mean(
        x: Any, recognition: Any, recognition_bias: Any, generative: Any, generative_bias: Any
    ) -> Any:
        h = [x.expand(particles, -1)]
        log_weights = torch.zeros(particles, device=device)
        for l in range(depth):
            if l == 0:
                drive = (x @ recognition[0] + recognition_bias[0]).expand(particles, -1)
            else:
                drive = torch.addmm(recognition_bias[l], h[l], recognition[l])
            h.append((torch.rand(drive.shape, device=device) < torch.sigmoid(drive)).float())
            log_weights = log_weights - log_probability(drive, h[l + 1])
        for l in range(depth):
            drive = torch.addmm(generative_bias[l], h[l + 1], generative[l])
            log_weights = log_weights + log_probability(drive, h[l])
        log_weights = log_weights + log_probability(generative_bias[depth], h[depth])
        return torch.logsumexp(log_weights, 0)

    found: Any = torch.compile(log_mean) if compiled else log_mean
    if captured:
        found = as_graph(torch, found, nothing)
    return Steps(repeated(lambda: found(next(points), *nets)), 1, wait=wait)


compiled = partial(score, compiled=True)
