"""The fused passes over activity, one signature each: NumPy (reference), numba (cpu), CUDA."""

from neurohm.kernels.interface import Kernels, Program, Workers, get_kernels
from neurohm.kernels.reference.nade import NadeChange, NadeInput
from neurohm.kernels.unit_kernels import UnitKernels

__all__ = ["Kernels", "NadeChange", "NadeInput", "Program", "UnitKernels", "Workers", "get_kernels"]
