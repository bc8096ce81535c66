"""W4: wake-sleep on windows of spikes from an HDF5 file, 100 units x 5 lags at 2 %, net 100-20.

The peers do in each batch what they do in W1; a step is a pass over the file.
"""

from neurohm.benchmarks.w1 import in_jax, in_numpy, in_torch
from neurohm.benchmarks.w4 import bound, in_neurohm
from neurohm.benchmarks.w4.recording import Spikes
from neurohm.benchmarks.workload import Factory, Variant, Workload, in_strides

BINS, MILLION = 20_000, 1_000_000


def _passes(make: Factory) -> Factory:
    """Return a factory whose step is a pass over the recording."""
    return in_strides(make, lambda spikes: int(spikes.bins))


W4 = Workload(
    "w4",
    "20,000 bins of 100 units from HDF5: wake-sleep on a window of each bin, 500-100-20 units",
    lambda: Spikes(BINS),
    (
        Variant("bound", _passes(bound.bound)),
        # It takes as many threads as there are cores, where two are faster.
        Variant("neurohm", in_neurohm.fit, pinned=True),
        Variant("numpy-float64", _passes(in_numpy.float64)),
        Variant("numpy-float32", _passes(in_numpy.float32)),
        Variant("torch-autograd", _passes(in_torch.autograd), needs=("torch",)),
        Variant("torch-local", _passes(in_torch.local), needs=("torch",)),
        Variant("torch-compile", _passes(in_torch.compiled), needs=("torch",)),
        Variant("jax-jit", _passes(in_jax.jit), needs=("jax",), pinned=True),
    ),
    unit=BINS,
    seconds=0.5,
    warm_up=2,
)
W4_MILLION = Workload(
    "w4-million",
    "as w4, a million bins",
    lambda: Spikes(MILLION),
    (
        Variant("bound", _passes(bound.bound)),
        Variant("neurohm", in_neurohm.fit_warm, pinned=True),
    ),
    unit=MILLION,
    seconds=0.0,
    rounds=1,
    warm_up=0,
    extra=True,
)
