"""Groups of recorded units, such as a coarser view of a recording would show as one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.recordings import Recording, bin_spikes

WAYS = ("correlation", "position")
_CORRELATED = 0.1  # seconds, of the bins of which counts are correlated


def unit_groups(
    recording: Recording,
    groups: int,
    *,
    by: str = "correlation",
    bin_size: float | None = None,
) -> npt.NDArray[np.int64]:
    """Divide the units of a recording into groups of like ones, by average linkage.

    Parameters
    ----------
    recording : Recording
    groups : int
        How many.
    by : {"correlation", "position"}
        Whether those are like that are correlated, or that were recorded near each other.
    bin_size : float, optional
        Of the counts that are correlated, seconds (or bins); 0.1 s by default, or one bin.

    Returns
    -------
    ndarray of int64, (n_units,)
        The group of each unit, from 0, in order of the first unit of each.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are fewer units than groups, or positions are asked for and not all known.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(10, 2, 2, members=(5, 5), occurrence_rate=1.0)
    >>> unit_groups(recording, 3).shape
    (10,)
    """
    if by not in WAYS:
        raise InputError(f"groups by {by!r}", " or ".join(map(repr, WAYS)))
    if whole_number("groups", groups) > recording.n_units:
        raise InputError(f"{groups} groups of {recording.n_units} units", "no more than units")
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import pdist, squareform

    if recording.n_units == 1:
        return np.zeros(1, dtype=np.int64)
    if by == "position":
        if recording.positions is None:
            raise InputError("groups by position without positions", "by='correlation'")
        positions = np.asarray(recording.positions, dtype=np.float64)
        if not np.isfinite(positions).all():
            raise InputError(
                "groups by position with units whose position is not known",
                "that of each",
                "take by='correlation', or leave these units out",
            )
        distance = pdist(positions)
    else:
        distance = squareform(_unlike(recording, bin_size), checks=False)
    return _cut(linkage(distance, "average"), recording.n_units, groups)


def _unlike(recording: Recording, bin_size: float | None) -> npt.NDArray[np.float64]:
    """Return 1 less the correlation of counts of each pair of units; 1 for silent ones."""
    if bin_size is None:
        bin_size = 1.0 if recording.time_unit == "bin" else _CORRELATED
        bin_size = max(bin_size, recording.bin_width or 0.0)
    binned = bin_spikes(recording, bin_size)
    counts = binned.toarray()[binned.observed].astype(np.float64)  # in a gap all would be silent
    counts -= counts.mean(axis=0)
    norm = np.sqrt((counts**2).sum(axis=0))
    scaled = np.divide(counts, norm, out=np.zeros_like(counts), where=norm > 0)
    unlike = 1 - scaled.T @ scaled
    np.fill_diagonal(unlike, 0)
    return np.asarray(np.maximum(unlike, 0))


def _cut(merges: npt.NDArray[np.float64], units: int, groups: int) -> npt.NDArray[np.int64]:
    """Return groups after as many merges as leave so many of them."""
    members = {unit: [unit] for unit in range(units)}
    for number, (one, other, *_) in enumerate(merges[: units - groups]):
        members[units + number] = members.pop(int(one)) + members.pop(int(other))
    label = np.empty(units, dtype=np.int64)
    for group, chosen in enumerate(sorted(members.values(), key=min)):
        label[chosen] = group
    return label
