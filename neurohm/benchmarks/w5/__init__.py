"""W5: the natural gradient of a layer, one block of 784 for each of 200 units, 100 rows.

With the rows' Gram matrix K = H H^T, unit j's block is inverted in the space of rows:
H^T a_j with (n damping + D_j K) a_j = e_j. The peers solve those 200 systems of 100.
"""

from neurohm.benchmarks.w5 import bound, in_jax, in_neurohm, in_numpy, in_scipy, in_torch
from neurohm.benchmarks.w5.problem import layer
from neurohm.benchmarks.workload import Variant, Workload

W5 = Workload(
    "w5",
    "natural gradient of a layer, 200 blocks of 784, 100 rows, damping 0.1",
    layer,
    (
        Variant("bound", bound.bound),
        Variant("plain-gradient", in_numpy.plain_gradient, threads=(1,)),
        Variant("neurohm", in_neurohm.solve, needs=("neurohm.plasticity.fisher",)),
        Variant("numpy-solve", in_numpy.batched_solve),
        Variant("numpy-cg", in_numpy.conjugate_gradient),
        Variant("scipy-posv", in_scipy.one_by_one),
        Variant("torch-cholesky", in_torch.batched_cholesky, needs=("torch",)),
        Variant("jax-cholesky", in_jax.batched_cholesky, needs=("jax",), pinned=True),
    ),
)
