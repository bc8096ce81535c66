"""Whether the members of an assembly were recorded near each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def closeness(
    positions: npt.NDArray[np.float64],
    members: npt.NDArray[np.int64],
    *,
    draws: int = 999,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Compare the distance between members with that between units drawn at random.

    Parameters
    ----------
    positions : ndarray of float64, (n_units, 2) or (n_units, 3)
        Micrometres. Units whose place is not known, nan, are left out.
    members : ndarray of int64, (n_members,)
    draws : int
        Of as many units.
    seed : int

    Returns
    -------
    distance : float
        Mean between any two members, micrometres; nan, as all else, of fewer than two.
    by_chance : float
        Mean of the draws.
    p_value : float
        Share of the draws, the members counted among them, that lie as near to each other.

    Examples
    --------
    >>> grid = 100.0 * np.indices((10, 10)).reshape(2, -1).T
    >>> distance, by_chance, p_value = closeness(grid, np.array([0, 1, 10, 11]))
    >>> round(distance), round(by_chance, -1), p_value
    (114, 520.0, 0.001)
    """
    known = np.asarray(np.isfinite(positions).all(axis=1))
    there, everyone = positions[members[known[members]]], positions[known]
    if len(there) < 2:
        return np.nan, np.nan, np.nan
    rng = np.random.default_rng(seed)
    own = _mean_distance(there)
    drawn = np.array(
        [
            _mean_distance(everyone[rng.choice(len(everyone), len(there), replace=False)])
            for _ in range(draws)
        ]
    )
    p_value = (1 + int((drawn <= own * (1 + 1e-12)).sum())) / (1 + draws)
    return own, float(drawn.mean()), p_value


def _mean_distance(places: npt.NDArray[np.float64]) -> float:
    from scipy.spatial.distance import pdist

    return float(pdist(places).mean())
