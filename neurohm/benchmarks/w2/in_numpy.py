"""W2 in NumPy."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurohm.benchmarks.chains import Chain, Floats, Problem
from neurohm.benchmarks.workload import Steps, repeated


class Adam:
    """Adam as one writes it down, uphill."""

    def __init__(self, parameters: list[Floats], rate: float) -> None:
        self.parameters, self.rate, self.steps = parameters, rate, 0
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: list[Floats]) -> None:
        """Change all parameters in place."""
        self.steps += 1
        rate = self.rate * (1 - 0.999**self.steps) ** 0.5 / (1 - 0.9**self.steps)
        for p, m, v, g in zip(self.parameters, self.first, self.second, gradients, strict=True):
            m[...] = 0.9 * m + 0.1 * g
            v[...] = 0.999 * v + 0.001 * g * g
            p += rate * m / (np.sqrt(v) + 1e-8)


def _steps(problem: Problem, threads: int, dtype: Any) -> Steps:
    """Reweighted wake-sleep as one writes it down."""
    nets = problem.start.lists(lambda array: array.astype(dtype))
    recognition, recognition_bias, generative, generative_bias = nets
    batches = problem.stream(lambda array: array.astype(dtype))
    random = np.random.default_rng(0)
    depth, particles = len(recognition), problem.particles
    optimiser = Adam([p for group in nets for p in group], problem.learning_rate)

    def sigmoid(drive: Floats) -> Floats:
        return 1 / (1 + np.exp(-drive))

    def fire(mean: Floats) -> Floats:
        return (random.random(mean.shape, dtype=dtype) < mean).astype(dtype)

    def log_probability(values: Floats, mean: Floats) -> Floats:
        total: Floats = np.log(np.where(values > 0, mean, 1 - mean) + 1e-7).sum(1)
        return total

    def top(rows: int) -> Floats:
        bias = generative_bias[depth]
        return np.broadcast_to(sigmoid(bias), (rows, len(bias)))

    def wake(x: Floats) -> list[list[Floats]]:
        h, upward = [np.repeat(x, particles, axis=0)], []
        log_q = log_p = np.zeros(len(h[0]), dtype)
        for l in range(depth):
            upward.append(sigmoid(h[l] @ recognition[l] + recognition_bias[l]))
            h.append(fire(upward[l]))
            log_q = log_q + log_probability(h[l + 1], upward[l])
        downward = [sigmoid(h[l + 1] @ generative[l] + generative_bias[l]) for l in range(depth)]
        downward.append(top(len(h[0])))
        for values, mean in zip(h, downward, strict=True):
            log_p = log_p + log_probability(values, mean)
        weights = (log_p - log_q).reshape(-1, particles)
        weights = np.exp(weights - weights.max(1, keepdims=True))
        weights = (weights / weights.sum(1, keepdims=True)).reshape(-1, 1)
        for_q, for_p = 0.5 * (weights - 1 / particles) / len(x), weights / len(x)
        up = [for_q.astype(dtype) * (h[l + 1] - upward[l]) for l in range(depth)]
        down = [for_p.astype(dtype) * (h[l] - downward[l]) for l in range(depth + 1)]
        return [
            [h[l].T @ up[l] for l in range(depth)],
            [error.sum(0) for error in up],
            [h[l + 1].T @ down[l] for l in range(depth)],
            [error.sum(0) for error in down],
        ]

    def sleep(dreams: int, gradients: list[list[Floats]]) -> None:
        d = [fire(top(dreams))]
        for l in reversed(range(depth)):
            d.insert(0, fire(sigmoid(d[0] @ generative[l] + generative_bias[l])))
        for l in range(depth):
            error = d[l + 1] - sigmoid(d[l] @ recognition[l] + recognition_bias[l])
            error *= 0.5 / dreams
            gradients[0][l] += d[l].T @ error
            gradients[1][l] += error.sum(0)

    def step() -> None:
        gradients = wake(next(batches))
        sleep(problem.rows * problem.dreams, gradients)
        optimiser.step([g for group in gradients for g in group])

    return Steps(repeated(step), problem.rows, lambda: Chain.of(nets))


float64 = partial(_steps, dtype=np.float64)
float32 = partial(_steps, dtype=np.float32)
