"""Pictures of what was imagined from goals, beside what there is to observe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import SEQUENTIAL, drawable, styled


@styled
def imagined(
    observed: npt.ArrayLike,
    imagined: npt.ArrayLike,
    shape: tuple[int, int],
    *,
    names: Sequence[str] = (),
    axes: Axes | None = None,
) -> Axes:
    """Draw what is observed in the upper row, and what was imagined from its goal in the lower.

    Parameters
    ----------
    observed, imagined : array_like, (n_images, n_pixels)
        Activity or probabilities, from 0 (white) to 1 (black).
    shape : (int, int)
        Height and width of an image.
    names : sequence of str
        Of the images, such as their goals.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the arrays do not fit.

    Examples
    --------
    >>> axes = imagined(np.eye(4), np.full((4, 4), 0.3), (2, 2))
    """
    upper, lower = (np.asarray(part, dtype=np.float64) for part in (observed, imagined))
    height, width = shape
    if upper.shape != lower.shape or upper.ndim != 2 or upper.shape[1] != height * width:
        raise InputError(
            f"images of shapes {upper.shape} and {lower.shape}", f"(n, {height * width}) both"
        )
    count, gap = len(upper), max(1, width // 6)
    canvas = np.full((2 * height + gap, count * (width + gap) - gap), np.nan)
    for row, images in enumerate((upper, lower)):
        for column, image in enumerate(images):
            top, left = row * (height + gap), column * (width + gap)
            canvas[top : top + height, left : left + width] = image.reshape(shape)
    axes = one_panel(axes, 6.5 * canvas.shape[0] / canvas.shape[1] + 0.4, width=6.5)
    axes.set_facecolor("#dde7ee")
    axes.imshow(canvas, cmap=SEQUENTIAL, vmin=0, vmax=1, interpolation="nearest")
    middles = np.arange(count) * (width + gap) + (width - 1) / 2
    axes.set_xticks(middles[: len(names)], [drawable(name) for name in names], fontsize="small")
    axes.set_yticks([(height - 1) / 2, height + gap + (height - 1) / 2], ["observed", "imagined"])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes
