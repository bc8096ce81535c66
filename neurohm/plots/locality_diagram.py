"""A diagram of which signals reach which synapse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz
from neurohm.estimators.settings import chosen_plasticity, chosen_rule, require_fitted
from neurohm.exceptions import InputError
from neurohm.learning import LearningRule, LocalityReport, locality_report
from neurohm.learning.locality import Signal
from neurohm.machine import HelmholtzMachine
from neurohm.machine.updates import GLOBAL_SCALAR, NEURON_LOCAL, NON_LOCAL, SYNAPSE_LOCAL
from neurohm.plots.canvas import COLUMN, whole
from neurohm.plots.style import BLUE, GREY, VERMILION, drawable, styled

_COLOURS = {
    SYNAPSE_LOCAL: BLUE,
    NEURON_LOCAL: "#009E73",
    GLOBAL_SCALAR: "#E69F00",
    NON_LOCAL: VERMILION,
}  # from the nearest signals to the farthest
_PHASES: dict[str, tuple[str, Any]] = {"wake": ("awake", "-"), "sleep": ("asleep", (0, (2.5, 1.2)))}

# lengths in inches; the visible population is at (0, 0)
_HALF_WIDTH, _HALF_HEIGHT = 0.46, 0.14
_NOTE = 0.1  # a line of the note
_STEP = 0.9  # from one layer to the next
_TRACKS = 0.2  # between arrows of the same projection
_BIAS = 0.8  # where the unit that is always active is
_BUS = (_HALF_WIDTH + _BIAS) / 2  # where a broadcast runs, at each side of the boxes
_TEXT = 0.7
_SCALAR = 0.45  # from the deepest layer to what is broadcast
_LONGEST = 16  # name, characters
_BELOW, _ABOVE = 0.72, 0.6


@styled
def locality(
    learner: LocalityReport | SpikeHelmholtz | HelmholtzDensity | HelmholtzMachine,
    rule: str | LearningRule | None = None,
    *,
    axes: Axes | None = None,
) -> Axes:
    """Draw which signals each synapse's change is made of.

    Populations are boxes, the visible one at the bottom. Generative projections run down on the
    left, recognition projections up on the right: solid where they learn awake, dashed where they
    learn asleep; an arrow from "1" is a bias. Colours are the classes of locality. A scalar that
    synapses share is drawn as what it is, a broadcast: a dot marks each synapse that it reaches.

    Parameters
    ----------
    learner : LocalityReport, SpikeHelmholtz, HelmholtzDensity or HelmholtzMachine
        An estimator is a fitted one, which says by which rule its machine learned.
    rule : str or LearningRule, optional
        With which a machine learns; given with a machine, and only then.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ArgumentTypeError
        If a rule is missing or one too many, the report is empty, or an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([60, 10, 4])
    >>> nh.plots.save(nh.plots.locality(machine, "reweighted"), "locality.png")
    """
    report = _as_report(learner, rule)
    if not report.signals:
        raise InputError("a locality report without a signal", "one signal at least")
    own = _of_units_alone(report.signals)
    arrows = [signal for signal in report.signals if signal not in own]
    places = _places(arrows)
    synapses = _synapses(arrows, places)
    scalars = list(dict.fromkeys(s.scalar for s in synapses if s.scalar))
    side = max(x for x, _ in places.values())
    top = max(y for _, y in places.values())
    height = top + _SCALAR * len(scalars) + _ABOVE
    below = _BELOW + (_NOTE if own else 0)
    axes = whole(axes, COLUMN + 2 * side, height + below)
    axes.set(xlim=(-COLUMN / 2 - side, COLUMN / 2 + side), ylim=(-below, height))
    for name, place in places.items():
        _draw_box(axes, place, name)
    for each in synapses:
        _draw_synapses(axes, each)
    _write_products(axes, synapses, side)
    for number, scalar in enumerate(scalars, start=1):
        reached = [each for each in synapses if each.scalar == scalar]
        _draw_broadcast(axes, scalar, (side + _BUS, top + number * _SCALAR), reached)
    _write_heads(axes, report.rule, side, height)
    _draw_legend(axes, synapses, own, below)
    return axes


@dataclass(frozen=True)
class _Synapses:
    """An arrow: a projection or bias, as it learns in one phase."""

    side: int  # of the boxes: generative at the left (-1), recognition at the right
    start: tuple[float, float]
    end: tuple[float, float]
    bend: float
    bias: bool
    phase: str
    product: str
    scalar: str  # that is broadcast to them
    locality: str

    @property
    def colour(self) -> str:
        return next(c for name, c in reversed(_COLOURS.items()) if name in self.locality)

    @property
    def middle(self) -> tuple[float, float]:
        (x0, y0), (x1, y1) = self.start, self.end
        return (x0 + x1 + self.bend * (y1 - y0)) / 2, (y0 + y1 - self.bend * (x1 - x0)) / 2


def _as_report(
    given: LocalityReport | SpikeHelmholtz | HelmholtzDensity | HelmholtzMachine,
    rule: str | LearningRule | None,
) -> LocalityReport:
    """Return the report given, or that of the estimator or machine given."""
    if not isinstance(given, LocalityReport | SpikeHelmholtz | HelmholtzDensity):
        if rule is None:
            mend = "give the rule too, e.g. rule='wake-sleep'"
            raise InputError(f"a {type(given).__name__} alone", "a machine and its rule", mend)
        return locality_report(given, rule)
    if rule is not None:
        raise InputError(
            f"a rule beside a {type(given).__name__}", "it alone", "leave the rule out"
        )
    if isinstance(given, LocalityReport):
        return given
    require_fitted(given)
    return locality_report(
        given.machine_,
        chosen_rule(given.rule, given.particles),
        chosen_plasticity(given.plasticity, given.learning_rate),
    )


def _ends(signal: Signal) -> tuple[str, str, str]:
    """Return pathway, source (none of a bias) and target of ``generative/hidden1->visible``."""
    pathway, _, names = signal.parameter.partition("/")
    source, _, target = names.rpartition("->")
    return pathway, source, target


def _of_units_alone(signals: Iterable[Signal]) -> list[Signal]:
    """Return the signals within a population, such as of a deviation or laterals: no arrows."""
    signals = list(signals)
    names = {name for s in signals if s.presynaptic for name in _ends(s)[1:] if name}
    others = [s for s in signals if _ends(s)[2] not in names]
    lateral = [s for s in signals if _ends(s)[1] == _ends(s)[2]]
    return [
        *(s for s in others if any(_ends(s)[2].startswith(f"{name} ") for name in names)),
        *lateral,
    ]


def _places(signals: Iterable[Signal]) -> dict[str, tuple[float, float]]:
    """Return where the populations lie: each above all that drive it in recognition."""
    level: dict[str, int] = {}
    upward = []
    for pathway, source, target in map(_ends, signals):
        level[target] = 0
        if source:
            level[source] = 0
        if source and target != f"{source}.inner":  # that one leads back into the population
            upward.append((target, source) if pathway == "generative" else (source, target))
    for _ in level:
        for lower, upper in upward:
            level[upper] = max(level[upper], level[lower] + 1)
    places = {}
    for height in set(level.values()):
        names = [name for name in level if level[name] == height]
        for i, name in enumerate(names):
            x = 2.3 * _BIAS * (i - (len(names) - 1) / 2)
            places[name] = (x, _STEP * height)
    return places


def _synapses(signals: Iterable[Signal], places: dict[str, tuple[float, float]]) -> list[_Synapses]:
    """Return the arrows. Those of the same projection lie side by side, awake outermost."""
    signals = list(signals)
    result = []
    for signal in signals:
        pathway, source, target = _ends(signal)
        phases = [s.phase for s in signals if s.parameter == signal.parameter]
        track = _TRACKS * ((len(phases) - 1) / 2 - phases.index(signal.phase))
        side = -1 if pathway == "generative" else 1
        x, y = places[target]
        if source:
            x0, y0 = places[source]
            shift = side * (0.5 * _HALF_WIDTH + track)
            start = (x0 + shift, y0 + side * _HALF_HEIGHT)
            end = (x + shift, y - side * _HALF_HEIGHT)
            # around the boxes between
            around = _HALF_WIDTH + 0.07 + track / 4 - abs(shift)
            bend = 2 * around / abs(y - y0) if abs(y - y0) > 1.5 * _STEP else 0.0
        else:
            start = (x + side * _BIAS, y + track / 2)
            end, bend = (x + side * _HALF_WIDTH, y + track / 2), 0.0
        factor, _, reach = signal.third_factor.rpartition(" (")
        result.append(
            _Synapses(
                side, start, end, bend, not source, signal.phase, _product(signal, factor),
                factor if reach == f"{GLOBAL_SCALAR})" else "", signal.locality,
            )
        )  # fmt: skip
    return result


def _product(signal: Signal, factor: str) -> str:
    """Return what the change is made of, in short lines."""
    if not signal.presynaptic:
        return fill(signal.postsynaptic, 20)
    lines = ["presynaptic × error", *([f"× {factor}"] if factor else [])]
    return "\n".join(fill(line, 22) for line in lines)


def _draw_box(axes: Axes, place: tuple[float, float], name: str) -> None:
    x, y = place
    corner, size = (x - _HALF_WIDTH, y - _HALF_HEIGHT), (2 * _HALF_WIDTH, 2 * _HALF_HEIGHT)
    style = "round,pad=0,rounding_size=0.05"
    axes.add_patch(
        FancyBboxPatch(corner, *size, boxstyle=style, facecolor="0.94", edgecolor=GREY, zorder=2)
    )
    name = drawable(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…")
    axes.text(x, y, name, ha="center", va="center", fontsize=7, zorder=3)


def _draw_synapses(axes: Axes, synapses: _Synapses) -> None:
    axes.add_patch(
        FancyArrowPatch(
            synapses.start,
            synapses.end,
            connectionstyle=f"arc3,rad={synapses.bend}",
            arrowstyle="-|>",
            mutation_scale=6,
            shrinkA=0,
            shrinkB=0,
            linewidth=0.9 if synapses.bias else 1.4,
            linestyle=_PHASES.get(synapses.phase, ("", "-"))[1],
            color=synapses.colour,
        )
    )
    if synapses.bias:
        x, y = synapses.start
        at: dict[str, Any] = {"ha": "left" if synapses.side > 0 else "right", "va": "center"}
        axes.text(x + 0.02 * synapses.side, y, "1", fontsize=6, color=GREY, **at)


def _write_products(axes: Axes, synapses: list[_Synapses], side: float) -> None:
    """Write what each change is made of, beside the arrows, once for those of the same layers."""
    written: dict[tuple[int, float], dict[str, dict[str, None]]] = {}
    for each in synapses:
        if not each.bias and not each.bend:
            phases = written.setdefault((each.side, each.middle[1]), {})
            phase = _PHASES.get(each.phase, ("",))[0]
            phases.setdefault(each.product, {})[phase] = None
    for (at, y), products in written.items():
        lines = [f"{', '.join(p)}:\n{text}" if any(p) else text for text, p in products.items()]
        axes.text(
            at * (side + _TEXT), y, "\n".join(lines), fontsize=6, va="center",
            ha="left" if at > 0 else "right",
        )  # fmt: skip


def _draw_broadcast(
    axes: Axes, scalar: str, corner: tuple[float, float], reached: list[_Synapses]
) -> None:
    """Draw a scalar, the lines on which it runs, and a dot at each synapse that it reaches."""
    bus, top = corner
    colour = _COLOURS[GLOBAL_SCALAR]
    line: dict[str, Any] = {"color": colour, "linewidth": 0.8, "zorder": 0.5}
    for side in (-1, 1):
        ends = [each for each in reached if each.side == side]
        if not ends:
            continue
        axes.plot([0, side * bus, side * bus], [top, top, min(e.middle[1] for e in ends)], **line)
        for each in ends:
            x, y = each.middle
            axes.plot([side * bus, x], [y, y], **line)
            axes.plot(x, y, "o", markersize=3, color=colour, zorder=4)
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour}
    axes.text(0, top, drawable(scalar), ha="center", va="center", fontsize=7, bbox=box, zorder=3)


def _write_heads(axes: Axes, rule: str, side: float, height: float) -> None:
    left = -COLUMN / 2 - side + 0.06
    axes.text(left, height - 0.06, f"Signals at each synapse: {rule}", va="top", fontsize=8)
    for at, name in ((-1, "generative, down"), (1, "recognition, up")):
        align = "left" if at > 0 else "right"
        axes.text(at * (side + _TEXT), height - 0.32, name, va="top", ha=align, fontsize=7)


def _draw_legend(axes: Axes, synapses: list[_Synapses], own: list[Signal], below: float) -> None:
    """Name the colours and lines that occur."""
    colours = {each.colour for each in synapses}
    phases = {each.phase for each in synapses}
    named: list[tuple[str, str, Any]] = [
        (name, c, "-") for name, c in _COLOURS.items() if c in colours
    ]
    named += [(name, GREY, line) for p, (name, line) in _PHASES.items() if p in phases]
    handles = [Line2D([], [], color=c, linestyle=line, label=name) for name, c, line in named]
    axes.legend(
        handles=handles, loc="lower center", ncols=2 if len(handles) < 5 else 3, fontsize=7,
        bbox_to_anchor=(0.0, 0.18 + (_NOTE if own else 0) - below), bbox_transform=axes.transData,
        handlelength=2.2, borderaxespad=0.0,
    )  # fmt: skip
    note = "error: what a unit did minus what its input predicted; 1: always active"
    if own:
        kinds = dict.fromkeys(_kind_within(signal) for signal in own)
        whose = "populations" if any(_ends(signal)[1] for signal in own) else "units"
        note = f"{note}\nwithin {whose}, not drawn: {', '.join(kinds)}"
    axes.text(0, 0.06 - below, note, ha="center", va="bottom", fontsize=6, color=GREY)


def _kind_within(signal: Signal) -> str:
    """Return what a signal within a population is of."""
    _, source, target = _ends(signal)
    return "lateral synapses" if source else target.partition(" ")[2]
