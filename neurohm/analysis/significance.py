"""Whether patterns are there beyond what jittered spikes give, with family-wise control."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.analysis.coincidence import coincidence
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins


@dataclass(frozen=True)
class Part:
    """A stretch of a recording, and what templates look like that were learned without it.

    Parameters
    ----------
    first, end : int
        Its bins.
    weights : sequence of ndarray of float64 (n_units, n_lags) or None
        One for each template; None where there is no counterpart.
    """

    first: int
    end: int
    weights: Sequence[npt.NDArray[np.float64] | None]


@dataclass(frozen=True)
class Significance:
    """How far templates stand out of jittered spikes.

    Parameters
    ----------
    z : ndarray of float64, (n_templates,)
        Coincidence in standard deviations of the surrogates' from their mean.
    p_value : ndarray of float64, (n_templates,)
        Share of the surrogates, the recording counted among them, in which any template stands
        out as far: family-wise over templates.
    unit_p_value : ndarray of float64, (n_templates, n_units)
        The same of each unit's share in its template: family-wise over units.
    """

    z: npt.NDArray[np.float64]
    p_value: npt.NDArray[np.float64]
    unit_p_value: npt.NDArray[np.float64]


def jitter_test(
    spikes: SpikeBins,
    windows: JitterWindows,
    parts: Sequence[Part],
    *,
    surrogates: int,
    rng: np.random.Generator,
    advance: Callable[[], None] = lambda: None,
) -> Significance:
    """Compare the coincidence of units in templates with that in jittered spikes.

    Parameters
    ----------
    spikes : SpikeBins
        Of the whole recording.
    windows : JitterWindows
        In which spikes are drawn anew.
    parts : sequence of Part
        Their z are added up, and divided by the root of their number.
    surrogates : int
    rng : Generator
    advance : callable
        Called after each surrogate.

    Returns
    -------
    Significance

    References
    ----------
    Amarasingham, Harrison, Hatsopoulos, Geman (2012). Conditional modeling and the jitter method
    of spike resampling. Journal of Neurophysiology 107:517.
    Westfall, Young (1993). Resampling-based multiple testing. Wiley (the maximum over tests).
    """
    shares = [_shares(spikes, parts)]
    for _ in range(surrogates):
        shares.append(_shares(spikes.jittered(windows, rng), parts))
        advance()
    by_unit = np.stack(shares)  # (1 + surrogates, parts, templates, units)
    total = by_unit.sum(axis=3, dtype=np.float64)
    unit_z = _combined(by_unit, by_unit)
    return Significance(
        z=_combined(total[:1], total[1:])[0],
        p_value=_family_wise(_combined(total, total)),
        unit_p_value=np.stack([_family_wise(unit_z[:, j]) for j in range(unit_z.shape[1])])
        if unit_z.shape[1]
        else np.empty(unit_z.shape[1:]),
    )


def _shares(spikes: SpikeBins, parts: Sequence[Part]) -> npt.NDArray[np.float32]:
    """Return the share of each unit in each template in each part."""
    n_units = len(spikes.indptr) - 1
    shares = np.zeros((len(parts), len(parts[0].weights), n_units), dtype=np.float32)
    for share, part in zip(shares, parts, strict=True):
        known = [j for j, weight in enumerate(part.weights) if weight is not None]
        weights = [weight for weight in part.weights if weight is not None]
        share[known] = coincidence(spikes.between(part.first, part.end), weights)
    return shares


def _combined(
    values: npt.NDArray[np.floating], among: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Return z over the first axis of others, combined over the second.

    For p-values the recording is one of these others: so it is exchangeable with its surrogates,
    and a share of them is an exact p-value.
    """
    total = np.zeros((values.shape[0], *values.shape[2:]))
    for part in range(values.shape[1]):
        own, others = (array[:, part].astype(np.float64) for array in (values, among))
        spread = others.std(axis=0)
        total += np.divide(
            own - others.mean(axis=0), spread, out=np.zeros_like(own), where=spread > 0
        )
    return np.asarray(total / np.sqrt(values.shape[1]))


def _family_wise(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the share of rows with any z as large as each of the first row."""
    largest = np.sort(z.max(axis=1, initial=-np.inf))
    # Rounding must not make a row larger than itself.
    as_large = len(largest) - np.searchsorted(largest, z[0] - 1e-9 * (1 + np.abs(z[0])))
    return np.asarray(as_large / len(largest), dtype=np.float64)
