"""Surrogate recordings: some statistics of the spikes are kept, others destroyed on purpose.

From the mildest to the most severe: jitter and dither (timing alone), trial shuffle and circular
shift (relations between units), rate only (all but the number of spikes).
"""

from neurohm.recordings.surrogates.kinds import SURROGATES, Surrogate, surrogate
from neurohm.recordings.surrogates.spikes import (
    dither_spikes,
    jitter_spikes,
    jittered,
    rate_only,
)
from neurohm.recordings.surrogates.timeline import stretches_of
from neurohm.recordings.surrogates.trains import circular_shift, trial_shuffle

__all__ = [
    "SURROGATES",
    "Surrogate",
    "circular_shift",
    "dither_spikes",
    "jitter_spikes",
    "jittered",
    "rate_only",
    "stretches_of",
    "surrogate",
    "trial_shuffle",
]
