"""The kernels in numba, compiled at the first fit and cached: the default on a CPU."""
