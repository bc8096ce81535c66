"""W1 in NumPy."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurohm.benchmarks.chains import Chain, Floats, Problem
from neurohm.benchmarks.workload import Steps, repeated


def _steps(problem: Problem, threads: int, dtype: Any) -> Steps:
    """Wake-sleep as one writes it down."""
    nets = problem.start.lists(lambda array: array.astype(dtype))
    recognition, recognition_bias, generative, generative_bias = nets
    batches = problem.stream(lambda array: array.astype(dtype))
    random = np.random.default_rng(0)
    depth, rate = len(recognition), problem.learning_rate

    def sigmoid(drive: Floats) -> Floats:
        return 1 / (1 + np.exp(-drive))

    def fire(drive: Floats) -> Floats:
        return (random.random(drive.shape, dtype=dtype) < sigmoid(drive)).astype(dtype)

    def wake(x: Floats) -> None:
        h = [x]
        for l in range(depth):
            h.append(fire(h[l] @ recognition[l] + recognition_bias[l]))
        generative_bias[depth] += rate * (h[depth] - sigmoid(generative_bias[depth])).mean(0)
        for l in range(depth):
            error = h[l] - sigmoid(h[l + 1] @ generative[l] + generative_bias[l])
            generative[l] += rate / len(x) * (h[l + 1].T @ error)
            generative_bias[l] += rate * error.mean(0)

    def sleep(dreams: int) -> None:
        top = np.broadcast_to(generative_bias[depth], (dreams, len(generative_bias[depth])))
        d = [fire(top)]
        for l in reversed(range(depth)):
            d.insert(0, fire(d[0] @ generative[l] + generative_bias[l]))
        for l in range(depth):
            error = d[l + 1] - sigmoid(d[l] @ recognition[l] + recognition_bias[l])
            recognition[l] += rate / dreams * (d[l].T @ error)
            recognition_bias[l] += rate * error.mean(0)

    def step() -> None:
        wake(next(batches))
        sleep(problem.rows * problem.dreams)

    return Steps(repeated(step), problem.rows, lambda: Chain.of(nets))


float64 = partial(_steps, dtype=np.float64)
float32 = partial(_steps, dtype=np.float32)
