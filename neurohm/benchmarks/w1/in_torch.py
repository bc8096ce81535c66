"""W1 in PyTorch: by autograd, by local rules, and those compiled or captured as a CUDA graph."""

from __future__ import annotations

from functools import partial
from typing import Any

from neurohm.benchmarks.chains import Chain, Problem
from neurohm.benchmarks.torch_device import as_graph, prepared, restoring
from neurohm.benchmarks.workload import Steps, repeated


def autograd(problem: Problem, threads: int) -> Steps:
    """Layers as modules, losses of both phases, two optimisers: as most would write it."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, linear

    torch.manual_seed(0)
    # nn.Linear holds weights as (outputs, inputs)
    nets = problem.start.lists(lambda a: torch.nn.Parameter(torch.from_numpy(a.T.copy())))
    recognition, recognition_bias, generative, generative_bias = nets
    depth, rate, dreams = len(recognition), problem.learning_rate, problem.rows * problem.dreams
    awake = torch.optim.SGD([*generative, *generative_bias], lr=rate)
    asleep = torch.optim.SGD([*recognition, *recognition_bias], lr=rate)
    batches = problem.stream(lambda array: torch.from_numpy(array).float())

    def fire(drive: Any) -> Any:
        return torch.bernoulli(torch.sigmoid(drive))

    def loss(drive: Any, values: Any) -> Any:
        return binary_cross_entropy_with_logits(drive, values, reduction="sum") / len(values)

    def wake(x: Any) -> None:
        h = [x]
        with torch.no_grad():
            for l in range(depth):
                h.append(fire(linear(h[l], recognition[l], recognition_bias[l])))
        total = loss(generative_bias[depth].expand(len(x), -1), h[depth])
        for l in range(depth):
            total = total + loss(linear(h[l + 1], generative[l], generative_bias[l]), h[l])
        awake.zero_grad()
        total.backward()
        awake.step()

    def sleep() -> None:
        with torch.no_grad():
            d = [fire(generative_bias[depth].expand(dreams, -1))]
            for l in reversed(range(depth)):
                d.insert(0, fire(linear(d[0], generative[l], generative_bias[l])))
        total = sum(
            loss(linear(d[l], recognition[l], recognition_bias[l]), d[l + 1]) for l in range(depth)
        )
        asleep.zero_grad()
        total.backward()
        asleep.step()

    def step() -> None:
        wake(next(batches))
        sleep()

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
    """Errors and outer products by hand, in place, without autograd."""
    import torch

    wait = prepared(torch, device, precision)
    nets = problem.start.lists(lambda array: torch.from_numpy(array).to(device))
    batches = problem.stream(lambda array: torch.from_numpy(array).float().to(device))
    depth, rate, dreams = len(nets[0]), problem.learning_rate, problem.rows * problem.dreams

    def fire(drive: Any) -> Any:
        return (torch.rand_like(drive) < torch.sigmoid(drive)).float()

    def both_phases(
        x: Any, recognition: Any, recognition_bias: Any, generative: Any, generative_bias: Any
    ) -> None:
        h = [x]
        for l in range(depth):
            h.append(fire(torch.addmm(recognition_bias[l], h[l], recognition[l])))
        top = generative_bias[depth]
        top.add_((h[depth] - torch.sigmoid(top)).mean(0), alpha=rate)
        for l in range(depth):
            error = h[l] - torch.sigmoid(torch.addmm(generative_bias[l], h[l + 1], generative[l]))
            generative[l].addmm_(h[l + 1].t(), error, alpha=rate / len(x))
            generative_bias[l].add_(error.mean(0), alpha=rate)
        d = [fire(top.expand(dreams, -1))]
        for l in reversed(range(depth)):
            d.insert(0, fire(torch.addmm(generative_bias[l], d[0], generative[l])))
        for l in range(depth):
            drive = torch.addmm(recognition_bias[l], d[l], recognition[l])
            error = d[l + 1] - torch.sigmoid(drive)
            recognition[l].addmm_(d[l].t(), error, alpha=rate / dreams)
            recognition_bias[l].add_(error.mean(0), alpha=rate)

    learn: Any = torch.compile(both_phases) if compiled else both_phases
    if captured:
        learn = as_graph(torch, learn, restoring(array for group in nets for array in group))

    def step() -> None:
        learn(next(batches), *nets)

    def chain() -> Chain:
        return Chain.of([array.cpu().numpy() for array in group] for group in nets)

    return Steps(repeated(step), problem.rows, chain, wait)


compiled = partial(local, compiled=True)
