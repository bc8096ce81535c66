"""W1: wake-sleep in a net of 784-200-100-10 units, batches of 100, plain gradient steps."""

from functools import partial

from neurohm.benchmarks.chains import Floats, Problem, planted_batches, random_batches, random_chain
from neurohm.benchmarks.gpu_variants import learning_variants
from neurohm.benchmarks.products import wake_sleep_shapes
from neurohm.benchmarks.w1 import bound, in_jax, in_neurohm, in_numpy, in_sklearn, in_torch
from neurohm.benchmarks.workload import Variant, Workload

SIZES = (784, 200, 100, 10)
ROWS = 100


def problem(dreams: int = 1) -> Problem:
    """Return the net with random data, which serve to measure speed."""
    return Problem(random_chain(SIZES), random_batches(SIZES[0], ROWS, 20), dreams=dreams)


def lessons(
    sizes: tuple[int, ...] = (100, 40, 10), rows: int = 50, dreams: int = 1
) -> tuple[Problem, Floats]:
    """Return a smaller net with data that can be learned, and data held out."""
    data = planted_batches(sizes[0], rows, 24)
    start = random_chain(sizes)
    problem = Problem(start, data[:20], learning_rate=0.1, dreams=dreams)
    return problem, data[20:].reshape(-1, sizes[0])


VARIANTS = (
    Variant("bound", bound.bound, learns_alike=False),
    Variant("neurohm", in_neurohm.train),
    Variant("numpy-float64", in_numpy.float64),
    Variant("numpy-float32", in_numpy.float32),
    Variant("torch-autograd", in_torch.autograd, needs=("torch",)),
    Variant("torch-local", in_torch.local, needs=("torch",)),
    Variant("torch-compile", in_torch.compiled, needs=("torch",)),
    Variant("jax-jit", in_jax.jit, needs=("jax",), pinned=True),
    Variant("sklearn-rbm", in_sklearn.boltzmann, learns_alike=False),
    *learning_variants(
        wake_sleep_shapes, in_neurohm.choices, in_neurohm.train, in_torch.local, in_jax.jit
    ),
)

W1 = Workload(
    "w1",
    "a step of wake-sleep, 784-200-100-10 units, 100 samples",
    problem,
    VARIANTS,
    unit=ROWS,
    lessons=lessons,
)
W1_DREAMS = Workload(
    "w1-dreams",
    "as w1, with 5 dreams for each sample",
    partial(problem, dreams=5),
    tuple(variant for variant in VARIANTS if variant.name != "sklearn-rbm"),
    unit=ROWS,
    extra=True,
    lessons=partial(lessons, dreams=5),
)
