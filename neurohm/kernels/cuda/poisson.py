"""Passes over Poisson activity; the equations stand in `kernels.reference.poisson`."""

from __future__ import annotations

from neurohm.kernels.cuda.units import Units


class PoissonUnits(Units):
    """See `neurohm.kernels.reference.poisson`."""

    kind = "poisson"
