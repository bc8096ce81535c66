"""A comparison in words: its settings in a line, and a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.comparison.results import Comparison, ModelScore

TITLES = (
    ("model", ""),
    ("log-likelihood", "nats/bin"),
    ("gain", "bits/spike"),
    ("gain", "bits/bin"),
    ("behind best", "bits/bin"),
    ("p", "(Holm)"),
    ("parameters", ""),
    ("fit", "s"),
)
"""Title and unit of each column."""


def cells(score: ModelScore, *, best: bool = False, reference: bool = False) -> tuple[str, ...]:
    """Return the row of a model.

    Parameters
    ----------
    score : ModelScore
    best : bool
        Whether no model is ahead.
    reference : bool
        Whether gains are over it.

    Returns
    -------
    tuple of str
        One for each of `TITLES`.
    """
    gains = (
        ("-", "-")
        if reference
        else (
            with_error(score.gain_bits_per_spike, score.gain_bits_per_spike_error),
            with_error(score.gain_bits_per_bin, score.gain_bits_per_bin_error),
        )
    )
    behind = with_error(score.behind_bits_per_bin, score.behind_bits_per_bin_error)
    return (
        score.name,
        f"{score.nats_per_bin:.4f}",
        *gains,
        "best" if best else behind,
        "" if best else probability(score.p_value),
        f"{score.n_parameters:,}",
        f"{score.seconds_to_fit:.3g}",
    )


def rows_of(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return the rows of the table, the best model first."""
    return [
        cells(score, best=i == 0, reference=score.name == "independent")
        for i, score in enumerate(comparison.scores)
    ]


def about(comparison: Comparison) -> str:
    """Return what was scored and how, in a line."""
    width = f" of {unit_text(comparison.bin_size, comparison.time_unit)}"
    if comparison.time_unit == "bin" and comparison.bin_size == 1:
        width = ""
    windows = "" if comparison.lags == 1 else f", in windows of {comparison.lags}"
    gap = f", gaps of {comparison.gap} bin{'s' * (comparison.gap != 1)}" if comparison.gap else ""
    split = f"{comparison.folds} folds" if comparison.folds > 1 else "one split"
    return (
        f"{comparison.n_units} units, {comparison.n_bins:,} held-out bins{width}{windows}, "
        f"{comparison.n_spikes:,} spikes ({comparison.observation}); {split}{gap}; standard errors "
        f"over {len(comparison.bins_of_blocks)} blocks"
    )


def about_surrogates(comparison: Comparison) -> list[str]:
    """Return a line on each test against surrogates."""
    tested = comparison.surrogates
    if tested is None:
        return []
    how = "fitted anew to each" if tested.refit else "scored without a new fit"
    lines = [f"{tested.number} surrogates ({tested.kind}), {how}; they keep {tested.keeps}"]
    for test in tested.tests:
        among = test.surrogate_gains
        mean = sum(among) / len(among)
        lines.append(
            f"  {test.name}: gain {test.gain_bits_per_bin:.4f} bits/bin, surrogates {mean:.4f} "
            f"(most {max(among):.4f}), p = {test.p_value:.3g}"
            + (f", of all models {test.family_p_value:.3g}" if len(tested.tests) > 1 else "")
        )
    return lines


def as_text(comparison: Comparison) -> str:
    """Return the whole of it: what was scored, the table, the tests."""
    rows = rows_of(comparison)
    titles = [tuple(title) for title in zip(*TITLES, strict=True)]
    lines = aligned([*titles, *rows])
    return "\n".join([f"Comparison: {about(comparison)}", *lines, *about_surrogates(comparison)])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines, the first column to the left and the others to the right.

    Examples
    --------
    >>> aligned([("a", "10"), ("bcd", "2")])
    ['a    10', 'bcd   2']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def with_error(value: float, error: float) -> str:
    """Return a number with its standard error, if there is one.

    Examples
    --------
    >>> with_error(0.12345, 0.01), with_error(1.0, math.nan), with_error(math.nan, 1.0)
    ('0.1235 ± 0.0100', '1.0000', '-')
    """
    if math.isnan(value):
        return "-"
    return f"{value:.4f}" + ("" if math.isnan(error) else f" ± {error:.4f}")


def probability(p: float) -> str:
    """Return a p-value; very small ones as a bound.

    Examples
    --------
    >>> probability(0.0312), probability(1e-7), probability(math.nan)
    ('0.031', '< 1e-04', '-')
    """
    if math.isnan(p):
        return "-"
    return "< 1e-04" if p < 1e-4 else f"{p:.2g}"
