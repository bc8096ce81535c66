"""Compiled passes over states of units with fields, couplings and a potential of their count.

The log-weight of a state is sum_i h_i x_i + sum_(i<j) J_ij x_i x_j + V(sum_i x_i): fields ``h``
(n_units,), symmetric couplings ``J`` (n_units, n_units) with a diagonal of zeros, potential ``V``
(n_units + 1,). States are rows of 0 and 1, uint8. All work goes by the units that are active,
since few are in a word of spikes.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.comparison.baselines.compiled.draws import fill, room_for, turns_on
from neurohm.kernels.cpu.scalar import EXACT

__all__ = ["add_moments", "anneal", "gibbs", "log_weights"]


@njit(**EXACT)
def log_weights(states, fields, couplings, potential, out):  # type: ignore[no-untyped-def]
    """Write the log-weight of each state, (rows,)."""
    active = np.empty(states.shape[1], np.int64)
    for row in range(states.shape[0]):
        count = _list_active(states[row], active)
        total = potential[count]
        for a in range(count):
            total += fields[active[a]]
            for b in range(a):
                total += couplings[active[a], active[b]]
        out[row] = total


@njit(**EXACT)
def add_moments(states, weights, means, pairs, counts):  # type: ignore[no-untyped-def]
    """Add the weights of states to the units, pairs (their upper triangle) and counts they have."""
    active = np.empty(states.shape[1], np.int64)
    for row in range(states.shape[0]):
        count = _list_active(states[row], active)
        weight = weights[row]
        counts[count] += weight
        for b in range(count):
            means[active[b]] += weight
            for a in range(b):
                pairs[active[a], active[b]] += weight


@njit(**EXACT)
def gibbs(states, fields, couplings, potential, key, site, first_row, first_step, sweeps):  # type: ignore[no-untyped-def]
    """Visit every unit of every chain once a sweep, in place."""
    units = states.shape[1]
    bits, drive = room_for(units), np.empty(units)
    for row in range(states.shape[0]):
        state = states[row]
        count = _drive_of(state, fields, couplings, drive)
        for sweep in range(sweeps):
            fill(bits, first_row + row, site, first_step + sweep, key)
            for i in range(units):
                others = count - state[i]
                gain = potential[others + 1] - potential[others]
                after = turns_on(bits[i], drive[i] + gain)
                if after != state[i]:
                    change = 1.0 if after else -1.0
                    state[i] = after
                    count = others + after
                    for j in range(units):
                        drive[j] += change * couplings[i, j]


@njit(**EXACT)
def anneal(states, base, fields, couplings, potential, betas, key, site, first_row, out):  # type: ignore[no-untyped-def]
    """Move chains from independent units to the model, in place, and write their log-weights.

    Parameters
    ----------
    states : ndarray of uint8, (chains, n_units)
        Drawn from independent units of log-odds `base`.
    base, fields, couplings, potential : ndarray of float64
    betas : ndarray of float64, (steps + 1,)
        From 0 to 1; the log-weight at b is (1 - b) base.x + b times that of the model.
    out : ndarray of float64, (chains,)
        Sums of log-weight ratios along each chain.
    """
    units = states.shape[1]
    bits, drive, tilt = room_for(units), np.empty(units), fields - base
    for row in range(states.shape[0]):
        state = states[row]
        count = _drive_of(state, tilt, couplings, drive)
        tilted = potential[count]
        for i in range(units):
            if state[i]:
                tilted += 0.5 * (drive[i] + tilt[i])
        total = 0.0
        for step in range(1, betas.size):
            total += (betas[step] - betas[step - 1]) * tilted
            fill(bits, first_row + row, site, step, key)
            beta = betas[step]
            for i in range(units):
                others = count - state[i]
                gain = drive[i] + potential[others + 1] - potential[others]
                after = turns_on(bits[i], base[i] + beta * gain)
                if after != state[i]:
                    change = 1.0 if after else -1.0
                    state[i] = after
                    count = others + after
                    tilted += change * gain
                    for j in range(units):
                        drive[j] += change * couplings[i, j]
        out[row] = total


@njit(**EXACT)
def _list_active(state, active):  # type: ignore[no-untyped-def]
    """Write which units are active, ascending, and return how many."""
    count = 0
    for i in range(state.size):
        if state[i]:
            active[count] = i
            count += 1
    return count


@njit(**EXACT)
def _drive_of(state, fields, couplings, drive):  # type: ignore[no-untyped-def]
    """Write what drives each unit, without the potential, and return how many are active."""
    count = 0
    drive[:] = fields
    for i in range(state.size):
        if state[i]:
            count += 1
            for j in range(state.size):
                drive[j] += couplings[i, j]
    return count
