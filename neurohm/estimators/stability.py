"""How often each assembly, and each of its members, is found again in parts of the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.templates import Template
from neurohm.checks import whole_number
from neurohm.estimators.assembly_files import check_table
from neurohm.estimators.counterparts import counterparts, similarity_of
from neurohm.estimators.refits import Plan, Refit, refits
from neurohm.estimators.settings import require_fitted
from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators.spikes import SpikeHelmholtz

BLOCKS = 20
"""Blocks of time, half of which each fit sees."""

FIRST_SEED = 1001  # added to the model's; those of other refits are below
_FAINTEST = 0.25  # of a counterpart's three strongest: what is fainter is no member of it
_STRONGEST = 3


def stability_selection(
    model: SpikeHelmholtz,
    assemblies: pd.DataFrame,
    recording: Recording | None = None,
    *,
    fits: int = 20,
    n_jobs: int = -1,
) -> pd.DataFrame:
    """Return how often assemblies and members recur in fits to random halves of the recording.

    The recording is cut into twenty blocks of time. Fits come in pairs: one learns from ten
    blocks drawn at random, the other from the other ten, each with a seed of its own.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    assemblies : pandas.DataFrame
        What `SpikeHelmholtz.assemblies` returns, of this model.
    recording : Recording, optional
        By default the one that the model was fitted to.
    fits : int
        Even, 2 at least.
    n_jobs : int
        Fits at a time; -1: as many as there are cores. It changes no result.

    Returns
    -------
    pandas.DataFrame
        The table given, with columns ``recurrence``: share of the fits in which the assembly has
        a counterpart (the similarity of the templates is 0.3 at least); ``jaccard``: mean over
        fits of the members that both have, as a share of those that either has (0 without a
        counterpart); ``member_recurrence``: share of the fits in which each member is one of the
        counterpart's. ``attrs["stability_fits"]`` is the number of fits.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, the recording is too short, or none is given to a model
        from a file.

    References
    ----------
    Meinshausen, Bühlmann (2010). Stability selection. Journal of the Royal Statistical Society B
    72:417. doi:10.1111/j.1467-9868.2010.00740.x
    Shah, Samworth (2013). Variable selection with error control: another look at stability
    selection. Journal of the Royal Statistical Society B 75:55.
    doi:10.1111/j.1467-9868.2011.01034.x (complementary pairs).

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(refit=False)
    >>> nh.stability_selection(model, table, fits=2, n_jobs=1)["recurrence"].tolist()
    [1.0, 1.0]
    """
    require_fitted(model)
    check_table(assemblies)
    if whole_number("fits", fits, 2) % 2:
        raise InputError(f"{fits} fits", "an even number", "each half has its other half")
    matched = model.recording_to_search(recording)
    made = refits(
        model,
        half_plans(matched, fits, model.seed_),
        int(assemblies.attrs.get("layer", 1)),
        str(assemblies.attrs.get("of", "units")),
        n_jobs,
        sharpen=bool(assemblies.attrs.get("sharpen", False)),
    )
    return _with_recurrence(model, assemblies, made)


def half_plans(recording: Recording, fits: int, seed: int) -> list[Plan]:
    """Return fits to random halves of a recording, in complementary pairs.

    Parameters
    ----------
    recording : Recording
    fits : int
        Even.
    seed : int

    Returns
    -------
    list of Plan

    Raises
    ------
    InputError
        If no spike can be seen in a half.

    Examples
    --------
    >>> recording = Recording.from_trains([[1.0, 98.5]], t_stop=100.0)
    >>> first, second = half_plans(recording, 2, 0)
    >>> [round(plan.recording.observed_duration, 9) for plan in (first, second)]
    [50.0, 50.0]
    """
    from neurohm.recordings.intervals import time_at_share

    observed = recording.observed
    inner = [time_at_share(observed, k / BLOCKS) for k in range(1, BLOCKS)]
    edges = np.array([recording.t_start, *inner, recording.t_stop])
    pieces = np.stack([edges[:-1], edges[1:]], axis=1)
    rng = np.random.default_rng(seed)
    made = []
    for pair in range(fits // 2):
        order = rng.permutation(BLOCKS)
        for half in range(2):
            own = pieces[np.sort(order[half::2])]
            number = 2 * pair + half
            name = f"a random half, {number + 1} of {fits}"
            made.append(Plan("half", name, _part(recording, own), FIRST_SEED + number))
    return made


def _part(recording: Recording, pieces: npt.NDArray[np.float64]) -> Recording:
    from neurohm.recordings import slicing

    try:
        return slicing.restrict(recording, pieces)
    except InputError as error:
        duration = unit_text(recording.observed_duration, recording.time_unit)
        raise InputError(
            f"a recording of {duration} for {BLOCKS} blocks", "observed time in half of them"
        ) from error


def _with_recurrence(
    model: SpikeHelmholtz, assemblies: pd.DataFrame, made: list[Refit]
) -> pd.DataFrame:
    place = {unit: i for i, unit in enumerate(model.unit_ids_.tolist())}
    members = [np.array([place[unit] for unit in row]) for row in assemblies["members"]]
    own = [np.asarray(field) for field in assemblies["field"]]
    found = np.zeros((len(made), len(members)), dtype=bool)
    jaccard = np.zeros((len(made), len(members)))
    recurs = [np.zeros((len(made), len(units)), dtype=bool) for units in members]
    for i, refit in enumerate(made):
        templates = refit.found.templates
        theirs = [template.field for template in templates]
        similarity = similarity_of(own, theirs, model.independent_.mean)
        for j, partner in enumerate(counterparts(similarity)):
            if partner >= 0:
                others = strong_units(templates[partner])
                found[i, j] = True
                recurs[j][i] = np.isin(members[j], others)
                jaccard[i, j] = len(np.intersect1d(members[j], others)) / len(
                    np.union1d(members[j], others)
                )
    columns: dict[str, Any] = {
        "recurrence": found.mean(axis=0),
        "jaccard": jaccard.mean(axis=0),
        "member_recurrence": [tuple(own.mean(axis=0).tolist()) for own in recurs],
    }
    table = assemblies.assign(**columns)
    table.attrs = {**assemblies.attrs, "stability_fits": len(made)}
    return table


def strong_units(template: Template) -> npt.NDArray[np.int64]:
    """Return the units of a template whose field is not faint beside that of the strongest.

    Examples
    --------
    >>> strong_units(Template((0,), np.array([[0.4], [0.5], [0.01], [0.3]])))
    array([0, 1, 3])
    """
    peak = template.field.max(axis=1)
    least = _FAINTEST * float(np.sort(peak)[-_STRONGEST:].mean())
    return np.flatnonzero((peak >= least) & (peak > 0))
