"""Why a score should be taken with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neurohm.analysis import DensityReport, ScoreReport

_FEW_PARTICLES = 5.0
_FEW_SPIKES = 1000
_UNLIKE = 4.0  # rates that differ by more than this factor are of different activity


def about_particles(score: ScoreReport | DensityReport) -> str:
    """Return why the likelihood may be estimated badly; nothing if there is no reason.

    Parameters
    ----------
    score : ScoreReport or DensityReport

    Returns
    -------
    str
    """
    few = score.particles > 1 and score.effective_sample_size < _FEW_PARTICLES
    if score.kind != "importance" or not few:
        return ""
    return (
        f"Of {score.particles:,} particles only {score.effective_sample_size:.2g} carry the "
        "estimate: the true likelihood is probably higher. More particles would tell."
    )


def about_scored_time(score: ScoreReport, trained_rate: float) -> str:
    """Return why the scored time may tell little of a model; nothing if there is no reason.

    Parameters
    ----------
    score : ScoreReport
    trained_rate : float
        Spikes of all units in a bin of the training data.

    Returns
    -------
    str
    """
    rate = score.n_spikes / score.n_bins
    found = []
    if score.n_spikes < _FEW_SPIKES:
        found.append(f"only {score.n_spikes:,} spike{'s' * (score.n_spikes != 1)}")
    if not trained_rate / _UNLIKE <= rate <= trained_rate * _UNLIKE:
        found.append(f"{rate:.3g} spikes in a bin, where the training data have {trained_rate:.3g}")
    if not found:
        return ""
    return f"The scored time has {', '.join(found)}: take the gain per spike with care."
