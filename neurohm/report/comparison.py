"""The comparison of models: as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neurohm import plots
from neurohm.comparison.table import TITLES, about, rows_of
from neurohm.plots.canvas import figure_of
from neurohm.report.html import paragraph, picture, section, table

if TYPE_CHECKING:
    from neurohm.comparison import Comparison


def about_comparison(compared: Comparison) -> str:
    """Return the section about models beside each other.

    Parameters
    ----------
    compared : Comparison
        What `neurohm.compare` returned for the recording.

    Returns
    -------
    str
        HTML.
    """
    head = [f"{title} ({unit})" if unit else title for title, unit in TITLES]
    rows = [tuple(cell.replace("-", "−") for cell in row[1:]) for row in rows_of(compared)]
    named = [(score.name, *row) for score, row in zip(compared.scores, rows, strict=True)]
    gain = picture(
        figure_of(plots.comparison(compared)),
        alt="A point for each model: its gain over independent units, with its interval.",
        caption="Lines are intervals of 95 % over blocks of time. Open points are significantly "
        "behind the best model.",
    )
    return section(
        "Beside other models",
        paragraph(f"{about(compared)}."),
        table(head, named, caption="Every model on the same held-out bins.", numbers=1),
        gain,
        *_about_surrogates(compared),
    )


def _about_surrogates(compared: Comparison) -> Iterator[str]:
    """Say what gains of surrogates say of those of the recording."""
    tested = compared.surrogates
    if tested is None:
        return
    how = "were fitted to each" if tested.refit else "of the recording were scored on each"
    yield paragraph(
        f"{tested.number} surrogates keep the {tested.keeps}; models {how}. p is the share of "
        "surrogates, the recording among them, with a gain as large."
    )
    head = ("Model", "Gain (bits/bin)", "Largest of surrogates", "p", "p, of all models together")
    rows = [
        (
            test.name,
            f"{test.gain_bits_per_bin:.4f}".replace("-", "−"),
            f"{max(test.surrogate_gains):.4f}".replace("-", "−"),
            f"{test.p_value:.3g}",
            f"{test.family_p_value:.3g}",
        )
        for test in tested.tests
    ]
    yield table(head, rows, caption=f"Against surrogates ({tested.kind}).", numbers=1)
