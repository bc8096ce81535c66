"""The look that all pictures share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("neurohm.mplstyle")

WIDTH = 6.9
"""Widest figure, inches: the text width of a page."""

DIVERGING = "RdBu_r"
"""Colours of what lies above (red) and below (blue) a baseline (white)."""

SEQUENTIAL = "Greys"
"""Colours of probabilities, from none (white) to one (black)."""

GREY = "0.45"

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Picture(Figure):
    """A figure that pyplot does not manage: it opens no window, and notebooks show it once.

    Examples
    --------
    >>> picture = Picture(figsize=(1, 1))
    >>> picture.to_png()[:4]
    b'\\x89PNG'
    """

    def to_png(self) -> bytes:
        """Return the picture as the content of a PNG file."""
        content = BytesIO()
        FigureCanvasAgg(self)
        self.savefig(content, format="png")
        return content.getvalue()

    def _repr_png_(self) -> bytes:
        return self.to_png()


def styled(draw: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let a function draw in the house style, whatever the user's settings are."""

    @wraps(draw)
    def drawn(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with matplotlib.rc_context(fname=STYLE):
            return draw(*args, **kwargs)

    return drawn


def plural(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "unit"), plural(1200, "unit")
    ('1 unit', '1,200 units')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
