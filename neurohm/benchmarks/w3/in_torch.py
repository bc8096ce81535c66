"""W3 in PyTorch, without autograd; also compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.workload import Steps, repeated


def _steps(problem: Problem, threads: int, prepare: Callable[[Any, Any], Any]) -> Steps:
    """All particles of a point at once, the first drive shared among them."""
    import torch
    from torch.nn.functional import softplus

    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    nets = problem.start.lists(torch.from_numpy)
    points = cycle(torch.from_numpy(problem.batches[0]).unbind())
    depth, particles = len(nets[0]), problem.particles

    def log_probability(drive: Any, values: Any) -> Any:
        return (values * drive - softplus(drive)).sum(-1)

    def score(
        x: Any, recognition: Any, recognition_bias: Any, generative: Any, generative_bias: Any
    ) -> Any:
        h = [x.expand(particles, -1)]
        log_weights = torch.zeros(particles)
        for l in range(depth):
            if l == 0:
                drive = (x @ recognition[0] + recognition_bias[0]).expand(particles, -1)
            else:
                drive = torch.addmm(recognition_bias[l], h[l], recognition[l])
            h.append((torch.rand(drive.shape) < torch.sigmoid(drive)).float())
            log_weights = log_weights - log_probability(drive, h[l + 1])
        for l in range(depth):
            drive = torch.addmm(generative_bias[l], h[l + 1], generative[l])
            log_weights = log_weights + log_probability(drive, h[l])
        log_weights = log_weights + log_probability(generative_bias[depth], h[depth])
        return torch.logsumexp(log_weights, 0)

    prepared = prepare(torch, score)
    return Steps(repeated(lambda: prepared(next(points), *nets)), 1)


score = partial(_steps, prepare=lambda torch, function: function)
compiled = partial(_steps, prepare=lambda torch, function: torch.compile(function))
