"""W3 in NumPy."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from typing import Any

import numpy as np

from neurohm.benchmarks.chains import Floats, Problem
from neurohm.benchmarks.workload import Steps, repeated


def _steps(problem: Problem, threads: int, dtype: Any) -> Steps:
    """All particles of a point at once."""
    nets = problem.start.lists(lambda array: array.astype(dtype))
    recognition, recognition_bias, generative, generative_bias = nets
    points = cycle(problem.batches[0].astype(dtype))
    random = np.random.default_rng(0)
    depth, particles = len(recognition), problem.particles

    def sigmoid(drive: Floats) -> Floats:
        return 1 / (1 + np.exp(-drive))

    def log_probability(values: Floats, mean: Floats) -> Floats:
        total: Floats = np.log(np.where(values > 0, mean, 1 - mean) + 1e-7).sum(-1)
        return total

    def score(x: Floats) -> Any:
        h = [np.tile(x, (particles, 1))]
        log_weights = np.zeros(particles, dtype)
        for l in range(depth):
            mean = sigmoid(h[l] @ recognition[l] + recognition_bias[l])
            h.append((random.random(mean.shape, dtype=dtype) < mean).astype(dtype))
            log_weights -= log_probability(h[l + 1], mean)
        for l in range(depth):
            mean = sigmoid(h[l + 1] @ generative[l] + generative_bias[l])
            log_weights += log_probability(h[l], mean)
        log_weights += log_probability(h[depth], sigmoid(generative_bias[depth]))
        return np.logaddexp.reduce(log_weights) - np.log(particles)

    return Steps(repeated(lambda: score(next(points))), 1)


float64 = partial(_steps, dtype=np.float64)
float32 = partial(_steps, dtype=np.float32)
