"""What there is to say of a cascade and a recording: for programs, and for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurohm.estimators import SpikeCascade
from neurohm.recordings import Recording

_MOST = 12  # codes in words


def scored_cascade(
    model: SpikeCascade, recording: Recording
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return score and codes of a recording, as data and in words.

    Parameters
    ----------
    model : SpikeCascade
    recording : Recording

    Returns
    -------
    result : dict
    rows : dict of str to str
    """
    score = model.score_report(recording)
    times = model.occurrences(recording)
    codes: list[dict[str, Any]] = [
        {**{str(key): value for key, value in row.items()}, "times": times[row["code"]]}
        for row in model.match_scores(recording).to_dict("records")
    ]
    gain = f"{score.gain_nats_per_window:.4f} ± {score.standard_error:.4f} nats/window"
    rows = {
        "windows": f"{score.n_windows:,} around spikes of unit {model.trigger_}",
        "cascade": f"{score.nats_per_window:.4f} nats/window ({score.kind})",
        "independent": f"{score.independent_nats_per_window:.4f} nats/window",
        "gain": f"{gain} ({score.gain_bits_per_spike:.4f} bits/spike)",
    }
    for row in codes[:_MOST]:
        rows[f"code {''.join(map(str, row['code'])) or '-'}"] = _code(row)
    if len(codes) > _MOST:
        rows["more codes"] = f"{len(codes) - _MOST}, see --json"
    return {"score": score.to_dict(), "codes": codes}, rows


def _code(row: Mapping[str, Any]) -> str:
    text = f"{row['occurrences']} windows ({100 * row['share']:.1f} %), match {row['match']:.3f}"
    return f"{text} nats/window" + ", a pattern" * bool(row["detected"])
