"""A grid of small panels beside a colour bar, below a heading, laid out in inches."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.ticker import MaxNLocator

from neurohm.plots.canvas import figure_of, size_of, whole
from neurohm.plots.style import GREY, WIDTH

_GAP = 0.06
_TITLE = 0.17  # above each row of panels
_BELOW, _RIGHT = 0.42, 0.85
_TITLE_LINE, _NOTES_LINE = 0.19, 0.13
_NARROWEST = 4.4  # figure, for its heading
_TALLEST = 7.5  # all rows together
_LEAST = 0.6  # height of a panel


@dataclass(frozen=True)
class PanelGrid:
    """Where panels lie. All lengths are inches.

    Parameters
    ----------
    number, columns : int
        Panels, and panels in a row.
    width, height : float
        Of a panel.
    gap : float
        Between panels.
    left, above : float
        Before the first panel, and above all of them.
    size : (float, float)
        Width and height of all together.
    title, notes : tuple of str
        Lines above the panels.

    Examples
    --------
    >>> grid = PanelGrid.of(100, narrowest=0.3, widest=1.0, height=3.2)
    >>> grid.rows * grid.columns >= 100, grid.size[0] <= 6.9, grid.size[1] < 9
    (True, True, True)
    """

    number: int
    columns: int
    width: float
    height: float
    gap: float
    left: float
    above: float
    size: tuple[float, float]
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        number: int,
        *,
        narrowest: float,
        widest: float,
        height: float,
        keep_shape: bool = False,
        left: float = 0.5,
        gap: float = _GAP,
        title: str = "",
        notes: str = "",
        axes: Axes | None = None,
    ) -> PanelGrid:
        """Return a grid of panels that fits on a page, or into axes.

        Parameters
        ----------
        number : int
            Of panels.
        narrowest, widest : float
            Between these is the width of a panel.
        height : float
            Of a panel, where the page has room for it.
        keep_shape : bool
            Whether panels that have to be narrower than `widest` are lower in proportion.
        left, gap : float
            Room before the first panel, and between panels.
        title, notes : str
            What to write above the panels.
        axes : Axes, optional
            To be filled, instead of the width of a page.
        """
        if axes is not None:
            return cls._inside(size_of(axes), number, widest, height, left, gap, title, notes)
        room = WIDTH - left - _RIGHT
        rows = max(1, -(-number // max(1, int(room / (narrowest + gap)))))
        columns = max(1, -(-number // rows))
        width = min(room / columns - gap, widest)
        across = max(_NARROWEST, left + columns * (width + gap) + _RIGHT)
        lines = _wrapped(title, across, 4.8), _wrapped(notes, across, 3.9)
        above = _above(*lines)
        height = height * width / widest if keep_shape else max(_LEAST, height)
        height = min(height, max(_LEAST, _TALLEST / rows - _TITLE))
        size = across, above + _BELOW + rows * (height + _TITLE) - _TITLE
        return cls(number, columns, width, height, gap, left, above, size, *lines)

    @classmethod
    def _inside(
        cls,
        size: tuple[float, float],
        number: int,
        width: float,
        height: float,
        left: float,
        gap: float,
        title: str,
        notes: str,
    ) -> PanelGrid:
        """Return a grid that fills a place, its panels as near to a width and height as can be."""
        lines = _wrapped(title, size[0], 4.8), _wrapped(notes, size[0], 3.9)
        above = _above(*lines)

        def panel(columns: int) -> tuple[float, float]:
            rows = max(1, -(-number // columns))
            across = (size[0] - left - _RIGHT) / columns - gap
            down = (size[1] - above - _BELOW + _TITLE) / rows - _TITLE
            return max(0.1, across), max(0.1, down)

        columns = max(
            range(1, max(number, 1) + 1),
            key=lambda columns: min(panel(columns)[0] / width, panel(columns)[1] / height),
        )
        return cls(number, columns, *panel(columns), gap, left, above, size, *lines)

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return max(1, -(-self.number // self.columns))

    def place(self, axes: Axes | None) -> Axes:
        """Return the axes to add panels to, with the heading: those given, or of a new figure."""
        place = whole(axes, *self.size)
        across, down = self.size
        title = place.text(0.1 / across, 1 - 0.06 / down, "\n".join(self.title), fontsize=9)
        below = 1 - (0.06 + _TITLE_LINE * len(self.title)) / down
        notes = place.text(0.1 / across, below, "\n".join(self.notes), fontsize=7, color=GREY)
        for text in (title, notes):
            text.set(transform=place.transAxes, verticalalignment="top")
        return place

    def panels(self, place: Axes) -> npt.NDArray[Any]:
        """Add all panels to axes, row by row; where the last row is not full they are switched off.

        Parameters
        ----------
        place : Axes

        Returns
        -------
        ndarray of Axes, (rows, columns)
        """
        grid: npt.NDArray[Any] = np.empty((self.rows, self.columns), dtype=object)
        for row, column in np.ndindex(grid.shape):
            left = self.left + column * (self.width + self.gap)
            top = self.above + row * (self.height + _TITLE)
            grid[row, column] = self._inset(place, left, top, self.width, self.height)
        for unused in grid.ravel().tolist()[self.number :]:
            unused.set_axis_off()
        return grid

    def colour_bar(
        self, place: Axes, image: ScalarMappable, label: str, *, extend: str = "neither"
    ) -> None:
        """Draw a colour bar right of the first row, as high as legible.

        Parameters
        ----------
        place : Axes
        image : ScalarMappable
            Whose colours.
        label : str
        extend : {"neither", "min", "max", "both"}
            At which ends there are values beyond.
        """
        left = self.left + self.columns * (self.width + self.gap) + 0.04
        height = min(self.size[1] - self.above - _BELOW, max(self.height, 2.4))
        beside = self._inset(place, left, self.above, 0.1, height)
        bar = figure_of(place).colorbar(image, cax=beside, extend=extend)
        bar.set_label(label)
        low, high = image.get_clim()
        bar.locator = MaxNLocator(5, symmetric=low == -high)
        bar.outline.set_linewidth(0.4)

    def _inset(self, place: Axes, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes at inches from the left and from the top."""
        across, down = self.size
        return place.inset_axes(
            (left / across, 1 - (top + height) / down, width / across, height / down)
        )


def _above(title: tuple[str, ...], notes: tuple[str, ...]) -> float:
    """Return the room that is needed above the panels."""
    return 0.1 + _TITLE_LINE * len(title) + _NOTES_LINE * len(notes) + _TITLE


def _wrapped(text: str, width: float, points: float) -> tuple[str, ...]:
    """Return the lines of a text on so many inches, its letters so many points wide."""
    return tuple(wrap(text, max(10, int((width - 0.1) * 72 / points))))
