"""Pictures of the patterns that a cascade found around the spikes of its trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import styled, unit_label

if TYPE_CHECKING:
    from neurohm.estimators import SpikeCascade
    from neurohm.recordings import Recording

COLOURS = "Greys"
_MOST_NAMED = 30


@styled
def code_patterns(
    model: SpikeCascade, recording: Recording, *, most: int = 6, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw the expected counts of codes around the trigger's spikes.

    One panel a code, the most frequent first: which hidden units are on, how many windows of the
    recording have it, and its match. The small cross is the trigger's own bin, which is not
    learned.

    Parameters
    ----------
    model : SpikeCascade
        A fitted one.
    recording : Recording
        In which the codes are counted.
    most : int
        Codes to draw.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        Horizontally milliseconds from the trigger's spike (or bins); colours are spikes per bin.

    Raises
    ------
    InputError
        If the recording is not of the model's units, or `most` is not positive.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=6, minutes=1, n_assemblies=0, rate=5.0)
    >>> model = nh.SpikeCascade(0, lags=5).fit(recording)
    >>> nh.plots.save(nh.plots.code_patterns(model, recording), "codes.png")
    """
    if most < 1:
        raise InputError(f"most {most}", "at least one panel")
    scores = model.match_scores(recording)[:most]
    expected = model.patterns(np.array(scores["code"].tolist()).reshape(len(scores), -1))
    n_units, lags = expected.shape[1:]
    names = [unit_label(name) for name in model.unit_ids_]
    grid = PanelGrid.of(
        len(scores),
        narrowest=0.9,
        widest=1.5,
        height=min(3.0, max(0.9, 0.13 * n_units)),
        left=0.6,
        gap=0.16,
        title=f"What is expected around spikes of unit {unit_label(model.trigger_)}",
        notes="Panels: codes (hidden units that are on), windows, match in nats a window.",
        axes=axes,
    )
    place = grid.place(axes)
    panels = grid.panels(place)
    width = model.bin_size_ * (1000.0 if model.time_unit_ == "s" else 1.0)
    half, limit = lags * width / 2, float(expected.max())
    trigger = model.unit_ids_.tolist().index(model.trigger_)
    for panel, row, field in zip(
        panels.flat, scores.itertuples(index=False), expected, strict=False
    ):
        image = panel.imshow(
            field,
            cmap=COLOURS,
            vmin=0,
            vmax=limit,
            aspect="auto",
            extent=(-half, half, n_units - 0.5, -0.5),
        )
        panel.plot([0], [trigger], "x", color="#D55E00", markersize=3)
        panel.set(xticks=[], yticks=[])
        panel.set_title(_title(row), loc="center", fontsize=7, pad=2)
    for panel in panels[:, 0]:
        few = n_units <= _MOST_NAMED
        shown = range(n_units) if few else [0, n_units - 1]
        panel.set_yticks(shown, [names[unit] for unit in shown], fontsize=6)
        panel.set_ylabel("Unit")
    edge = f"{half - width / 2:g}"
    panels[-1, 0].set_xticks([width / 2 - half, 0, half - width / 2], [f"−{edge}", "0", edge])
    unit = "ms" if model.time_unit_ == "s" else "bins"
    panels[-1, 0].set_xlabel(f"Time from the trigger's spike ({unit})", loc="left")
    grid.colour_bar(place, image, "Expected spikes per bin")
    return panels


def _title(row: Any) -> str:
    """Return the hidden units that are on, the number of windows and the match of a code."""
    on = "+".join(str(unit + 1) for unit in np.flatnonzero(row.code)) or "none"
    return f"{on}: {row.occurrences}, {row.match:+.1f}".replace("-", "−")
