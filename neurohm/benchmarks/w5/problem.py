"""W5's layer: 784 units onto 200, a hundred rows of activity, each unit's Fisher information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurohm.benchmarks.chains import Floats


@dataclass(frozen=True, eq=False)
class Layer:
    """Presynaptic activity, predictions and errors of a layer.

    For unit j, with D_j = diag(p_j (1 - p_j)), the natural gradient is
    (H^T D_j H / n + damping)^-1 H^T e_j / n.

    Parameters
    ----------
    activity : ndarray of float32, (n, units below)
        H.
    mean : ndarray of float32, (n, units)
        p, each unit's predicted mean.
    error : ndarray of float32, (n, units)
        e, activity less prediction.
    damping : float
    """

    activity: Floats
    mean: Floats
    error: Floats
    damping: float = 0.1

    @property
    def variance(self) -> Floats:
        """Variance of each unit in each row, p (1 - p)."""
        return np.asarray(self.mean * (1 - self.mean))


def layer(below: int = 784, units: int = 200, rows: int = 100) -> Layer:
    """Return a layer with random activity.

    Parameters
    ----------
    below, units, rows : int

    Returns
    -------
    Layer
    """
    random = np.random.default_rng(0)
    activity = random.random((rows, below)) < 0.2
    mean = 1 / (1 + np.exp(-random.standard_normal((rows, units))))
    error = (random.random((rows, units)) < mean) - mean
    return Layer(activity.astype(np.float32), mean.astype(np.float32), error.astype(np.float32))
