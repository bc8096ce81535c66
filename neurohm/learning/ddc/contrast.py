"""What read-outs make of a recording, less what they make of simulated ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.learning.ddc.gradient import Expectations, Statistic
from neurohm.learning.ddc.regression import Ridge
from neurohm.learning.ddc.rehearsal import Rehearsal, Stretch

Matrix = npt.NDArray[np.float64]


def corrected(
    fit: Ridge, awake: tuple[Matrix, Matrix], dreamt: tuple[Matrix, Matrix]
) -> Expectations:
    """Return how much each simulated bin counts in the gradient, less what dreams would make of it.

    Parameters
    ----------
    fit : Ridge
        On T of simulated bins.
    awake, dreamt : tuple of ndarray, (rows, functions) and (rows, visible units)
        Codes, and the visible activity that they are read out for.
    """
    own = fit.weights(awake[0]) - fit.weights(dreamt[0])

    def clamped(statistic: Statistic) -> Matrix:
        first, second = (fit.weighted(codes, statistic(x) / len(x)) for codes, x in (awake, dreamt))
        return first - second

    return Expectations([own] * 3, [own] * 3, clamped)


def held_out(stretch: Stretch) -> float:
    """Return the R^2 of the code in trajectories that recognition had not learned from."""
    total = float(stretch.codes.var(axis=(0, 1)).sum())
    missed = float(((stretch.codes - stretch.recognised) ** 2).mean(axis=(0, 1)).sum())
    return 1 - missed / total if total > 1e-12 else 1.0


def share_at_bounds(rehearsal: Rehearsal, codes: Matrix) -> float:
    """Return the share of codes that are held to the range of dreams."""
    recognition = rehearsal.recognition
    return float(((codes <= recognition.least) | (codes >= recognition.most)).mean())
