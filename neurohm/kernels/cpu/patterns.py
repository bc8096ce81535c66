"""Compiled passes over spikes; the equations stand in `kernels.reference.patterns`."""

from __future__ import annotations

from numba import njit

from neurohm.kernels.cpu.scalar import EXACT


@njit(**EXACT)
def pattern_evidence(indptr, bins, weight, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.patterns.pattern_evidence`."""
    units, lags = weight.shape
    out[:] = 0.0
    for unit in range(units):
        if not weight[unit].any():
            continue
        for i in range(indptr[unit], indptr[unit + 1]):
            last = bins[i] + lags - 1
            for lag in range(lags):
                out[last - lag] += weight[unit, lag]


@njit(**EXACT)
def coincidence_shares(indptr, bins, weight, evidence, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.patterns.coincidence_shares`."""
    units, lags = weight.shape
    for unit in range(units):
        with_all, with_itself = 0.0, 0.0
        out[unit] = 0.0
        if not weight[unit].any():
            continue
        begin, end = indptr[unit], indptr[unit + 1]
        for i in range(begin, end):
            last = bins[i] + lags - 1
            for lag in range(lags):
                with_all += weight[unit, lag] * evidence[last - lag]
            # Pairs of the unit's own spikes near enough to lie in one pattern; i with itself once.
            j = i
            while j < end and bins[j] - bins[i] < lags:
                distance = bins[j] - bins[i]
                product = 0.0
                for lag in range(lags - distance):
                    product += weight[unit, lag] * weight[unit, lag + distance]
                with_itself += product if i == j else 2.0 * product
                j += 1
        out[unit] = with_all - with_itself
