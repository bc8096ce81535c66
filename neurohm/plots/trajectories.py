"""Pictures of ways through a map: where an agent went, and what it imagined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from neurohm.checks import whole_number
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, VERMILION, styled

if TYPE_CHECKING:
    from neurohm.agents import GridWorld, Rollout

_COLOURS = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


@styled
def trajectories(
    world: GridWorld, run: Rollout, *, most: int = 4, axes: Axes | None = None
) -> Axes:
    """Draw ways through a map.

    Parameters
    ----------
    world : GridWorld
    run : Rollout
    most : int
        Ways to draw, the first ones.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Starts are circles, goals stars; a cross marks an imagined move that the world does not
        allow, and ends the way.

    Examples
    --------
    >>> import neurohm as nh
    >>> world = nh.agents.GridWorld()
    >>> run = nh.agents.rollout(None, world, [0, 1], [39, 10])
    >>> axes = trajectories(world, run)
    """
    height, width = world.shape
    side = 3.0
    axes = one_panel(axes, side * height / width, width=side)
    _draw_map(axes, world)
    shown = min(whole_number("most", most), len(run.starts))
    for way in range(shown):
        colour = _COLOURS[way % len(_COLOURS)]
        shift = 0.12 * (way - (shown - 1) / 2)
        passed = run.places[way][run.places[way] >= 0]
        rows, columns = world.cells[passed].T + shift
        axes.plot(columns, rows, "-", color=colour, lw=1.4, solid_joinstyle="round")
        axes.plot(columns[0], rows[0], "o", color=colour, ms=5)
        goal = world.cells[run.goals[way]] + shift
        axes.plot(goal[1], goal[0], "*", color=colour, ms=9, mec="k", mew=0.4)
        wrong = run.imagined[way][(run.imagined[way] >= 0) & ~run.legal[way]]
        for cell in world.cells[wrong] + shift:
            axes.plot(cell[1], cell[0], "x", color=colour, ms=6, mew=1.5)
            axes.plot([columns[-1], cell[1]], [rows[-1], cell[0]], ":", color=colour, lw=0.9)
    marks = (("start", "o"), ("goal", "*"), ("not allowed", "x"))
    _explain(axes, [Line2D([], [], color="k", ls="", marker=m, ms=5, label=n) for n, m in marks])
    return axes


@styled
def imagined_moves(
    world: GridWorld, run: Rollout, *, goal: int | None = None, axes: Axes | None = None
) -> Axes:
    """Draw the moves that were imagined, as arrows on the map, against those that were made.

    Parameters
    ----------
    world : GridWorld
    run : Rollout
    goal : int, optional
        Cell; moves towards it alone. By default the goal that comes most often.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        An arrow for each pair of places, its width the share of the moves imagined there; orange
        where the world does not allow it.

    Examples
    --------
    >>> import neurohm as nh
    >>> world = nh.agents.GridWorld()
    >>> run = nh.agents.rollout(None, world, [0, 1, 2], [39, 39, 39])
    >>> axes = imagined_moves(world, run)
    """
    height, width = world.shape
    axes = one_panel(axes, 3.0 * height / width, width=3.0)
    _draw_map(axes, world)
    wanted = int(np.bincount(run.goals).argmax()) if goal is None else goal
    rows = run.goals == wanted
    made = run.imagined[rows] >= 0
    here, there = run.places[rows][:, :-1][made], run.imagined[rows][made]
    pairs, counts = np.unique(np.stack([here, there], 1), axis=0, return_counts=True)
    totals = np.bincount(here, minlength=world.n_cells)
    for (source, target), count in zip(pairs, counts, strict=True):
        if source == target:
            continue
        share, allowed = count / totals[source], bool(world.distance[source, target] <= 1)
        begin, end = world.cells[source], world.cells[target]
        axes.annotate(
            "",
            (end[1], end[0]),
            (begin[1], begin[0]),
            arrowprops={
                "arrowstyle": "-|>",
                "color": BLUE if allowed else VERMILION,
                "lw": 0.3 + 1.2 * share,
                "alpha": 0.3 + 0.7 * share,
                "shrinkA": 0,
                "shrinkB": 3,
                "mutation_scale": 7,
            },
        )
    star = world.cells[wanted]
    axes.plot(star[1], star[0], "*", color="k", ms=10)
    kinds = (("allowed", BLUE), ("not allowed", VERMILION))
    handles = [Line2D([], [], color=colour, lw=1.5, label=name) for name, colour in kinds]
    _explain(axes, [*handles, Line2D([], [], color="k", ls="", marker="*", ms=7, label="goal")])
    return axes


def _explain(axes: Axes, handles: list[Line2D]) -> None:
    """Draw a legend under the map."""
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=len(handles),
        fontsize="x-small",
        frameon=False,
        handlelength=1.2,
        columnspacing=1.0,
        borderpad=0.2,
    )


def _draw_map(axes: Axes, world: GridWorld) -> None:
    """Draw walls, free cells, and what is between the cells of a maze."""
    height, width = world.shape
    axes.imshow(np.where(world.walls, 0.55, 1.0), cmap="gray", vmin=0, vmax=1)
    axes.set_xticks(np.arange(width + 1) - 0.5, [])
    axes.set_yticks(np.arange(height + 1) - 0.5, [])
    axes.tick_params(length=0)
    if world.passages is None:
        axes.grid(visible=True, color="0.85", lw=0.5)
    else:
        axes.add_collection(LineCollection(_walls_between(world), colors=GREY, linewidths=1.0))
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    for spine in axes.spines.values():
        spine.set_visible(True)


def _walls_between(world: GridWorld) -> list[list[tuple[float, float]]]:
    """Return the walls between neighbouring cells of a maze, as lines."""
    height, width = world.shape
    number = np.arange(height * width).reshape(height, width)
    lines: list[list[tuple[float, float]]] = []
    for row, column in np.ndindex(height, width):
        own = world.distance[number[row, column]]
        if column + 1 < width and own[number[row, column + 1]] > 1:
            lines.append([(column + 0.5, row - 0.5), (column + 0.5, row + 0.5)])
        if row + 1 < height and own[number[row + 1, column]] > 1:
            lines.append([(column - 0.5, row + 0.5), (column + 0.5, row + 0.5)])
    return lines
