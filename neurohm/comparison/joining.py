"""Two comparisons of the same bins as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurohm.comparison.models import INDEPENDENT
from neurohm.comparison.results import Comparison
from neurohm.comparison.scores import scores_of, tally_of
from neurohm.exceptions import InputError

_ALIKE = (
    "observation", "bin_size", "time_unit", "lags", "folds", "gap", "n_units",
    "bins_of_blocks", "spikes_of_blocks",
)  # fmt: skip


def joined(one: Comparison, other: Comparison) -> Comparison:
    """Return the models of two comparisons side by side; see `Comparison.joined`."""
    _require_same_bins(one, other)
    tallies = {score.name: tally_of(score) for score in one.scores}
    for score in other.scores:
        if score.name in tallies and score.name != INDEPENDENT:
            raise InputError(
                f"a model {score.name!r} in both comparisons",
                "other names",
                "name models by a mapping: {'name': model}",
            )
        tallies.setdefault(score.name, tally_of(score))
    bins, spikes = np.array(one.bins_of_blocks), np.array(one.spikes_of_blocks)
    return replace(
        one,
        scores=scores_of(tallies, bins, spikes),
        n_learned=min(one.n_learned, other.n_learned),
    )


def _require_same_bins(one: Comparison, other: Comparison) -> None:
    """Raise unless both scored the same, as far as comparisons know."""
    for name in _ALIKE:
        if getattr(one, name) != getattr(other, name):
            raise InputError(
                f"comparisons that differ in {name.replace('_', ' ')}",
                "the same bins of the same recording in both",
            )
    here, there = (np.array(each[INDEPENDENT].nats_of_blocks) for each in (one, other))
    if not np.allclose(here, there, rtol=1e-9, atol=0):
        raise InputError(
            "independent units that differ between comparisons", "the same recording in both"
        )
