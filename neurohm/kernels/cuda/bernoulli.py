"""Passes over Bernoulli activity; the equations stand in `kernels.reference.bernoulli`."""

from __future__ import annotations

from neurohm.kernels.cuda.units import Units


class BernoulliUnits(Units):
    """See `neurohm.kernels.reference.bernoulli`."""

    kind = "bernoulli"
