"""Many small images side by side, as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots.canvas import colour_bar, one_panel
from neurohm.plots.pixel_shades import PixelShades
from neurohm.plots.style import WIDTH
from neurohm.populations import Bernoulli, Categorical

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity

FRAME = "#c9dcec"
"""Colour between images: none that a grey pixel has."""

HIDDEN = "#f0c36d"
"""Colour of pixels that are not observed."""

_SMALLEST, _LARGEST = 0.22, 0.75  # width of an image, inches
_ABOVE, _SIDE = 0.5, 0.15  # room for the title, and at each side, inches


@dataclass(frozen=True)
class Tiling:
    """Images of one size in rows and columns.

    Parameters
    ----------
    rows, columns : int
    height, width : int
        Of an image, pixels.
    gap : int
        Pixels between images.

    Examples
    --------
    >>> tiling = Tiling.of(10, (8, 8))
    >>> tiling.rows * tiling.columns >= 10, tiling.paste(np.ones((10, 8, 8))).shape[1]
    (True, 44)
    >>> Tiling.of(100, (28, 28)).columns, Tiling.of(64, (8, 8)).columns
    (10, 8)
    """

    rows: int
    columns: int
    height: int
    width: int
    gap: int = 1

    @classmethod
    def of(cls, number: int, shape: tuple[int, int], columns: int | None = None) -> Tiling:
        """Return rows and columns for so many images: as many columns as given, or near a square.

        A number of columns that leaves no place empty is preferred to one that is nearer.

        Parameters
        ----------
        number : int
        shape : (int, int)
            Height and width of an image.
        columns : int, optional
        """
        height, width = shape
        if columns is None:
            columns = _columns(number, np.sqrt(number * height / width))
        return cls(-(-number // columns), columns, height, width, max(1, round(width / 16)))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of all together, pixels."""
        across, down = self.width + self.gap, self.height + self.gap
        return self.rows * down - self.gap, self.columns * across - self.gap

    def inches(self, beside: float = 0.0) -> tuple[float, float]:
        """Return width and height of all together on a page, with so much beside them."""
        room = WIDTH - 2 * _SIDE - beside
        tile = np.clip(room / self.columns, _SMALLEST, _LARGEST)
        down, across = self.size
        width = float(min(tile * self.columns, room))
        return width, width * down / across

    def paste(
        self, images: npt.NDArray[Any], between: Any = np.nan, empty: Any = 0.0
    ) -> npt.NDArray[Any]:
        """Return images side by side, row by row.

        Parameters
        ----------
        images : ndarray, (n_images, height, width) or (n_images, height, width, colours)
        between, empty : float or sequence of float
            What lies between them, and where there is none.

        Returns
        -------
        ndarray, (pixels down, pixels across) or (pixels down, pixels across, colours)
        """
        whole = np.empty((*self.size, *images.shape[3:]), dtype=np.float64)
        whole[...] = between
        for number in range(self.rows * self.columns):
            row, column = divmod(number, self.columns)
            top, left = row * (self.height + self.gap), column * (self.width + self.gap)
            place = slice(top, top + self.height), slice(left, left + self.width)
            whole[place] = images[number] if number < len(images) else empty
        return whole

    def middle_of_row(self, row: int) -> float:
        """Return where the middle of a row of images lies, pixels from the top."""
        return row * (self.height + self.gap) + (self.height - 1) / 2

    def middle_of_column(self, column: int) -> float:
        """Return where the middle of a column of images lies, pixels from the left."""
        return column * (self.width + self.gap) + (self.width - 1) / 2


def tile_axes(
    axes: Axes | None, tiling: Tiling, *, beside: float = 0.0, above: float = 0.0
) -> Axes:
    """Return axes to draw images into: those given, or of a new figure.

    Parameters
    ----------
    axes : Axes, optional
    tiling : Tiling
    beside, above : float
        Room for what else is drawn, inches.

    Returns
    -------
    Axes
    """
    width, height = tiling.inches(beside)
    return one_panel(axes, height + _ABOVE + above, width=max(2.4, width + 2 * _SIDE + beside))


def draw_pixels(axes: Axes, tiling: Tiling, images: npt.NDArray[Any]) -> AxesImage:
    """Draw images in the shades that their pixels need, and name these where they are not plain.

    Parameters
    ----------
    axes : Axes
    tiling : Tiling
    images : ndarray, (n_images, height, width)
        Probabilities are grey, 0 white and 1 black; counts and real numbers get a colour bar.

    Returns
    -------
    AxesImage
    """
    shades = PixelShades.of(images)
    drawn = draw_values(axes, tiling, images, shades.colours, (shades.low, shades.high))
    if not shades.are_grey_probabilities:
        colour_bar(axes, drawn, "Value of a pixel", extend=shades.extend)
    return drawn


def draw_values(
    axes: Axes,
    tiling: Tiling,
    images: npt.NDArray[Any],
    colours: str,
    limits: tuple[float, float],
) -> AxesImage:
    """Draw images in the colours of a colour map between limits.

    Parameters
    ----------
    axes : Axes
    tiling : Tiling
    images : ndarray, (n_images, height, width)
    colours : str
        Name of the colour map.
    limits : (float, float)

    Returns
    -------
    AxesImage
    """
    shades = matplotlib.colormaps[colours].with_extremes(bad=FRAME)
    low, high = limits
    return _shown(axes, tiling.paste(images), cmap=shades, vmin=low, vmax=high)


def draw_partly_hidden(
    axes: Axes, tiling: Tiling, images: npt.NDArray[Any], seen: npt.NDArray[np.bool_]
) -> AxesImage:
    """Draw images of which some pixels are hidden: these in a colour of their own.

    Parameters
    ----------
    axes : Axes
    tiling : Tiling
    images : ndarray, (n_images, height, width)
    seen : ndarray of bool, (n_images, height, width)

    Returns
    -------
    AxesImage
    """
    shades = PixelShades.of(images)
    colours = matplotlib.colormaps[shades.colours](shades.scaled(images))[..., :3]
    colours[~seen] = to_rgb(HIDDEN)
    return _shown(axes, tiling.paste(colours, to_rgb(FRAME), 1.0))


def as_images(
    rows: npt.ArrayLike, shape: tuple[int, int] | None, most: int | None = None
) -> npt.NDArray[Any]:
    """Return rows of pixels as images.

    Parameters
    ----------
    rows : array_like, (n_images, n_pixels) or (n_images, height, width)
    shape : (int, int) or None
        Height and width of images that are rows.
    most : int, optional
        So many at most, the first ones.

    Returns
    -------
    ndarray, (n_images, height, width)

    Raises
    ------
    InputError
        If rows are not of that shape, or it is not known.
    """
    images = np.asarray(rows)[:most]
    if images.ndim == 3:
        return images
    if images.ndim != 2 or 0 in images.shape:
        raise InputError(f"images of shape {images.shape}", "(images, pixels), one at least")
    if shape is None:
        raise InputError(
            f"images of {images.shape[1]} pixels without a shape",
            "their height and width",
            "give e.g. shape=(28, 28); on the command line --shape 28,28",
        )
    if shape[0] * shape[1] != images.shape[1]:
        raise InputError(f"shape {shape} for {images.shape[1]} pixels", "height × width = pixels")
    return images.reshape(-1, *shape)


def shape_for(model: HelmholtzDensity, shape: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return height and width: those given, or those of the images that a model was fitted to.

    Raises
    ------
    ArgumentTypeError
        If it is not a model of rows.
    """
    from neurohm.estimators import HelmholtzDensity
    from neurohm.estimators.settings import require_fitted

    if not isinstance(model, HelmholtzDensity):
        raise ArgumentTypeError(f"a {type(model).__name__}", "a fitted HelmholtzDensity")
    require_fitted(model)
    known = model.data_["shape"]
    return (known[0], known[1]) if shape is None and known is not None else shape


def expected_of(model: HelmholtzDensity) -> str:
    """Return what is expected of a pixel: the probability that it is black, or a mean."""
    kind = type(model.machine_.populations[0])
    return "probability" if issubclass(kind, Bernoulli | Categorical) else "mean"


def _columns(number: int, near: float) -> int:
    """Return a number of columns for so many images."""
    least = min(number, max(1, round(0.7 * near)))
    most = max(least, min(number, round(1.5 * near)))
    return min(
        range(least, most + 1),
        key=lambda c: (-(-number // c) * c - number, abs(np.log(c / near))),
    )


def _shown(axes: Axes, whole: npt.NDArray[Any], **options: Any) -> AxesImage:
    image = axes.imshow(whole, interpolation="nearest", aspect="equal", **options)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image
