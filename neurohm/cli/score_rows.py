"""A score in words."""

from __future__ import annotations

from neurohm.analysis import ScoreReport


def score_rows(score: ScoreReport) -> dict[str, str]:
    """Return a score as rows to print."""
    gain, error = score.gain_bits_per_spike, score.standard_error
    certainty = f", {gain / error:.1f} standard errors" if error > 0 else ""
    return {
        "scored": f"{score.n_bins:,} bins with {score.n_spikes:,} spikes ({score.observation})",
        "machine": f"{score.nats_per_bin:.4f} nats/bin ({score.kind}, {score.particles} particles)",
        "independent": f"{score.independent_nats_per_bin:.4f} nats/bin",
        "gain": f"{gain:.4f} ± {error:.4f} bits/spike{certainty} "
        f"({score.gain_bits_per_bin:.4f} bits/bin)",
    }
