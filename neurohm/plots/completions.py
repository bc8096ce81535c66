"""Pictures of images that a machine has completed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.plots.style import styled
from neurohm.plots.tiles import Tiling, as_images, draw_partly_hidden, tile_axes

_NAMES = 0.2  # room for the names of columns, inches


@styled
def completions(
    x: npt.ArrayLike,
    observed: npt.ArrayLike,
    completed: npt.ArrayLike,
    *,
    shape: tuple[int, int] | None = None,
    most: int = 10,
    axes: Axes | None = None,
) -> Axes:
    """Draw images, what was seen of them, and several completions of each.

    Parameters
    ----------
    x : array_like, (n_images, n_pixels)
        The whole images.
    observed : array_like of bool, (n_pixels,) or (n_images, n_pixels)
        Which pixels were seen; images of them will do, too.
    completed : array_like, (n_images, n_completions, n_pixels)
        Completions, or the probabilities of pixels.
    shape : (int, int), optional
        Height and width; needed unless `x` is ``(n_images, height, width)``.
    most : int
        Images to draw, the first ones.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A row for each image: the image, what was seen of it (other pixels are orange), and the
        completions.

    Raises
    ------
    InputError
        If the arrays do not fit each other, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> x = np.eye(4)
    >>> seen = np.array([True, True, False, False])
    >>> completed = np.repeat(x[:, None], 3, axis=1)
    >>> axes = completions(x, seen, completed, shape=(2, 2))
    >>> nh.plots.save(axes, "completions.png")
    """
    images = as_images(x, shape, whole_number("most", most))
    number, height, width = images.shape
    versions = np.asarray(completed)[:most]
    if versions.ndim != 3 or versions.shape[::2] != (number, height * width):
        raise InputError(
            f"completions of shape {np.shape(completed)}",
            f"(images, completions, pixels), of {number} images and {height * width} pixels",
        )
    seen = _rows_of(np.asarray(observed, dtype=bool), number, height * width)
    columns = 2 + versions.shape[1]
    whole = np.concatenate(
        [np.repeat(images.reshape(number, 1, -1), 2, axis=1), versions], axis=1
    ).reshape(-1, height, width)
    shown = np.ones((number, columns, height * width), dtype=bool)
    shown[:, 1] = seen
    tiling = Tiling.of(number * columns, (height, width), columns)
    axes = tile_axes(axes, tiling, above=_NAMES)
    draw_partly_hidden(axes, tiling, whole, shown.reshape(whole.shape))
    middles = [tiling.middle_of_column(column) for column in (0, 1)]
    last = (tiling.middle_of_column(2) + tiling.middle_of_column(columns - 1)) / 2
    axes.set_xticks([*middles, last], ["image", "seen", "completed"])
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    return axes


def _rows_of(observed: npt.NDArray[np.bool_], number: int, pixels: int) -> npt.NDArray[np.bool_]:
    """Return which pixels were seen, a row an image.

    Raises
    ------
    InputError
        If they are not of so many images, or of one, with so many pixels.
    """
    if observed.size == 0 or observed.size % pixels:
        wanted = f"({pixels},) or ({number}, {pixels})"
        raise InputError(f"observed pixels of shape {observed.shape}", wanted)
    rows = observed.reshape(-1, pixels)
    if 1 < len(rows) < number:
        raise InputError(f"observed pixels of {len(rows)} images", f"of one, or of all {number}")
    return np.broadcast_to(rows[:number], (number, pixels))
