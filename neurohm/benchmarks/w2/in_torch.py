"""W2 in PyTorch: by autograd (also with a shared first layer), and by local rules.

Those also compiled, or captured as a CUDA graph.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from neurohm.benchmarks.chains import Chain, Problem
from neurohm.benchmarks.torch_device import as_graph, prepared, restoring
from neurohm.benchmarks.workload import Steps, repeated


def _autograd_steps(problem: Problem, threads: int, shared: bool) -> Steps:
    """One loss whose gradient is that of both phases.

    Where the first layer is shared, the drive from the data is computed once for all particles.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, linear

    torch.manual_seed(0)
    nets = problem.start.lists(lambda a: torch.nn.Parameter(torch.from_numpy(a.T.copy())))
    recognition, recognition_bias, generative, generative_bias = nets
    depth, particles = len(recognition), problem.particles
    dreams = problem.rows * problem.dreams
    optimiser = torch.optim.Adam([p for n in nets for p in n], lr=problem.learning_rate, fused=True)
    batches = problem.stream(lambda array: torch.from_numpy(array).float())

    def fire(drive: Any) -> Any:
        return torch.bernoulli(torch.sigmoid(drive.detach()))

    def log_probability(drive: Any, values: Any) -> Any:
        return -binary_cross_entropy_with_logits(drive, values, reduction="none").sum(-1)

    def up(l: int, below: Any) -> Any:
        return linear(below, recognition[l], recognition_bias[l])

    def down(l: int, above: Any) -> Any:
        return linear(above, generative[l], generative_bias[l])

    def wake_loss(x: Any) -> Any:
        h = [x.repeat_interleave(particles, 0)]
        log_q = log_p = torch.zeros(len(h[0]))
        for l in range(depth):
            once = shared and l == 0
            drive = up(0, x).repeat_interleave(particles, 0) if once else up(l, h[l])
            h.append(fire(drive))
            log_q = log_q + log_probability(drive, h[-1])
        for l in range(depth):
            log_p = log_p + log_probability(down(l, h[l + 1]), h[l])
        log_p = log_p + log_probability(generative_bias[depth].expand(len(h[0]), -1), h[depth])
        weights = torch.softmax((log_p - log_q).detach().view(-1, particles), 1).view(-1)
        return -(weights * log_p + 0.5 * (weights - 1 / particles) * log_q).sum() / len(x)

    def sleep_loss() -> Any:
        with torch.no_grad():
            d = [fire(generative_bias[depth].expand(dreams, -1))]
            for l in reversed(range(depth)):
                d.insert(0, fire(down(l, d[0])))
        return -0.5 * sum(log_probability(up(l, d[l]), d[l + 1]).mean() for l in range(depth))

    def step() -> None:
        loss = wake_loss(next(batches)) + sleep_loss()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def chain() -> Chain:
        return Chain.of([a.detach().numpy().T for a in group] for group in nets)

    return Steps(repeated(step), problem.rows, chain)


def local(
    problem: Problem,
    threads: int,
    *,
    compiled: bool = False,
    captured: bool = False,
    device: str = "cpu",
    precision: str = "full",
) -> Steps:
    """Errors and outer products by hand, the first layer shared, PyTorch's fused Adam."""
    import torch
    from torch.nn.functional import softplus

    wait = prepared(torch, device, precision)
    nets = problem.start.lists(lambda a: torch.nn.Parameter(torch.from_numpy(a).to(device)))
    flat = [p for group in nets for p in group]
    optimiser = torch.optim.Adam(
        flat, lr=problem.learning_rate, fused=True, maximize=True, capturable=captured
    )
    batches = problem.stream(lambda array: torch.from_numpy(array).float().to(device))
    depth, particles = len(nets[0]), problem.particles
    dreams = problem.rows * problem.dreams

    def fire(drive: Any) -> Any:
        return (torch.rand_like(drive) < torch.sigmoid(drive)).float()

    def log_probability(drive: Any, values: Any) -> Any:
        return (values * drive - softplus(drive)).sum(-1)

    def gradients_of(x: Any, recognition: Any, recognition_bias: Any, generative: Any,
                     generative_bias: Any) -> Any:  # fmt: skip
        upward = [torch.addmm(recognition_bias[0], x, recognition[0])]
        upward[0] = upward[0].repeat_interleave(particles, 0)
        h = [x.repeat_interleave(particles, 0), fire(upward[0])]
        for l in range(1, depth):
            upward.append(torch.addmm(recognition_bias[l], h[l], recognition[l]))
            h.append(fire(upward[l]))
        downward = [torch.addmm(generative_bias[l], h[l + 1], generative[l]) for l in range(depth)]
        downward.append(generative_bias[depth].expand(len(h[0]), -1))
        log_q = sum(log_probability(upward[l], h[l + 1]) for l in range(depth))
        log_p = sum(log_probability(downward[l], h[l]) for l in range(depth + 1))
        weights = torch.softmax((log_p - log_q).view(-1, particles), 1).view(-1, 1)
        for_p, for_q = weights / len(x), 0.5 * (weights - 1 / particles) / len(x)
        up = [for_q * (h[l + 1] - torch.sigmoid(upward[l])) for l in range(depth)]
        down = [for_p * (h[l] - torch.sigmoid(downward[l])) for l in range(depth + 1)]
        gathered = up[0].view(len(x), particles, -1).sum(1)
        weights_up = [x.t() @ gathered, *(h[l].t() @ up[l] for l in range(1, depth))]
        biases_up = [error.sum(0) for error in up]
        d = [fire(generative_bias[depth].expand(dreams, -1))]
        for l in reversed(range(depth)):
            d.insert(0, fire(torch.addmm(generative_bias[l], d[0], generative[l])))
        for l in range(depth):
            drive = torch.addmm(recognition_bias[l], d[l], recognition[l])
            error = 0.5 / dreams * (d[l + 1] - torch.sigmoid(drive))
            weights_up[l].addmm_(d[l].t(), error)
            biases_up[l].add_(error.sum(0))
        weights_down = [h[l + 1].t() @ down[l] for l in range(depth)]
        return [*weights_up, *biases_up, *weights_down, *(error.sum(0) for error in down)]

    found: Any = torch.compile(gradients_of) if compiled else gradients_of
    start = restoring(flat)

    def learn(x: Any) -> None:
        for parameter, gradient in zip(flat, found(x, *nets), strict=True):
            parameter.grad = gradient
        optimiser.step()

    def restore() -> None:
        start()
        for average in optimiser.state.values():
            for tensor in average.values():
                tensor.zero_()

    whole = as_graph(torch, learn, restore) if captured else learn

    def step() -> None:
        whole(next(batches))

    def chain() -> Chain:
        return Chain.of([a.detach().cpu().numpy() for a in group] for group in nets)

    return Steps(repeated(step), problem.rows, chain, wait)


autograd = partial(_autograd_steps, shared=False)
autograd_shared = partial(_autograd_steps, shared=True)
compiled = partial(local, compiled=True)
