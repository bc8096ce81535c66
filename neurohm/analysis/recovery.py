"""How much of what was planted in a simulated recording is found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.matching import match, shifted_similarity

RECOVERED = 0.9
"""F1 of the members from which on an assembly counts as recovered."""

_CHANCE = 0.5


@dataclass(frozen=True)
class Recovery:
    """What became of each planted assembly.

    Parameters
    ----------
    partner : ndarray of int64, (n_true,)
        The found assembly that stands for it, -1 where none does.
    cosine : ndarray of float64, (n_true,)
        Of the weights; 0 without a partner.
    f1 : ndarray of float64, (n_true,)
        Of the members; 0 without a partner.
    auc : ndarray of float64, (n_true,)
        Area under the ROC of the activation; 0.5 without a partner.
    n_found : int
    """

    partner: npt.NDArray[np.int64]
    cosine: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]
    auc: npt.NDArray[np.float64]
    n_found: int

    @property
    def n_true(self) -> int:
        """How many assemblies were planted."""
        return len(self.partner)

    @property
    def n_recovered(self) -> int:
        """How many have a partner with nearly the same members."""
        return int((self.f1 >= RECOVERED).sum())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "n_true": self.n_true,
            "n_found": self.n_found,
            "n_recovered": self.n_recovered,
            **{name: getattr(self, name).tolist() for name in ("partner", "cosine", "f1", "auc")},
        }

    def __repr__(self) -> str:
        if not self.n_true:
            return f"Recovery({self.n_found} found, none planted)"
        return (
            f"Recovery({self.n_recovered} of {self.n_true} recovered, {self.n_found} found, "
            f"mean F1 {self.f1.mean():.2f}, mean AUC {self.auc.mean():.2f})"
        )


def recovery(
    true_members: Sequence[npt.NDArray[np.int64]],
    true_bins: Sequence[npt.NDArray[np.int64]],
    weights: npt.NDArray[np.float64],
    members: Sequence[npt.NDArray[np.int64]],
    activation: npt.NDArray[np.float64],
    *,
    span: int = 0,
    tolerance: int = 1,
) -> Recovery:
    """Compare found assemblies with planted ones.

    Each planted assembly is matched with at most one found one, so that the sum of the cosines
    between the weights and the planted members is highest.

    Parameters
    ----------
    true_members : sequence of ndarray of int64
        Positions of the units of each planted assembly.
    true_bins : sequence of ndarray of int64
        In which bins each begins.
    weights : ndarray of float64, (n_found, n_units)
        Their sign does not matter.
    members : sequence of ndarray of int64
        Positions of the units of each found assembly.
    activation : ndarray of float64, (n_bins, n_found)
        ``nan``: not known, taken for as inactive as can be.
    span : int
        Bins from the first to the last spike of an occurrence.
    tolerance : int
        Bins by which the activation may be too early or too late.

    Returns
    -------
    Recovery

    Examples
    --------
    >>> weights = np.array([[0.0, 0.0, 0.7, 0.7], [0.7, 0.7, 0.1, 0.0]])
    >>> activation = np.zeros((20, 2))
    >>> activation[[3, 12], 1] = 5.0
    >>> recovery(
    ...     [np.array([0, 1])],
    ...     [np.array([3, 12])],
    ...     weights,
    ...     [np.array([2, 3]), np.array([0, 1])],
    ...     activation,
    ... )
    Recovery(1 of 1 recovered, 2 found, mean F1 1.00, mean AUC 1.00)
    """
    n_true = len(true_members)
    planted = np.zeros((n_true, weights.shape[1]))
    for row, units in zip(planted, true_members, strict=True):
        row[units] = 1.0
    cosines = shifted_similarity(planted[:, :, None], np.abs(weights)[:, :, None])[0]
    partner = match(cosines) if n_true and len(weights) else np.full(n_true, -1, dtype=np.int64)
    cosine, f1, auc = np.zeros(n_true), np.zeros(n_true), np.full(n_true, _CHANCE)
    for i, j in enumerate(partner):
        if j >= 0:
            cosine[i] = cosines[i, j]
            f1[i] = members_f1(true_members[i], members[j])
            auc[i] = activation_auc(true_bins[i], activation[:, j], span=span, tolerance=tolerance)
    return Recovery(partner, cosine, f1, auc, len(weights))


def members_f1(true: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> float:
    """Return the F1 of members: harmonic mean of precision and recall.

    Parameters
    ----------
    true, found : ndarray of int64
        Positions of units, each once.

    Returns
    -------
    float
        1 for the same units, 0 for none in common.

    Examples
    --------
    >>> members_f1(np.array([1, 2, 3, 4]), np.array([3, 4]))
    0.6666666666666666
    """
    size = len(true) + len(found)
    return 2 * len(np.intersect1d(true, found)) / size if size else 0.0


def activation_auc(
    bins: npt.NDArray[np.int64],
    activation: npt.NDArray[np.float64],
    *,
    span: int = 0,
    tolerance: int = 1,
) -> float:
    """Return how well the activation tells occurrences from other bins.

    A bin has the largest activation from `tolerance` bins before it to `tolerance` bins after the
    end of an occurrence that would begin there; this is done to all bins alike. Those that are
    within reach of an occurrence without being its first one take no part.

    Parameters
    ----------
    bins : ndarray of int64, (n_occurrences,)
        In which each begins.
    activation : ndarray of float64, (n_bins,)
    span, tolerance : int
        Bins.

    Returns
    -------
    float
        Area under the receiver operating characteristic; 0.5 where there is nothing to compare.

    References
    ----------
    Hanley, McNeil (1982). The meaning and use of the area under a receiver operating
    characteristic (ROC) curve. Radiology 143:29. doi:10.1148/radiology.143.1.7063747

    Examples
    --------
    >>> activation_auc(np.array([4]), np.array([0.0, 0, 0, 0, 0, 1, 0, 0, 0, 0]), tolerance=1)
    1.0
    >>> activation_auc(np.array([4]), np.array([0.0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), tolerance=1)
    0.4
    """
    from scipy.stats import rankdata

    known = activation[~np.isnan(activation)]
    lowest = float(known.min()) if len(known) else 0.0
    reach = span + 2 * tolerance
    padded = np.pad(
        np.nan_to_num(activation, nan=lowest),
        (tolerance, span + tolerance),
        constant_values=lowest,
    )
    nearby = np.lib.stride_tricks.sliding_window_view(padded, reach + 1).max(axis=1)
    bins = np.unique(bins[(bins >= 0) & (bins < len(activation))])
    apart = np.ones(len(activation), dtype=bool)
    for step in range(-reach, reach + 1):
        apart[np.clip(bins + step, 0, len(apart) - 1)] = False
    n, m = len(bins), int(apart.sum())
    if not n or not m:
        return _CHANCE
    ranks = rankdata(np.concatenate([nearby[bins], nearby[apart]]))
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))
