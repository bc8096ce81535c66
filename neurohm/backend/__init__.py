"""Which array library computes, where, and with which random numbers."""

from neurohm.backend.base import Array, Backend
from neurohm.backend.random import Draws, RandomStream, Site, as_stream, random_bits, uniform
from neurohm.backend.select import get_backend

__all__ = [
    "Array",
    "Backend",
    "Draws",
    "RandomStream",
    "Site",
    "as_stream",
    "get_backend",
    "random_bits",
    "uniform",
]
