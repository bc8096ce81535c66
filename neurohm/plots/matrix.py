"""Which units are members of which assembly, how strongly and at which lag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from neurohm.plots.assembly_table import Assembly, assemblies_of, in_axis_unit, member_order
from neurohm.plots.canvas import COLUMN, colour_bar
from neurohm.plots.fields import RATE_UNITS
from neurohm.plots.grids import panels
from neurohm.plots.style import SEQUENTIAL, WIDTH, drawable, styled, unit_label

if TYPE_CHECKING:
    import pandas as pd

_MOST_NAMED = 60  # units, to be named one by one
_MOST_LETTERS = 30  # of names of assemblies, side by side
_ROW, _ASSEMBLY = 0.095, 0.14  # inches


@styled
def assembly_matrix(assemblies: pd.DataFrame, *, axes: Axes | None = None) -> npt.NDArray[Any]:
    """Draw how much each unit fires in each assembly, and when.

    Units lie by their first assembly, then by lag, so that those of an assembly are a block and
    units of several assemblies stand out beside it; units in none are left out.

    Parameters
    ----------
    assemblies : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (1, 2)
        The peak of each member's rate above baseline, Hz (or spikes per bin), and its lag behind
        the first member, ms (or bins). A row for each unit, a column for each assembly.

    Raises
    ------
    InputError
        If there is no assembly.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(recording, refit=False)
    >>> nh.plots.save(nh.plots.assembly_matrix(table), "matrix.png")
    """
    drawn = assemblies_of(assemblies)
    units = member_order(drawn)
    factor, unit = in_axis_unit(assemblies)
    grid = panels(
        axes, 1, 2,
        height=0.9 + float(np.clip(_ROW * len(units), 1.0, 7.5)),
        width=float(np.clip(2.4 + 2 * _ASSEMBLY * len(drawn), COLUMN, WIDTH)),
        apart=0.85,  # for the colour bar
    )  # fmt: skip
    left, right = grid[0]
    peaks = _matrix(drawn, units, [assembly.peaks for assembly in drawn])
    lags = _matrix(drawn, units, [factor * assembly.lags for assembly in drawn])
    image = _draw(left, peaks, drawn, SEQUENTIAL, float(np.nanmax(peaks)) or 1.0)
    colour_bar(left, image, f"{RATE_UNITS[assemblies.attrs['time_unit']]} above baseline")
    image = _draw(right, lags, drawn, "viridis_r", float(np.nanmax(lags)) or 1.0)
    colour_bar(right, image, f"Lag ({unit})")
    _name_units(grid[0], [str(assemblies.attrs["unit_ids"][unit]) for unit in units])
    left.set_ylabel(f"Recorded unit ({len(units)} of {len(assemblies.attrs['unit_ids'])})")
    left.set_title("Members of each assembly")
    return grid


def _matrix(
    assemblies: list[Assembly],
    units: npt.NDArray[np.int64],
    values: list[npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    """Return the values of all members, (units, assemblies); nan of those who are none."""
    row = np.full(int(units.max()) + 1, -1)
    row[units] = np.arange(len(units))
    matrix = np.full((len(units), len(assemblies)), np.nan)
    for column, (assembly, value) in enumerate(zip(assemblies, values, strict=True)):
        matrix[row[assembly.members], column] = value
    return matrix


def _draw(
    axes: Axes,
    matrix: npt.NDArray[np.float64],
    assemblies: list[Assembly],
    colours: str,
    limit: float,
) -> AxesImage:
    image = axes.imshow(
        matrix, cmap=colours, vmin=0.0, vmax=limit, aspect="auto", interpolation="nearest"
    )
    axes.set_xticks(
        range(len(assemblies)),
        [drawable(assembly.name) for assembly in assemblies],
        fontsize=6,
        rotation=0 if sum(len(assembly.name) for assembly in assemblies) <= _MOST_LETTERS else 90,
    )
    for label, assembly in zip(axes.get_xticklabels(), assemblies, strict=True):
        label.set_color(assembly.colour)
    axes.set_xlabel("Assembly")
    axes.tick_params(length=0)
    for edge in range(1, len(assemblies)):
        axes.axvline(edge - 0.5, color="0.9", linewidth=0.4)
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.7")
    return image


def _name_units(grid: npt.NDArray[Any], names: list[str]) -> None:
    """Name units one by one where that fits, else number the first and the last row."""
    for panel in grid:
        panel.set_yticks([])
    if len(names) <= _MOST_NAMED:
        grid[0].set_yticks(range(len(names)), [unit_label(name) for name in names], fontsize=5.5)
    else:
        grid[0].set_yticks([0, len(names) - 1], ["1", str(len(names))])
