"""The search for assemblies: fits to parts of a recording, surrogates, and the table."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.assemblies import (
    Assembly,
    Observations,
    find_assemblies,
    members_of,
    without_redundant,
)
from neurohm.analysis.occurrences import Detector
from neurohm.analysis.significance import Part, Significance, jitter_test
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins
from neurohm.analysis.templates import Template
from neurohm.estimators.candidates import Candidates, candidates
from neurohm.estimators.counterparts import counterparts, similarity_of
from neurohm.estimators.refits import Refit, plans, refits
from neurohm.estimators.search import Search
from neurohm.progress import progress_of
from neurohm.recordings import BinnedSpikes, Recording, bin_spikes

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators.spikes import SpikeHelmholtz


def assembly_table(model: SpikeHelmholtz, recording: Recording, search: Search) -> pd.DataFrame:
    """Return the assemblies in a recording; see `SpikeHelmholtz.assemblies`.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording
        Its units in the order of the model's.
    search : Search

    Returns
    -------
    pandas.DataFrame
    """
    binned = bin_spikes(recording, model.bin_size_)
    window = search.jitter_bins(model, binned.observed)
    observed = Observations(
        recording,
        binned,
        _spikes(model, binned),
        model.independent_.mean,
        model.observation_,
        JitterWindows.tile(binned.observed, window),
        model.seed_,
    )
    # What is tested on the very recording must not have been made of it.
    own = candidates(
        model,
        recording,
        search.layer,
        search.of,
        search.least_occurrences,
        sharpen=search.sharpen and search.refit,
    )
    others = _others(model, recording, search, window) if search.refit else []
    significance = _significance(own, others, observed, search)
    found, left_out = _assemblies(own, significance, observed, search)
    stability = {
        f"stability_{name}": _stability(own, _found(others, purpose), observed.baseline)
        for name, purpose in (("seeds", "seed"), ("halves", "half"))
    }
    table = _table(model, found, own, significance, stability, observed)
    table.attrs.update(_about(model, recording, search, window, left_out))
    return table


def log_odds(
    model: SpikeHelmholtz, recording: Recording, table: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """Return the log-odds that each assembly of a table begins at each bin, (n_bins, n_rows)."""
    binned = bin_spikes(recording, model.bin_size_)
    spikes, baseline = _spikes(model, binned), model.independent_.mean
    courses = [
        Detector.of(field * model.bin_size_, baseline, model.observation_).log_odds(
            spikes, binned.observed
        )
        for field in table["field"]
    ]
    return np.stack(courses, axis=1) if courses else np.empty((binned.n_bins, 0))


def _spikes(model: SpikeHelmholtz, binned: BinnedSpikes) -> SpikeBins:
    return SpikeBins.of(binned, at_most_one=model.observation_ == "bernoulli")


# ---- significance and stability


def _others(
    model: SpikeHelmholtz, recording: Recording, search: Search, window: int
) -> list[Refit]:
    """Fit parts of the recording, and all of it with other seeds."""
    made = plans(
        recording,
        model.bin_size_,
        folds=search.folds,
        halves=search.stability,
        seeds=int(search.stability),
        # So far apart, no window and no jittered spike is on both sides.
        gap=2 * max(int(model.lags), window),
    )
    return refits(model, made, search.layer, search.of, search.n_jobs, sharpen=search.sharpen)


def _found(others: list[Refit], purpose: str) -> list[Candidates]:
    return [other.found for other in others if other.plan.purpose == purpose]


def _significance(
    own: Candidates, others: list[Refit], observed: Observations, search: Search
) -> Significance:
    """Test templates on time that they were not learned from."""
    parts = [
        _part(own, other, observed.baseline) for other in others if other.plan.purpose == "fold"
    ]
    if not parts:
        weights = [_weights(template, observed.baseline) for template in own.templates]
        parts = [Part(0, observed.binned.n_bins, weights)]
    with progress_of(search.surrogates, "jittered surrogates") as progress:
        return jitter_test(
            observed.spikes,
            observed.windows,
            parts,
            surrogates=search.surrogates,
            rng=np.random.default_rng(observed.seed),
            advance=progress.advance,
        )


def _part(own: Candidates, other: Refit, baseline: npt.NDArray[np.float64]) -> Part:
    """Return the counterparts of templates in a fit that has not seen a block of time."""
    partner = counterparts(_similarity(own, other.found, baseline))
    weights = [
        _weights(other.found.templates[index], other.baseline) if index >= 0 else None
        for index in partner
    ]
    return Part(*other.plan.tested, weights)


def _weights(template: Template, baseline: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what a spike says for a pattern of Poisson counts."""
    return Detector.of(template.field, baseline, "poisson").weight


def _similarity(
    own: Candidates, other: Candidates, baseline: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return how alike the templates of two fits are."""
    ours, theirs = ([one.field for one in found.templates] for found in (own, other))
    return similarity_of(ours, theirs, baseline)


def _stability(
    own: Candidates, others: list[Candidates], baseline: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the mean similarity of each template to its counterparts; 0 where there is none."""
    total = np.zeros(len(own.templates))
    for other in others:
        similarity = _similarity(own, other, baseline)
        for i, partner in enumerate(counterparts(similarity)):
            total[i] += similarity[i, partner] if partner >= 0 else 0.0
    return total / len(others) if others else np.full(len(own.templates), np.nan)


# ---- the table


def _assemblies(
    own: Candidates, significance: Significance, observed: Observations, search: Search
) -> tuple[list[tuple[int, Assembly]], dict[str, tuple[Any, ...]]]:
    """Return the assemblies with the index of their templates, and what is no assembly and why."""
    left_out = {reason: list(names) for reason, names in own.left_out.items()}
    found: list[tuple[int, Assembly]] = []
    for i in np.lexsort((-significance.z, significance.p_value)):
        parts, reason = _of_template(int(i), own.templates[i], significance, observed, search)
        found.extend((int(i), part) for part in parts)
        if not parts:
            left_out.setdefault(reason, []).extend(own.named(own.templates[i]))
    kept = without_redundant([assembly for _, assembly in found])
    index = {assembly.hidden_units[0]: i for i, assembly in found}
    return (
        [(index[assembly.hidden_units[0]], assembly) for assembly in kept],
        {reason: tuple(names) for reason, names in left_out.items() if names},
    )


def _of_template(
    i: int,
    template: Template,
    significance: Significance,
    observed: Observations,
    search: Search,
) -> tuple[list[Assembly], str]:
    """Return the assemblies that a template stands for, or why it stands for none."""
    if significance.p_value[i] > search.alpha:
        return [], "not significant"
    members = members_of(template, significance.unit_p_value[i], search.alpha)
    if len(members) < search.least_members:
        return [], "too few members"
    parts = find_assemblies(template, members, observed)
    large = [part for part in parts if len(part.members) >= search.least_members]
    often = [part for part in large if len(part.times) >= search.least_occurrences]
    return often, "too few occurrences" if large else "too few members"


def _table(
    model: SpikeHelmholtz,
    found: list[tuple[int, Assembly]],
    own: Candidates,
    significance: Significance,
    stability: dict[str, npt.NDArray[np.float64]],
    observed: Observations,
) -> pd.DataFrame:
    import pandas as pd

    seconds = model.time_unit_ == "s"
    duration = observed.recording.observed_duration / (60 if seconds else 1)
    rows = []
    for i, assembly in found:
        field = assembly.field / model.bin_size_
        rows.append(
            {
                "members": tuple(model.unit_ids_[assembly.members].tolist()),
                "lags": tuple(assembly.lags.tolist()),
                "participation": tuple(assembly.participation.tolist()),
                "strength": float(field[assembly.members].max(axis=1).mean()),
                "log_odds": assembly.log_odds,
                "occurrences": len(assembly.times),
                "rate": len(assembly.times) / duration,
                "p_value": float(significance.p_value[i]),
                "z": float(significance.z[i]),
                **{name: float(values[i]) for name, values in stability.items()},
                "hidden_units": tuple(own.names[k] for k in assembly.hidden_units),
                "times": assembly.times,
                "field": field,
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS, index=pd.RangeIndex(len(rows), name="assembly"))
    # An empty table has these types, too.
    return table.astype(dict.fromkeys(_NUMBERS, np.float64) | {"occurrences": np.int64})


_NUMBERS = [
    "strength", "log_odds", "rate", "p_value", "z", "stability_seeds", "stability_halves",
]  # fmt: skip
COLUMNS = [
    "members", "lags", "participation", "strength", "log_odds", "occurrences", "rate", "p_value",
    "z", "stability_seeds", "stability_halves", "hidden_units", "times", "field",
]  # fmt: skip


def _about(
    model: SpikeHelmholtz,
    recording: Recording,
    search: Search,
    window: int,
    left_out: dict[str, tuple[Any, ...]],
) -> dict[str, Any]:
    """Return what the table was made of, as plain data."""
    settings = asdict(search)
    del settings["n_jobs"]  # changes nothing
    return {
        **settings,
        "jitter": window * model.bin_size_,
        "bin_size": model.bin_size_,
        "time_unit": model.time_unit_,
        "unit_ids": model.unit_ids_.tolist(),
        "recording": recording.source,
        "fingerprint": recording.fingerprint(),
        "left_out": left_out,
    }
