"""Compiled chains of a restricted Boltzmann machine, whose layers are drawn in turn.

The log-weight of a visible state is a.x + sum_j softplus(b_j + sum_i x_i W_ij): weights ``W``
(n_units, n_hidden), biases ``a`` (n_units,) and ``b`` (n_hidden,). Visible states are rows of 0
and 1, uint8. Sites of random numbers: `site` for visible units, the next one for hidden units.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.comparison.baselines.compiled.draws import fill, room_for, turns_on
from neurohm.kernels.cpu.scalar import EXACT

__all__ = ["anneal", "gibbs"]

_SMALL, _LARGE = 1e-100, 1e100


@njit(**EXACT)
def gibbs(  # type: ignore[no-untyped-def]
    states, weights, across, visible_bias, hidden_bias, key, site, first_row, first_step, sweeps
):
    """Draw hidden and then visible units of every chain once a sweep, in place.

    Parameters
    ----------
    across : ndarray of float64, (n_hidden, n_units)
        The weights once more, transposed, so that both are read along their rows.
    """
    hidden_drive, visible_drive = np.empty(hidden_bias.size), np.empty(visible_bias.size)
    bits, hidden_bits = room_for(visible_bias.size), room_for(hidden_bias.size)
    for row in range(states.shape[0]):
        state = states[row]
        for sweep in range(sweeps):
            fill(bits, first_row + row, site, first_step + sweep, key)
            fill(hidden_bits, first_row + row, site + 1, first_step + sweep, key)
            _drive_hidden(state, weights, hidden_bias, hidden_drive)
            visible_drive[:] = 0.0
            for j in range(hidden_drive.size):
                if turns_on(hidden_bits[j], hidden_drive[j]):
                    for i in range(visible_drive.size):
                        visible_drive[i] += across[j, i]
            for i in range(visible_drive.size):
                state[i] = turns_on(bits[i], visible_bias[i] + visible_drive[i])


@njit(**EXACT)
def anneal(  # type: ignore[no-untyped-def]
    states,
    base,
    hidden_base,
    weights,
    across,
    visible_bias,
    hidden_bias,
    betas,
    key,
    site,
    first_row,
    out,
):
    """Move chains from independent units to the model, in place, and write their log-weights.

    Parameters
    ----------
    states : ndarray of uint8, (chains, n_units)
        Drawn from independent units of log-odds `base`.
    base, hidden_base : ndarray of float64, (n_units,) and (n_hidden,)
        What drives units at the beginning, while there are no synapses.
    betas : ndarray of float64, (steps + 1,)
        From 0 to 1: how much of its drive a unit has from the model.
    out : ndarray of float64, (chains,)
        Sums of log-weight ratios along each chain.
    """
    hidden_drive, visible_drive = np.empty(hidden_bias.size), np.empty(visible_bias.size)
    bits, hidden_bits = room_for(visible_bias.size), room_for(hidden_bias.size)
    for row in range(states.shape[0]):
        state = states[row]
        total = 0.0
        for step in range(1, betas.size):
            before, beta = betas[step - 1], betas[step]
            fill(bits, first_row + row, site, step, key)
            fill(hidden_bits, first_row + row, site + 1, step, key)
            _drive_hidden(state, weights, hidden_bias, hidden_drive)
            for i in range(state.size):
                if state[i]:
                    total += (beta - before) * (visible_bias[i] - base[i])
            visible_drive[:] = 0.0
            ratio = 1.0
            for j in range(hidden_drive.size):
                begin, gain = hidden_base[j], hidden_drive[j] - hidden_base[j]
                drive = begin + beta * gain
                ratio *= _weight_ratio(begin + before * gain, (beta - before) * gain)
                if not _SMALL < ratio < _LARGE:
                    total += math.log(ratio)
                    ratio = 1.0
                if turns_on(hidden_bits[j], drive):
                    for i in range(visible_drive.size):
                        visible_drive[i] += across[j, i]
            total += math.log(ratio)
            for i in range(visible_drive.size):
                gain = visible_bias[i] - base[i] + visible_drive[i]
                state[i] = turns_on(bits[i], base[i] + beta * gain)
        out[row] = total


@njit(**EXACT)
def _weight_ratio(before, change):  # type: ignore[no-untyped-def]
    """Return (1 + exp(before + change)) / (1 + exp(before)), for one logarithm of many factors."""
    return 1.0 + math.expm1(change) / (1.0 + math.exp(-before))


@njit(**EXACT)
def _drive_hidden(state, weights, hidden_bias, drive):  # type: ignore[no-untyped-def]
    """Write what drives each hidden unit."""
    drive[:] = hidden_bias
    for i in range(state.size):
        if state[i]:
            for j in range(drive.size):
                drive[j] += weights[i, j]
