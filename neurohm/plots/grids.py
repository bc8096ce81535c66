"""A grid of panels: a new figure of them, or the place of given axes divided into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from neurohm.plots.canvas import COLUMN, figure_of, new_figure, size_of

# inches between panels: beside each other, above each other, and over a shared axis
_ACROSS, _DOWN, _SHARED = 0.62, 0.56, 0.12
_TITLE = 0.22  # room for the title of a panel, inches


def panels(
    axes: Axes | None,
    rows: int,
    columns: int,
    *,
    height: float,
    width: float = COLUMN,
    heights: Sequence[float] | None = None,
    widths: Sequence[float] | None = None,
    share_x: bool = False,
    apart: float = _ACROSS,
    strip: float = 0.0,
) -> npt.NDArray[Any]:
    """Return a grid of axes to draw into: in the place of those given, or of a new figure.

    Parameters
    ----------
    axes : Axes, optional
        They are switched off, and their place is divided: in the grid of subplots that they are
        part of, so that a layout engine makes room for labels, or inside them.
    rows, columns : int
    height, width : float
        Of the new figure, inches.
    heights, widths : sequence of float, optional
        Of the rows and columns, in relation to each other.
    share_x : bool
        Whether the panels of a column share their horizontal axis.
    apart : float
        Room between columns in the place of given axes, inches, without constrained layout.
    strip : float
        Room above the panels that given axes keep, inches.

    Returns
    -------
    ndarray of Axes, (rows, columns)

    Examples
    --------
    >>> grid = panels(None, 2, 1, height=3.0, heights=[1, 2])
    >>> grid.shape, panels(grid[1, 0], 1, 2, height=1.0).shape
    ((2, 1), (1, 2))
    """
    heights, widths = heights or [1.0] * rows, widths or [1.0] * columns
    if axes is None:
        grid = new_figure(width, height).subplots(
            rows, columns, squeeze=False, sharex="col" if share_x else False,
            height_ratios=heights, width_ratios=widths,
        )  # fmt: skip
        return np.asarray(grid)
    across, down = size_of(axes)
    if strip and not _constrained(axes):
        strip += _TITLE
    between_rows = _relative(_SHARED if share_x else _DOWN, rows, down - strip)
    gaps = between_rows, _relative(apart, columns, across)
    add = _adder(axes, (heights, widths), gaps, min(strip / down, 0.5))
    axes.set_axis_off()
    divided: npt.NDArray[Any] = np.empty((rows, columns), dtype=object)
    for i, j in np.ndindex(rows, columns):
        panel = add(i, j, divided[0, j] if share_x and i else None)
        panel.tick_params(labelbottom=not share_x or i == rows - 1)
        divided[i, j] = panel
    figure_of(axes).sca(axes)  # those that pyplot draws into remain the same
    return divided


def _relative(gap: float, number: int, size: float) -> float:
    """Return a gap in relation to the mean size of parts, which keep at least half of the place."""
    gap = min(gap, 0.5 * size / max(1, number - 1))
    return gap * number / (size - gap * (number - 1))


def _adder(
    axes: Axes,
    sizes: tuple[Sequence[float], Sequence[float]],
    gaps: tuple[float, float],
    strip: float,
) -> Callable[[int, int, Axes | None], Axes]:
    """Return what adds a panel: row, column and the axes with which it shares time."""
    spec = axes.get_subplotspec()
    if spec is None:
        tops, lefts = _cuts(sizes[0], gaps[0]), _cuts(sizes[1], gaps[1])

        def inside(row: int, column: int, shared: Axes | None) -> Axes:
            (top, tall), (left, wide) = tops[row], lefts[column]
            bottom = (1 - strip) * (1 - top - tall)
            return axes.inset_axes((left, bottom, wide, (1 - strip) * tall), sharex=shared)

        return inside
    if strip:
        spec = _below(axes, spec, strip)
    own = _constrained(axes)  # sees to gaps itself
    cells = spec.subgridspec(
        len(sizes[0]), len(sizes[1]), height_ratios=sizes[0], width_ratios=sizes[1],
        hspace=None if own else gaps[0], wspace=None if own else gaps[1],
    )  # fmt: skip

    def beside(row: int, column: int, shared: Axes | None) -> Axes:
        return axes.figure.add_subplot(cells[row, column], sharex=shared)

    return beside


def _constrained(axes: Axes) -> bool:
    """Return whether a layout engine will make room for labels and titles."""
    in_grid = axes.get_subplotspec() is not None
    return in_grid and isinstance(figure_of(axes).get_layout_engine(), ConstrainedLayoutEngine)


def _below(axes: Axes, spec: SubplotSpec, strip: float) -> SubplotSpec:
    """Leave axes a strip of their place, and return the place below it."""
    both = spec.subgridspec(2, 1, height_ratios=[strip, 1 - strip], hspace=0.0)
    axes.set_subplotspec(both[0])
    return both[1]


def _cuts(sizes: Sequence[float], gap: float) -> list[tuple[float, float]]:
    """Return start and length of each part of 0 to 1, with gaps in relation to the mean part."""
    parts = np.asarray(sizes, dtype=np.float64)
    space = gap * parts.mean()
    total = parts.sum() + space * (len(parts) - 1)
    starts = np.concatenate([[0.0], np.cumsum(parts[:-1] + space)]) / total
    return [(float(s), float(p)) for s, p in zip(starts, parts / total, strict=True)]
