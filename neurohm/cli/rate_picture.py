"""A small picture of a recording's rates in characters: over time, and over units."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.recordings.rate_course import spikes_and_time
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.recordings import Recording

MOST_COLUMNS, MOST_CLASSES, HEIGHT = 60, 24, 3
_HISTOGRAM_WIDTH = 48
_MARGIN = 10
# From an empty cell to a full one; then what stands for time that was not observed.
BLOCKS, ASCII = (" ▁▂▃▄▅▆▇█", "·"), (" .:#", "-")


def rate_course(recording: Recording, columns: int = MOST_COLUMNS) -> dict[str, Any]:
    """Return the mean rate of the units in equal pieces of time; None where none was observed.

    Of a recording that came in bins, a piece is a whole number of them.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.5, 1.5], [0.2]], t_stop=2.0)
    >>> rate_course(recording, columns=2)
    {'edges': [0.0, 1.0, 2.0], 'rates': [1.0, 0.5]}
    """
    start, stop = recording.t_start, recording.t_stop
    width = recording.duration / columns
    if recording.bin_width is not None:
        width = recording.bin_width * math.ceil(width / recording.bin_width - 1e-9)
    n_pieces = max(1, math.ceil(recording.duration / width - 1e-9))
    edges = np.append(start + width * np.arange(n_pieces), stop)
    counts, observed = spikes_and_time(recording, edges)
    seen = observed > 1e-9 * width
    rates = [
        float(count / time) if is_seen else None
        for count, time, is_seen in zip(counts, observed, seen, strict=True)
    ]
    return {"edges": edges.tolist(), "rates": rates}


def rate_histogram(recording: Recording, classes: int | None = None) -> dict[str, Any]:
    """Return how many units have which rate, in classes of equal ratio; the silent ones apart.

    By default twice the square root of the number of units, at most `MOST_CLASSES`.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.5, 0.6], [0.1] * 8, []], t_stop=1.0)
    >>> histogram = rate_histogram(recording, classes=2)  # from 2 to 4 and from 4 to 8 Hz
    >>> histogram["units"], histogram["silent"]
    ([1, 1], 1)
    """
    rates = recording.rates
    firing = rates[rates > 0]
    silent = int((rates == 0).sum())
    if not firing.size:
        return {"edges": [], "units": [], "silent": silent}
    classes = classes or min(MOST_CLASSES, math.ceil(2 * math.sqrt(firing.size)))
    low, high = float(firing.min()), float(firing.max())
    edges = np.geomspace(low, high, classes + 1) if low < high else np.array([low, high])
    edges[0], edges[-1] = low, high  # rounding must not leave out the extremes
    which = np.clip(np.searchsorted(edges, firing, side="right") - 1, 0, len(edges) - 2)
    units = np.bincount(which, minlength=len(edges) - 1)
    return {"edges": edges.tolist(), "units": units.tolist(), "silent": silent}


def picture_lines(
    course: Mapping[str, Any], histogram: Mapping[str, Any], time_unit: str, signs: tuple[str, str]
) -> list[str]:
    """Return the lines of the picture: rates over time, and units over rates.

    Parameters
    ----------
    course, histogram : mapping
        As `rate_course` and `rate_histogram` return them.
    time_unit : {"s", "bin"}
    signs : tuple of str
        `BLOCKS` or `ASCII`.

    Returns
    -------
    list of str
    """
    rate = "Hz" if time_unit == "s" else "per bin"
    rates = course["rates"]
    seen = [value for value in rates if value is not None]
    note = f" ({signs[1]} not observed)" if len(seen) < len(rates) else ""
    low, high = (unit_text(course["edges"][place], time_unit) for place in (0, -1))
    lines = [f"mean rate of the units over time: {min(seen):.3g} to {max(seen):.3g} {rate}{note}"]
    lines += _chart(rates, f"{max(seen):.3g}", (low, high), signs)
    units, silent = histogram["units"], histogram["silent"]
    if not units:
        return lines
    note = f" ({silent} silent unit{'s' * (silent > 1)} left out)" if silent else ""
    low, high = (f"{histogram['edges'][place]:.3g} {rate}" for place in (0, -1))
    most = f"{max(units)} unit{'s' * (max(units) > 1)}"
    if len(units) == 1:
        return [*lines, "", f"units by their rate: all {units[0]} at {low}{note}"]
    lines += ["", f"units by their rate, logarithmic{note}"]
    return lines + _chart(units, most, (low, high), signs, _HISTOGRAM_WIDTH // len(units))


def bars(values: Sequence[float | None], height: int, signs: tuple[str, str]) -> list[str]:
    """Return a bar chart from zero, top line first; what is above zero is seen to be.

    Examples
    --------
    >>> bars([0.0, 1.0, None, 3.0], 2, ASCII)
    ['   #', ' :-#']
    """
    levels, gap = signs
    steps = len(levels) - 1
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    filled = [
        None if value is None else max(round(value / top * height * steps), int(value > 0))
        for value in values
    ]
    lines = []
    for row in range(height - 1, -1, -1):
        empty = gap if row == 0 else " "
        cells = (
            empty if n is None else levels[min(max(n - row * steps, 0), steps)] for n in filled
        )
        lines.append("".join(cells))
    return lines


def show_picture(facts: Mapping[str, Any]) -> None:
    """Print the picture of a recording's facts, coloured on a terminal only."""
    lines = [
        "",
        *picture_lines(
            facts["rate_course"], facts["rate_histogram"], facts["time_unit"], signs_of_output()
        ),
    ]
    if not sys.stdout.isatty():
        print("\n".join(line.rstrip() for line in lines))
        return

    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    for line in lines:
        text = Text(line)
        text.highlight_regex("[▁▂▃▄▅▆▇█#]+", "cyan")
        console.print(text)


def columns_of_output() -> int:
    """Return how many pieces of time fit into a line of the terminal, at most `MOST_COLUMNS`."""
    return max(10, min(MOST_COLUMNS, shutil.get_terminal_size().columns - _MARGIN - 1))


def printable(text: str) -> str:
    """Return a text with question marks for what the encoding of stdout cannot show."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def signs_of_output() -> tuple[str, str]:
    """Return blocks, or plain characters where the encoding of stdout has no blocks."""
    return BLOCKS if printable("".join(BLOCKS)) == "".join(BLOCKS) else ASCII


def _chart(
    values: Sequence[float | None],
    highest: str,
    ends: tuple[str, str],
    signs: tuple[str, str],
    stretch: int = 1,
) -> list[str]:
    """Bars with the highest value, zero and both ends of the axis written at them."""
    wide = [value for value in values for _ in range(stretch)]
    rows = bars(wide, HEIGHT, signs)
    labels = [highest, *[""] * (HEIGHT - 2), "0"]
    low, high = ends
    axis = low + high.rjust(max(len(wide) - len(low), len(high) + 2))
    lines = [f"{label:>{_MARGIN - 1}} {row}" for label, row in zip(labels, rows, strict=True)]
    return [*lines, " " * _MARGIN + axis]
