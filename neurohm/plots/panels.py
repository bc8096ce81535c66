"""A grid of small panels beside a colour bar, laid out in inches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurohm.plots.style import WIDTH

_GAP = 0.06
_TITLE = 0.17  # above each row of panels
_ABOVE, _BELOW, _RIGHT = 0.5, 0.42, 0.85
_TALLEST = 7.5  # all rows together


@dataclass(frozen=True)
class PanelGrid:
    """Where panels lie. All lengths are inches.

    Parameters
    ----------
    number, columns : int
        Panels, and panels in a row.
    width, height : float
        Of a panel.
    left : float
        Of the first panel.

    Examples
    --------
    >>> grid = PanelGrid.of(100, 60, 5)
    >>> grid.rows * grid.columns >= 100, grid.figure_width <= 6.9, grid.figure_height < 9
    (True, True, True)
    """

    number: int
    columns: int
    width: float
    height: float
    left: float

    @classmethod
    def of(cls, number: int, units: int, lags: int, *, longest_name: int = 0) -> PanelGrid:
        """Return a grid of panels of so many rows and columns of pixels, that fits on a page.

        Parameters
        ----------
        number : int
            Of panels.
        units, lags : int
            Rows and columns of each panel.
        longest_name : int
            Characters of the longest name at the left.
        """
        left = 0.5 if longest_name <= 3 else min(1.5, 0.32 + 0.06 * longest_name)
        room = WIDTH - left - _RIGHT
        narrowest = float(np.clip(0.06 * lags, 0.24, 1.0))
        rows = max(1, -(-number // int(room / (narrowest + _GAP))))
        columns = max(1, -(-number // rows))
        width = min(room / columns - _GAP, float(np.clip(0.19 * lags, 0.6, 1.5)))
        height = min(0.11 * units, 3.2, _TALLEST / rows - _TITLE)
        return cls(number, columns, width, max(0.6, height), left)

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return max(1, -(-self.number // self.columns))

    @property
    def figure_width(self) -> float:
        """Of the whole figure; room for its title."""
        return max(4.4, self.left + self.columns * (self.width + _GAP) + _RIGHT)

    @property
    def figure_height(self) -> float:
        """Of the whole figure."""
        return _ABOVE + _BELOW + self.rows * (self.height + _TITLE)

    def panels(self, figure: Figure) -> list[Axes]:
        """Add all panels to a figure, row by row."""
        return [self._add(figure, *divmod(i, self.columns)) for i in range(self.number)]

    def colour_bar(self, figure: Figure) -> Axes:
        """Add the axes of a colour bar, right of the first row and as high as legible."""
        left = self.left + self.columns * (self.width + _GAP) + 0.04
        height = min(self.figure_height - _ABOVE - _BELOW - _TITLE, max(1.0, self.height, 2.4))
        return self._axes(figure, left, _ABOVE + _TITLE, 0.1, height)

    def _add(self, figure: Figure, row: int, column: int) -> Axes:
        left = self.left + column * (self.width + _GAP)
        top = _ABOVE + _TITLE + row * (self.height + _TITLE)
        return self._axes(figure, left, top, self.width, self.height)

    def _axes(self, figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
        whole_width, whole_height = self.figure_width, self.figure_height
        bottom = whole_height - top - height
        return figure.add_axes(
            (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
        )
