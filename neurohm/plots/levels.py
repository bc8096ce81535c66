"""Conditions in pictures: their colours and names."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt

from neurohm.plots.style import drawable

_DISTINCT = 6  # colours of the palette that are told apart easily


def level_colours(levels: npt.NDArray[Any]) -> list[Any]:
    """Return a colour for each condition: of the palette, or of a scale where there are many.

    Examples
    --------
    >>> import numpy as np
    >>> len(level_colours(np.arange(3))), len(level_colours(np.arange(20)))
    (3, 20)
    """
    if len(levels) <= _DISTINCT:
        cycle = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        return [cycle[i % len(cycle)] for i in range(len(levels))]
    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.92, len(levels))))


def level_names(levels: npt.NDArray[Any], condition: str) -> list[str]:
    """Return the name of each condition, the first with what it is of.

    Examples
    --------
    >>> import numpy as np
    >>> level_names(np.array([0.0, 90.0]), "orientation")
    ['orientation 0', '90']
    """
    texts = [f"{level:g}" if isinstance(level, float) else str(level) for level in levels.tolist()]
    if condition:
        texts[0] = f"{condition} {texts[0]}"
    return [drawable(text) for text in texts]
