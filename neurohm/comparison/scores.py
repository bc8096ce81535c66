"""From sums over blocks of time to a table: gains, differences from the best, and their tests."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from neurohm.analysis.multiple_tests import holm
from neurohm.comparison.evaluation import Tally
from neurohm.comparison.models import INDEPENDENT
from neurohm.comparison.results import ModelScore
from neurohm.comparison.statistics import paired_p_value, rate_in_bits

Vector = npt.NDArray[np.float64]


def scores_of(tallies: Mapping[str, Tally], bins: Vector, spikes: Vector) -> tuple[ModelScore, ...]:
    """Return figures with standard errors, and tests of what is behind the best, the best first.

    Parameters
    ----------
    tallies : mapping of str to Tally
        Independent units among them.
    bins, spikes : ndarray of float64, (n_blocks,)

    Returns
    -------
    tuple of ModelScore
    """
    order = sorted(tallies, key=lambda name: -tallies[name].nats.sum())
    best, reference = tallies[order[0]], tallies[INDEPENDENT]
    further = {name: math.sqrt(tally.variance) for name, tally in tallies.items()}
    behind = {
        name: rate_in_bits(
            best.nats - tallies[name].nats, bins, math.hypot(further[name], further[order[0]])
        )
        for name in order[1:]
    }
    p_values = dict(
        zip(behind, holm([paired_p_value(*d, len(bins)) for d in behind.values()]), strict=True)
    )
    result = []
    for name in order:
        tally = tallies[name]
        gain = tally.nats - reference.nats
        result.append(
            ModelScore(
                name,
                float(tally.nats.sum() / bins.sum()),
                *rate_in_bits(tally.nats, bins, further[name]),
                *rate_in_bits(gain, bins, further[name]),
                *rate_in_bits(gain, spikes, further[name]),
                *behind.get(name, (0.0, 0.0)),
                float(p_values.get(name, math.nan)),
                tally.n_parameters,
                tally.seconds_to_fit,
                tally.seconds_to_score,
                tuple(tally.nats.tolist()),
                further[name],
            )
        )
    return tuple(result)


def tally_of(score: ModelScore) -> Tally:
    """Return the sums that a score was made of."""
    return Tally(
        np.array(score.nats_of_blocks),
        score.log_partition_error**2,
        score.n_parameters,
        score.seconds_to_fit,
        score.seconds_to_score,
        [],
    )
