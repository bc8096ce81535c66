"""W3 in JAX, compiled."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.jax_device import prepared, steps_of
from neurohm.benchmarks.workload import Steps


def jit(problem: Problem, threads: int, *, device: str = "cpu", precision: str = "full") -> Steps:
    """All particles of a point at once, the first drive shared among them."""
    import jax
    import jax.numpy as jnp

    prepared(jax, device, precision)
    nets = problem.start.lists(jnp.array)
    points = cycle([jnp.array(point) for point in problem.batches[0]])
    depth, particles = len(nets[0]), problem.particles

    def log_probability(drive: Any, values: Any) -> Any:
        return (values * drive - jax.nn.softplus(drive)).sum(-1)

    def score(nets: Any, x: Any, key: Any) -> Any:
        recognition, recognition_bias, generative, generative_bias = nets
        key, *keys = jax.random.split(key, depth + 1)
        h, log_weights = [x[None]], 0.0
        for l in range(depth):
            drive = h[l] @ recognition[l] + recognition_bias[l]
            uniform = jax.random.uniform(keys[l], (particles, drive.shape[1]))
            h.append((uniform < jax.nn.sigmoid(drive)).astype(jnp.float32))
            log_weights = log_weights - log_probability(drive, h[l + 1])
        for l in range(depth):
            drive = h[l + 1] @ generative[l] + generative_bias[l]
            log_weights = log_weights + log_probability(drive, h[l])
        log_weights = log_weights + log_probability(generative_bias[depth], h[depth])
        return jax.nn.logsumexp(log_weights), key

    compiled = jax.jit(score)
    key, value = jax.random.key(0), jnp.zeros(())

    def step() -> None:
        nonlocal key, value
        value, key = compiled(nets, next(points), key)

    def wait() -> None:
        value.block_until_ready()

    return steps_of(step, wait, device, 1)
