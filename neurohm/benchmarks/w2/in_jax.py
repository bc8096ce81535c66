"""W2 in JAX: one loss whose gradient is that of both phases, and Adam, in one compiled function."""

from __future__ import annotations

from typing import Any

from neurohm.benchmarks.chains import Chain, Problem
from neurohm.benchmarks.jax_device import prepared, steps_of
from neurohm.benchmarks.workload import Steps


def jit(problem: Problem, threads: int, *, device: str = "cpu", precision: str = "full") -> Steps:
    """One call a step."""
    import jax
    import jax.numpy as jnp

    prepared(jax, device, precision)
    nets: Any = problem.start.lists(jnp.array)
    batches = problem.stream(lambda array: jnp.array(array, jnp.float32))
    depth, rate = len(problem.start.recognition), problem.learning_rate
    particles, rows = problem.particles, problem.rows

    def log_probability(drive: Any, values: Any) -> Any:
        return (values * drive - jax.nn.softplus(drive)).sum(-1)

    def fire(drive: Any, key: Any) -> Any:
        mean = jax.nn.sigmoid(jax.lax.stop_gradient(drive))
        return (jax.random.uniform(key, drive.shape) < mean).astype(jnp.float32)

    def dream(nets: Any, keys: Any) -> Any:
        _, _, generative, generative_bias = nets
        top = generative_bias[depth]
        d = [fire(jnp.broadcast_to(top, (rows * problem.dreams, top.size)), next(keys))]
        for l in reversed(range(depth)):
            d.insert(0, fire(d[0] @ generative[l] + generative_bias[l], next(keys)))
        return d

    def objective(nets: Any, x: Any, key: Any) -> Any:
        recognition, recognition_bias, generative, generative_bias = nets
        keys = iter(jax.random.split(key, 2 * depth + 1))
        d = jax.lax.stop_gradient(dream(nets, keys))
        h, log_q = [jnp.repeat(x, particles, 0)], 0.0
        for l in range(depth):
            drive = h[l] @ recognition[l] + recognition_bias[l]
            h.append(fire(drive, next(keys)))
            log_q = log_q + log_probability(drive, h[l + 1])
        log_p = log_probability(generative_bias[depth], h[depth])
        for l in range(depth):
            log_p = log_p + log_probability(h[l + 1] @ generative[l] + generative_bias[l], h[l])
        weights = jax.nn.softmax((log_p - log_q).reshape(-1, particles), 1).reshape(-1)
        weights = jax.lax.stop_gradient(weights)
        awake = (weights * log_p + 0.5 * (weights - 1 / particles) * log_q).sum() / rows
        asleep = sum(
            log_probability(d[l] @ recognition[l] + recognition_bias[l], d[l + 1]).mean()
            for l in range(depth)
        )
        return awake + 0.5 * asleep

    def advance(state: Any, x: Any) -> Any:
        nets, first, second, steps, key = state
        key, now = jax.random.split(key)
        gradient, steps = jax.grad(objective)(nets, x, now), steps + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        pace = rate * jnp.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
        nets = jax.tree.map(lambda p, m, v: p + pace * m / (jnp.sqrt(v) + 1e-8),
                            nets, first, second)  # fmt: skip
        return nets, first, second, steps, key

    compiled = jax.jit(advance, donate_argnums=0)
    zeros = jax.tree.map(jnp.zeros_like, nets)
    state = (nets, zeros, jax.tree.map(jnp.zeros_like, nets), jnp.zeros(()), jax.random.key(0))

    def step() -> None:
        nonlocal state
        state = compiled(state, next(batches))

    def wait() -> None:
        jax.block_until_ready(state)

    return steps_of(step, wait, device, rows, lambda: Chain.of(state[0]))
