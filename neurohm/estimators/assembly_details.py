"""What more there is to say of assemblies: order in time, units that they share, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.analysis.closeness import closeness
from neurohm.analysis.multiple_tests import holm
from neurohm.analysis.sequences import firing_order
from neurohm.checks import whole_number
from neurohm.estimators.assembly_files import check_table
from neurohm.estimators.occurrences_by_condition import Condition, Pattern

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators.spikes import SpikeHelmholtz
    from neurohm.recordings import Recording

_FEWEST = 4  # occurrences, two in each half, from which an order can be told


def describe_assemblies(
    model: SpikeHelmholtz,
    assemblies: pd.DataFrame,
    recording: Recording | None = None,
    *,
    shuffles: int = 199,
) -> pd.DataFrame:
    """Add to a table of assemblies how they run in time, overlap, and lie on the electrodes.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    assemblies : pandas.DataFrame
        What `SpikeHelmholtz.assemblies` returns, of this model.
    recording : Recording, optional
        By default the one that the model was fitted to.
    shuffles : int
        Of the order in each occurrence, and draws of units for the distances.

    Returns
    -------
    pandas.DataFrame
        The table given, with columns

        - ``lag_spread``: robust standard deviation of each member's spikes around its lag,
          seconds (or bins);
        - ``order``: pairs of spikes in the order of the lags less those against it, as a share:
          1 for a sequence, 0 for synchrony (nan of fewer than four occurrences); ``order_p``:
          that it is one of chance, corrected for the number of assemblies (Holm);
        - ``overlaps``: labels of the assemblies with which it has members in common, and
          ``most_shared``: the largest number of members in common as a share of those of either
          (Jaccard);
        - where the recording has positions, ``distance``: mean between members, micrometres;
          ``distance_by_chance``: of as many units drawn at random; ``distance_p``, corrected.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or none is given to a model from a file.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = nh.describe_assemblies(model, model.assemblies(refit=False))
    >>> bool((table["order_p"] < 0.05).all()), table["overlaps"].tolist()
    (True, ['1', '0'])
    """
    check_table(assemblies)
    shuffles = whole_number("shuffles", shuffles)
    matched = model.recording_to_search(recording)
    condition = Condition.of("the recording", matched, model)
    columns: dict[str, list[Any]] = {"lag_spread": [], "order": [], "order_p": []}
    for _, row in assemblies.iterrows():
        pattern = Pattern.of(row, model, [condition])
        after = pattern.occurrences(condition)[1]
        found = firing_order(after, pattern.lags, shuffles=shuffles, seed=model.seed_)
        enough = len(after) >= _FEWEST
        columns["lag_spread"].append(tuple(found.spread.tolist()))
        columns["order"].append(found.order if enough else np.nan)
        columns["order_p"].append(found.p_value if enough else 1.0)
    columns["order_p"] = holm(columns["order_p"]).tolist()
    columns |= _overlaps(assemblies)
    if matched.positions is not None:
        columns |= _distances(model, assemblies, matched, shuffles)
    table = assemblies.assign(**columns)
    table.attrs = dict(assemblies.attrs)
    numbers = [name for name in columns if name not in ("lag_spread", "overlaps")]
    return table.astype(dict.fromkeys(numbers, np.float64) | {"overlaps": str})


def _overlaps(assemblies: pd.DataFrame) -> dict[str, list[Any]]:
    """Return with which others each assembly has members in common, and how many."""
    members = [set(row) for row in assemblies["members"]]
    names, most = [], []
    for i, own in enumerate(members):
        shared = {
            str(assemblies.index[j]): len(own & other) / len(own | other)
            for j, other in enumerate(members)
            if j != i and own & other
        }
        names.append(", ".join(shared))
        most.append(max(shared.values(), default=0.0))
    return {"overlaps": names, "most_shared": most}


def _distances(
    model: SpikeHelmholtz, assemblies: pd.DataFrame, recording: Recording, draws: int
) -> dict[str, list[Any]]:
    """Return how far apart the members of each assembly were recorded."""
    positions = recording.positions
    assert positions is not None
    place = {unit: i for i, unit in enumerate(model.unit_ids_.tolist())}
    found = [
        closeness(positions, np.array([place[unit] for unit in row]), draws=draws, seed=model.seed_)
        for row in assemblies["members"]
    ]
    return {
        "distance": [one[0] for one in found],
        "distance_by_chance": [one[1] for one in found],
        "distance_p": holm([one[2] for one in found]).tolist(),
    }
