"""Cues for machines over spikes: windows in coarser bins, of groups of units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurohm.analysis.unit_groups import unit_groups
from neurohm.checks import whole_number
from neurohm.learning import MultiLevel
from neurohm.recordings import Recording


def spike_levels(
    recording: Recording,
    lags: int,
    levels: Sequence[tuple[int, int] | None],
    *,
    by: str = "correlation",
    bin_size: float | None = None,
    **settings: Any,
) -> MultiLevel:
    """Return a rule in which hidden layers are cued by windows as they are seen from farther away.

    A unit of a cued layer is told whether any unit of a group fired in a stretch of the window.

    Parameters
    ----------
    recording : Recording
        The one that is fitted.
    lags : int
        Bins in a window, as of the model.
    levels : sequence of (int, int) or None
        Groups of units, and stretches of time, of the cue of each hidden layer, from the first one
        upward; the layer has at least as many units as their product.
    by : {"correlation", "position"}
        Which units make a group, see `neurohm.analysis.unit_groups`.
    bin_size : float, optional
        Of the counts that are correlated.
    **settings
        Of `MultiLevel`, such as `plain`, `clamp` and `ramp`.

    Returns
    -------
    MultiLevel

    Raises
    ------
    InputError, ArgumentTypeError
        If there are fewer units, or lags, than a level has.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> rule = nh.spike_levels(recording, 4, [(5, 2), (3, 1)], clamp=1, ramp=1)
    >>> model = nh.SpikeHelmholtz(hidden=(12, 4), lags=4, rule=rule, epochs=3).fit(recording)
    >>> model.history_["cue_strength"].tolist()
    [1.0, 0.5, 0.0]
    """
    groups = [
        None
        if level is None
        else unit_groups(recording, level[0], by=by, bin_size=bin_size).tolist()
        for level in levels
    ]
    shape = (recording.n_units, whole_number("lags", lags))
    return MultiLevel(
        shape=shape, grids=tuple(levels), groups=tuple(groups), **{"pool": "max", **settings}
    )
