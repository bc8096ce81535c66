"""W2: reweighted wake-sleep with 5 particles, 784-400-300-200-100-10 units, batches of 25, Adam."""

from functools import partial

from neurohm.benchmarks.chains import Floats, Problem, planted_batches, random_batches, random_chain
from neurohm.benchmarks.gpu_variants import learning_variants
from neurohm.benchmarks.products import reweighted_shapes
from neurohm.benchmarks.w2 import bound, in_jax, in_neurohm, in_numpy, in_torch
from neurohm.benchmarks.workload import Variant, Workload

SIZES = (784, 400, 300, 200, 100, 10)
ROWS, PARTICLES = 25, 5


def problem(dreams: int = PARTICLES, rows: int = ROWS) -> Problem:
    """Return the net with random data, which serve to measure speed."""
    data = random_batches(SIZES[0], rows, 1000 // rows)
    return Problem(random_chain(SIZES), data, particles=PARTICLES, dreams=dreams)


def lessons(
    sizes: tuple[int, ...] = (100, 40, 20, 10), rows: int = 25, dreams: int = PARTICLES
) -> tuple[Problem, Floats]:
    """Return a smaller net with data that can be learned, and data held out."""
    data = planted_batches(sizes[0], rows, 48)
    start = random_chain(sizes)
    problem = Problem(start, data[:40], learning_rate=5e-3, particles=PARTICLES, dreams=dreams)
    return problem, data[40:].reshape(-1, sizes[0])


VARIANTS = (
    Variant("bound", bound.bound, learns_alike=False),
    Variant("neurohm", in_neurohm.train),
    Variant("numpy-float64", in_numpy.float64),
    Variant("numpy-float32", in_numpy.float32),
    Variant("torch-autograd", in_torch.autograd, needs=("torch",)),
    Variant("torch-autograd-shared", in_torch.autograd_shared, needs=("torch",)),
    Variant("torch-local", in_torch.local, needs=("torch",)),
    Variant("torch-compile", in_torch.compiled, needs=("torch",)),
    Variant("jax-jit", in_jax.jit, needs=("jax",), pinned=True),
    *learning_variants(
        reweighted_shapes, in_neurohm.choices, in_neurohm.train, in_torch.local, in_jax.jit
    ),
)

W2 = Workload(
    "w2",
    "a step of reweighted wake-sleep, 784-400-300-200-100-10 units, 25 samples, 5 particles and "
    "5 dreams each, Adam",
    problem,
    VARIANTS,
    unit=ROWS,
    lessons=lessons,
)
W2_DREAMS = Workload(
    "w2-dreams",
    "as w2, with one dream for each sample",
    partial(problem, dreams=1),
    VARIANTS,
    unit=ROWS,
    extra=True,
    lessons=partial(lessons, dreams=1),
)
W2_HUNDRED = Workload(
    "w2-hundred",
    "as w2, batches of 100",
    partial(problem, rows=100),
    VARIANTS,
    unit=100,
    extra=True,
    lessons=partial(lessons, rows=100),
)
