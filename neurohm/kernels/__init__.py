"""The fused passes over activity, one signature each: NumPy (reference), numba (cpu), CUDA."""

from neurohm.kernels.interface import Kernels, Program, UnitKernels, Workers, get_kernels

__all__ = ["Kernels", "Program", "UnitKernels", "Workers", "get_kernels"]
