"""W5 in JAX: a batched Cholesky factorisation, compiled."""

from __future__ import annotations

from typing import Any

from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps, repeated


def batched_cholesky(problem: Layer, threads: int) -> Steps:
    """All systems in one call, waited for."""
    import jax
    import jax.numpy as jnp
    from jax.scipy.linalg import cho_solve

    def natural(activity: Any, scale: Any, error: Any) -> Any:
        systems = scale[:, :, None] * (activity @ activity.T) * scale[:, None, :]
        systems += len(activity) * problem.damping * jnp.eye(len(activity))
        factors = jnp.linalg.cholesky(systems)
        solve = jax.vmap(lambda factor, right: cho_solve((factor, True), right))
        return activity.T @ (solve(factors, error / scale) * scale).T

    compiled = jax.jit(natural)
    arguments = [jnp.array(problem.activity), jnp.sqrt(jnp.array(problem.variance.T)),
                 jnp.array(problem.error.T)]  # fmt: skip
    return Steps(repeated(lambda: compiled(*arguments).block_until_ready()), 1)
