"""The fused passes over activity: one signature each, in NumPy (reference) and numba (cpu)."""

from neurohm.kernels.interface import Kernels, UnitKernels, get_kernels

__all__ = ["Kernels", "UnitKernels", "get_kernels"]
