"""A score in words."""

from __future__ import annotations

from neurohm.analysis import ScoreReport


def score_rows(score: ScoreReport) -> dict[str, str]:
    """Return a score as rows to print."""
    share = f", {score.observed_share:.1%} of their entries" * (score.observed_share < 1)
    return {
        "scored": f"{score.n_bins:,} bins{share} with {score.n_spikes:,} spikes "
        f"({score.observation})",
        "machine": f"{score.nats_per_bin:.4f} nats/bin ({score.kind}, {score.particles} particles)",
        "independent": f"{score.independent_nats_per_bin:.4f} nats/bin",
        "gain": f"{_with_error(score)} ({score.gain_bits_per_bin:.4f} bits/bin)",
    }


def _with_error(score: ScoreReport) -> str:
    gain, error = score.gain_bits_per_spike, score.standard_error
    if not error > 0:  # fewer than two blocks of time
        return f"{gain:.4f} bits/spike, too short for a standard error"
    return f"{gain:.4f} ± {error:.4f} bits/spike, {gain / error:.1f} standard errors"
