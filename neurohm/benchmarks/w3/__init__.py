"""W3: the log-likelihood of a sample, by importance sampling with 1000 particles, in W2's net."""

from neurohm.benchmarks.chains import Problem, random_batches, random_chain
from neurohm.benchmarks.gpu_variants import in_libraries
from neurohm.benchmarks.w2 import SIZES
from neurohm.benchmarks.w3 import bound, in_jax, in_neurohm, in_numpy, in_torch
from neurohm.benchmarks.workload import Variant, Workload

POINTS, PARTICLES = 64, 1000


def problem() -> Problem:
    """Return the net and points, one batch."""
    return Problem(random_chain(SIZES), random_batches(SIZES[0], POINTS, 1), particles=PARTICLES)


W3 = Workload(
    "w3",
    "log-likelihood of a sample, 1000 particles, 784-400-300-200-100-10 units",
    problem,
    (
        Variant("bound", bound.bound),
        # It takes as many threads as there are cores.
        Variant("neurohm", in_neurohm.score, pinned=True),
        Variant("numpy-float64", in_numpy.float64),
        Variant("numpy-float32", in_numpy.float32),
        Variant("torch-local", in_torch.score, needs=("torch",)),
        Variant("torch-compile", in_torch.compiled, needs=("torch",)),
        Variant("jax-jit", in_jax.jit, needs=("jax",), pinned=True),
        *in_libraries(in_neurohm.score, in_torch.score, in_jax.jit, lambda problem: POINTS),
    ),
    seconds=0.5,
    warm_up=2,
)
