"""Tables and pictures of `depth.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.plots.canvas import new_figure
from neurohm.plots.style import BLUE, GREY, VERMILION, styled

Run = dict[str, Any]
ARMS = ("plain", "cued", "shuffled")
COLOURS = dict(zip(ARMS, (BLUE, VERMILION, GREY), strict=True))
MEASURES = {
    "nll": "Held-out −log p (nats)",
    "frechet": "Fréchet distance",
    "recall": "Recall",
    "precision": "Precision",
}
TITLES = {"mnist": "MNIST, 10,000 images", "mnist-50000": "MNIST, 50,000 images"}
HEAD = (
    "| data | L | epochs | seeds | plain: rate, biases | plain | cued | shuffled | gain "
    "| Frechet | recall | precision |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def value(run: Run, measure: str) -> float:
    """Return a measure of a run."""
    return float(run[measure] if measure in run else run["quality"][measure])


def chosen(runs: Sequence[Run], data: str, depth: int, epochs: int) -> dict[str, list[Run]]:
    """Return the runs of each arm by wake-sleep, of the seeds that plain and cued ones have.

    Plain runs are those of the start and rate with the best mean on validation images, over the
    seeds that all of these were tried with.
    """
    here = [
        r
        for r in runs
        if (r["data"], r["depth"], r["epochs"]) == (data, depth, epochs)
        and r.get("learner", "wake-sleep") == "wake-sleep"
    ]
    arms = {arm: [r for r in here if r["arm"] == arm] for arm in ARMS}
    starts: dict[tuple[float, float], list[Run]] = {}
    for run in arms["plain"]:
        starts.setdefault((run["rate"], run["hidden_bias"]), []).append(run)
    if not starts or not arms["cued"]:
        return {}
    tried = set.intersection(*({r["seed"] for r in each} for each in starts.values()))
    if not tried:
        return {}

    def on_validation(each: list[Run]) -> float:
        return float(np.mean([r["valid_nll"] for r in each if r["seed"] in tried]))

    arms["plain"] = min(starts.values(), key=on_validation)
    seeds = {r["seed"] for r in arms["plain"]} & {r["seed"] for r in arms["cued"]}
    if not seeds:
        return {}
    return {arm: sorted((r for r in each if r["seed"] in seeds), key=lambda r: r["seed"])
            for arm, each in arms.items()}  # fmt: skip


def table(runs: Sequence[Run], usual: Mapping[str, int]) -> str:
    """Return a table, a line for each depth and length: means over seeds, with deviations."""
    lines = [HEAD]
    for data, depth, epochs in sorted({(r["data"], r["depth"], r["epochs"]) for r in runs}):
        arms = chosen(runs, data, depth, epochs)
        if not arms:
            continue
        plain, cued = arms["plain"], arms["cued"]
        gains = [value(p, "nll") - value(c, "nll") for p, c in zip(plain, cued, strict=True)]
        both = " | ".join(
            f"{_mean(plain, m):.2f} / {_mean(cued, m):.2f}"
            for m in ("frechet", "recall", "precision")
        )
        other = f"{_mean(arms['shuffled'], 'nll'):.2f}" if arms["shuffled"] else "-"
        lines.append(
            f"| {data} | {depth} | {epochs} | {len(plain)} "
            f"| {plain[0]['rate']:g}, {plain[0]['hidden_bias']:g} "
            f"| {_nats(plain)} | {_nats(cued)} | {other} "
            f"| {np.mean(gains):.2f} | {both} |"
        )
    return "\n".join(lines)


@styled
def draw(runs: Sequence[Run], usual: Mapping[str, int], path: Path) -> None:
    """Draw each measure against depth, and the gain against the length of training."""
    several = {r["data"] for r in runs if r["depth"] != 5}
    data = [name for name in usual if name in several]
    figure = new_figure(6.9, 1.75 * len(data) + 0.2)
    grid = figure.subplots(len(data), 5, squeeze=False)
    for row, name in zip(grid, data, strict=True):
        for axes, (measure, label) in zip(row, MEASURES.items(), strict=False):
            _against_depth(axes, runs, name, usual[name], measure)
            axes.set_ylabel(label, fontsize=7)
        _against_length(row[4], runs, name)
        title = f"{TITLES.get(name, name)}, {usual[name]} epochs"
        row[0].set_title(title, fontsize=8, loc="left")
    for axes in grid[-1, :4]:
        axes.set_xlabel("Hidden layers")
    grid[-1, 4].set_xlabel("Epochs")
    lines, names = grid[0, 0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=7, frameon=False, ncols=3, loc="outside upper right")
    nh.plots.save(grid, path, dpi=120)


def _against_depth(axes: Any, runs: Sequence[Run], data: str, epochs: int, measure: str) -> None:
    for arm in ARMS:
        depths, means, spreads = [], [], []
        for depth in sorted({r["depth"] for r in runs if r["data"] == data}):
            each = chosen(runs, data, depth, epochs).get(arm)
            if each:
                values = [value(r, measure) for r in each]
                depths.append(depth)
                means.append(np.mean(values))
                spreads.append(np.std(values, ddof=1) if len(values) > 1 else 0.0)
        axes.errorbar(
            depths, means, spreads, marker="o", markersize=3, linewidth=1, color=COLOURS[arm],
            label={"cued": "multi-level", "shuffled": "cues of other images"}.get(arm, arm),
        )  # fmt: skip
    axes.set_xticks(range(1, 6))


def _against_length(axes: Any, runs: Sequence[Run], data: str) -> None:
    lengths = sorted({r["epochs"] for r in runs if (r["data"], r["depth"]) == (data, 5)})
    points = []
    for epochs in lengths:
        arms = chosen(runs, data, 5, epochs)
        if arms:
            gains = [
                value(p, "nll") - value(c, "nll")
                for p, c in zip(arms["plain"], arms["cued"], strict=True)
            ]
            points.append((epochs, np.mean(gains), np.std(gains)))
    if points:
        epochs, means, spreads = zip(*points, strict=True)
        axes.errorbar(
            epochs, means, spreads, marker="o", markersize=3, linewidth=1, color=VERMILION
        )
        axes.set_xscale("log")
        axes.set_xticks(epochs, [str(e) for e in epochs], fontsize=6)
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
    axes.set_ylabel("Gain, 5 layers (nats)", fontsize=7)


def _mean(runs: Sequence[Run], measure: str) -> float:
    return float(np.mean([value(r, measure) for r in runs]))


def _nats(runs: Sequence[Run]) -> str:
    """Return the mean over seeds, with the deviation where there are several."""
    spread = f" ± {np.std([value(r, 'nll') for r in runs], ddof=1):.2f}" if len(runs) > 1 else ""
    return f"{_mean(runs, 'nll'):.2f}{spread}"
