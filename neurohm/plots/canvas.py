"""Where a picture is drawn: into the axes given, or into a new figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from neurohm.plots.display import showing_pyplot
from neurohm.plots.style import Picture

COLUMN = 3.5
"""Width of one column of a paper, inches."""


def one_panel(axes: Axes | None, height: float = 2.4, *, width: float = COLUMN) -> Axes:
    """Return the axes to draw into: those given, or those of a new figure.

    Parameters
    ----------
    axes : Axes, optional
    height, width : float
        Of the new figure, inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> axes = one_panel(None)
    >>> one_panel(axes) is axes
    True
    """
    return new_figure(width, height).subplots() if axes is None else axes


def whole(axes: Axes | None, width: float, height: float) -> Axes:
    """Return axes to lay out panels in by hand, switched off: those given, or of a new figure.

    Parameters
    ----------
    axes : Axes, optional
    width, height : float
        Of the new figure, which the axes fill, inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> whole(None, 2.0, 1.0).get_position().size.tolist()
    [1.0, 1.0]
    """
    if axes is None:
        figure = new_figure(width, height)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    return axes


def new_figure(width: float, height: float) -> Figure:
    """Return a new figure: pyplot's where that shows figures, else one that no one manages.

    Who works in a notebook, or has pyplot and a backend with windows, finds the figure where
    those of other libraries are: below the cell, in ``plt.gcf()``, shown by ``plt.show()``.
    Everywhere else nothing opens, and nothing stays in memory when the figure is forgotten.

    Parameters
    ----------
    width, height : float
        Inches.

    Returns
    -------
    Picture
    """
    pyplot = showing_pyplot()
    if pyplot is None:
        return Picture(figsize=(width, height))
    figure: Figure = pyplot.figure(FigureClass=Picture, figsize=(width, height))
    return figure


def figure_of(drawn: Axes | npt.NDArray[Any]) -> Figure:
    """Return the figure that axes, or a grid of them, are part of.

    Examples
    --------
    >>> axes = one_panel(None)
    >>> figure_of(axes) is figure_of(np.array([[axes]])) is axes.figure
    True
    """
    axes = drawn.flat[0] if isinstance(drawn, np.ndarray) else drawn
    figure = axes.figure
    return figure if isinstance(figure, Figure) else figure.figure


def size_of(axes: Axes) -> tuple[float, float]:
    """Return width and height of axes as they will be drawn, inches.

    The figure is laid out first, where it has a layout engine.

    Examples
    --------
    >>> size_of(new_figure(3.0, 2.0).add_axes((0.0, 0.0, 0.5, 1.0)))
    (1.5, 2.0)
    """
    figure = figure_of(axes)
    engine = figure.get_layout_engine()
    if engine is not None and axes.get_subplotspec() is not None:
        engine.execute(figure)
    box = axes.get_window_extent()
    return float(box.width / figure.dpi), float(box.height / figure.dpi)


def colour_bar(axes: Axes, image: AxesImage, label: str, **options: Any) -> Colorbar:
    """Draw the colour bar of an image at its right, as high as it.

    Parameters
    ----------
    axes : Axes
        Those of the image.
    image : AxesImage
    label : str
    **options
        Of `Figure.colorbar`.

    Returns
    -------
    Colorbar
    """
    width = 0.08 / (axes.get_window_extent().width / figure_of(axes).dpi)  # 0.08 inches
    place = axes.inset_axes((1.0 + width, 0.0, width, 1.0))
    bar = figure_of(axes).colorbar(image, cax=place, **options)
    bar.set_label(label)
    if "ticks" not in options:
        bar.locator = MaxNLocator(5)
    bar.outline.set_linewidth(0.4)
    return bar
