"""Results as a picture: how much longer each takes than neurohm."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurohm.benchmarks.results import Result, better
from neurohm.plots.canvas import new_figure
from neurohm.plots.style import BLUE, GREY, WIDTH, styled

PEER = "0.75"
BAR = 0.19
"""Inches."""


@styled
def speed_figure(results: Sequence[Result]) -> Figure:
    """Draw, for each workload, the times of all variants relative to neurohm's.

    Parameters
    ----------
    results : sequence of Result
        Of each variant the better number of threads is shown.

    Returns
    -------
    Figure
        A panel for each workload; the dashed line is the matrix products alone.

    Examples
    --------
    >>> times = {"bound": 1.5, "neurohm": 2.0, "jax-jit": 5.0}
    >>> from neurohm.benchmarks.results import related
    >>> results = related([Result("w1", name, 1, median_ms=t) for name, t in times.items()])
    >>> [text.get_text() for text in speed_figure(results).axes[0].get_yticklabels()]
    ['neurohm', 'jax-jit']
    """
    groups: dict[str, list[Result]] = {}
    for result in _fastest(results):
        groups.setdefault(result.workload, []).append(result)
    shown = [group for group in groups.values() if any(r.variant != "bound" for r in group)]
    columns = min(2, len(shown))
    lines = [shown[i : i + columns] for i in range(0, len(shown), columns)]
    heights = [0.65 + BAR * max(map(len, line)) for line in lines]
    figure = new_figure(WIDTH, sum(heights))
    grid = figure.subplots(len(lines), columns, squeeze=False, height_ratios=heights)
    for line, panels in zip(lines, grid, strict=True):
        for axes, group in zip(panels, line, strict=False):
            _panel(axes, group, max(map(len, line)) - 1)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    return figure


def _fastest(results: Sequence[Result]) -> list[Result]:
    """Return of each variant, neurohm and the bound included, the faster number of threads."""
    fastest: dict[tuple[str, str], Result] = {}
    for result in sorted(better(results), key=lambda r: r.ratio_to_neurohm or 0.0):
        if result.ratio_to_neurohm is not None:
            fastest.setdefault((result.workload, result.variant), result)
    order = list(dict.fromkeys(result.workload for result in results))
    return sorted(fastest.values(), key=lambda r: order.index(r.workload))


def _panel(axes: Axes, group: list[Result], places: int) -> None:
    """Draw a workload, with room for that many bars."""
    bars = [result for result in group if result.variant != "bound"]
    ratios = [result.ratio_to_neurohm or 0.0 for result in bars]
    colours = [BLUE if result.variant.startswith("neurohm") else PEER for result in bars]
    axes.barh(range(len(bars)), ratios, color=colours, height=0.72)
    for place, (result, ratio) in enumerate(zip(bars, ratios, strict=True)):
        own = result.variant.startswith("neurohm")
        text = f"{_time(result.median_ms)}" if own else f"{ratio:.1f} ×"
        label = axes.annotate(
            text, (ratio, place), (3, 0), textcoords="offset points", va="center", fontsize=7
        )
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})
    bound = [r.ratio_to_neurohm for r in group if r.variant == "bound"]
    if bound and bound[0] is not None:
        axes.axvline(bound[0], color="black", linestyle=(0, (3, 2)), linewidth=1.0)
    axes.set_yticks(range(len(bars)), [result.variant for result in bars])
    axes.set_ylim(max(places, len(bars)) - 0.4, -0.6)
    axes.set_xlim(0, max([1.0, *ratios]) * 1.16)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_color(GREY)
    axes.set_title(group[0].workload.upper())
    axes.set_xlabel("Time (neurohm = 1)")


def _time(milliseconds: float | None) -> str:
    """Return a time as one says it.

    Examples
    --------
    >>> _time(2.412), _time(12345.0)
    ('2.41 ms', '12.3 s')
    """
    value = milliseconds or 0.0
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"
