"""How local updates become weight changes."""

from neurohm.plasticity.adam import Adam
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.constraints import Constraint, NonNegative
from neurohm.plasticity.delta import Delta
from neurohm.plasticity.diagonal import DiagonalNatural
from neurohm.plasticity.natural import Natural
from neurohm.plasticity.online import OnlineNatural
from neurohm.plasticity.registry import PLASTICITY, as_plasticity
from neurohm.plasticity.signed import Signed

__all__ = [
    "PLASTICITY",
    "Adam",
    "Constraint",
    "Delta",
    "DiagonalNatural",
    "Natural",
    "NonNegative",
    "OnlineNatural",
    "Plasticity",
    "Signed",
    "as_plasticity",
]
