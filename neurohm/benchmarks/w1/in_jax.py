"""W1 in JAX: local rules in one compiled function, its parameters donated."""

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
    rows, dreams = problem.rows, problem.rows * problem.dreams

    def both_phases(nets: Any, x: Any, key: Any) -> Any:
        recognition, recognition_bias, generative, generative_bias = map(list, nets)
        keys = iter(jax.random.split(key, 2 * depth + 1))

        def fire(drive: Any) -> Any:
            uniform = jax.random.uniform(next(keys), drive.shape)
            return (uniform < jax.nn.sigmoid(drive)).astype(jnp.float32)

        h = [x]
        for l in range(depth):
            h.append(fire(h[l] @ recognition[l] + recognition_bias[l]))
        generative_bias[depth] += rate * (h[depth] - jax.nn.sigmoid(generative_bias[depth])).mean(0)
        for l in range(depth):
            error = h[l] - jax.nn.sigmoid(h[l + 1] @ generative[l] + generative_bias[l])
            generative[l] += rate / rows * (h[l + 1].T @ error)
            generative_bias[l] += rate * error.mean(0)
        top = generative_bias[depth]
        d = [fire(jnp.broadcast_to(top, (dreams, top.size)))]
        for l in reversed(range(depth)):
            d.insert(0, fire(d[0] @ generative[l] + generative_bias[l]))
        for l in range(depth):
            error = d[l + 1] - jax.nn.sigmoid(d[l] @ recognition[l] + recognition_bias[l])
            recognition[l] += rate / dreams * (d[l].T @ error)
            recognition_bias[l] += rate * error.mean(0)
        return recognition, recognition_bias, generative, generative_bias

    def advance(nets: Any, x: Any, key: Any) -> Any:
        key, now = jax.random.split(key)
        return both_phases(nets, x, now), key

    compiled = jax.jit(advance, donate_argnums=(0, 2))
    key = jax.random.key(0)

    def step() -> None:
        nonlocal nets, key
        nets, key = compiled(nets, next(batches), key)

    def wait() -> None:
        jax.block_until_ready(nets)

    return steps_of(step, wait, device, rows, lambda: Chain.of(nets))
