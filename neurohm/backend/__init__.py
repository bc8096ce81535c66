"""Which array library computes, where, and with which random numbers."""

from neurohm.backend.base import Array, Backend
from neurohm.backend.random import (
    Draws,
    MovingStream,
    RandomStream,
    Site,
    as_stream,
    random_bits,
    uniform,
)
from neurohm.backend.select import get_backend
from neurohm.backend.sparse import Activations, SparseRows

__all__ = [
    "Activations",
    "Array",
    "Backend",
    "Draws",
    "MovingStream",
    "RandomStream",
    "Site",
    "SparseRows",
    "as_stream",
    "get_backend",
    "random_bits",
    "uniform",
]
