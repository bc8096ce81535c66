"""The look that all pictures share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from neurohm.plots.display import showing_pyplot

STYLE = Path(__file__).with_name("neurohm.mplstyle")

WIDTH = 6.9
"""Widest figure, inches: the text width of a page."""

BLUE, VERMILION = "#0072B2", "#D55E00"
"""The first two of the palette (a name such as "C0" would be looked up again when drawn)."""

DIVERGING = "RdBu_r"
"""Colours of what lies above (red) and below (blue) a baseline (white)."""

SEQUENTIAL = "Greys"
"""Colours of probabilities, from none (white) to one (black)."""

GREY = "0.4"

UNOBSERVED = "#f6ead0"
HATCHING = "#b9a77c"
"""Colour of time in which no spike could be seen."""

_LONGEST = 22  # letters of a unit's name

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Picture(Figure):
    r"""A figure in the house style, also when it is saved later.

    Examples
    --------
    >>> picture = Picture(figsize=(1, 1))
    >>> picture.to_png()[:4]
    b'\x89PNG'
    """

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Write the picture to a file or a file-like object, as `Figure.savefig` does."""
        with matplotlib.rc_context(fname=STYLE):
            super().savefig(fname, **kwargs)

    def to_png(self) -> bytes:
        """Return the picture as the content of a PNG file."""
        content = BytesIO()
        self.savefig(content, format="png")
        return content.getvalue()

    def _repr_png_(self) -> bytes:
        return self.to_png()


def styled(draw: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let a function draw in the house style, whatever the user's settings are."""

    @wraps(draw)
    def drawn(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        showing_pyplot()  # its backend changes settings, which are to stay
        with matplotlib.rc_context(fname=STYLE):
            return draw(*args, **kwargs)

    return drawn


def drawable(text: str) -> str:
    r"""Return a text as it can be drawn: what the font lacks as boxes, dollar signs as such.

    Examples
    --------
    >>> drawable("unit µ1"), drawable("細胞1"), drawable("a$b$")
    ('unit µ1', '□□1', 'a\\$b\\$')
    """
    shown = "".join(letter if ord(letter) in _letters() else "□" for letter in text)
    return shown.replace("$", r"\$")


@cache
def _letters() -> frozenset[int]:
    """Return the letters that the font of the house style has."""
    with matplotlib.rc_context(fname=STYLE):
        return frozenset(get_font(findfont(FontProperties())).get_charmap())


def unit_label(name: object) -> str:
    """Return the name of a unit as it is drawn: cut, where it would take the place of the picture.

    Examples
    --------
    >>> unit_label(12), unit_label("electrode 3, cluster 17, good")
    ('12', 'electrode 3, cluster …')
    """
    text = str(name)
    return drawable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def plural(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "unit"), plural(1200, "unit")
    ('1 unit', '1,200 units')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
