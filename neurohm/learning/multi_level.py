"""Multi-level cues: hidden layers see the image at coarser resolutions while they learn to.

The idea, that hidden layers of a deep machine are cued by the image at several resolutions, is that
of Ramos, Sa-Couto and Wichert (2022), of whose work only the abstract could be read. The rules here
are this package's own formulation of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from neurohm.backend import Activations
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning.aided import Aided
from neurohm.learning.base import LearningRule
from neurohm.learning.cued import Cued
from neurohm.learning.cues import Cues, Grid
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import Activity, HelmholtzMachine, Stream, Updates, Workspace
from neurohm.machine.build import chain

MODES = ("mix", "logit", "afferent")


@dataclass(frozen=True)
class MultiLevel(LearningRule):
    """Any rule, with cues to hidden layers in the first epochs.

    A hidden layer is cued by the image at h x w pixels, v, a unit a pixel: awake the units fire
    with probability (1 - a) q + a v instead of q. Recognition learns from such activity, too, at a
    times the rate, so that it can do without the cue; from dreams it learns at 1 - a times the
    rate. The strength a is 1 for some epochs, falls to 0 over some more, and then the rule is the
    plain one, to the bit.

    Parameters
    ----------
    plain : LearningRule
        `WakeSleep` or `Reweighted`.
    shape : tuple of int
        Height and width of the images; units and bins of windows of a recording.
    grids : sequence of tuple of int, or None
        Height and width of the cue of each hidden layer, from the first one upward; None for a
        layer without. The layer has at least as many units as its cue has pixels.
    clamp, ramp : int
        Epochs at full strength, and epochs over which it falls.
    mode : {"mix", "logit", "afferent"}
        ``"mix"``: as above. ``"logit"``: log-odds are mixed instead of probabilities.
        ``"afferent"``: the coarse image is a further input of recognition in all epochs, of
        images awake and of dreams asleep; such a machine is made by `machine`, and keeps it.
    pool : str
        How images are made coarser, see `neurohm.images.Pyramid`.
    state : {"threshold", "level"}
        Whether a pixel of a cue is on or off, or drawn with its level as probability.
    threshold : float
        Pixels above it are on.
    doubt : float
        Probability that a cue is wrong; levels are held between it and 1 less it.
    contrast : float
        Levels are stretched about one half by so much, 1 or more.
    units : sequence of (sequence of int, or None), optional
        Which units of each layer are cued, one for each pixel; the first ones by default.
    groups : sequence of (sequence of int, or None), optional
        For each layer, into which row of the cue each row of the image goes, where rows have no
        neighbours: those of recorded units, see `neurohm.analysis.unit_groups`.
    strengths : mapping of int to float, or sequence of pairs, optional
        Strength at some epochs, counted from 0, and straight lines between them, instead of
        `clamp` and `ramp`.
    shuffled : bool
        Whether each image comes with the cue of another one of its batch: a control, in which
        cues are as they are but say nothing of the image.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting is out of range.

    References
    ----------
    Ramos, Sa-Couto, Wichert (2022). Multi-level data representation for training deep Helmholtz
    machines. arXiv:2210.14855 (the idea; abstract alone).

    Examples
    --------
    >>> import neurohm as nh
    >>> rule = MultiLevel(shape=(4, 4), grids=[(2, 2)], clamp=2, ramp=2)
    >>> [rule.strength(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.667, 0.333, 0.0]
    >>> rule.at(4)
    WakeSleep(dreams_per_sample=1)
    >>> rule = MultiLevel(shape=(4, 4), grids=[(2, 2)], strengths={0: 0.8, 4: 0.0})
    >>> [rule.strength(epoch) for epoch in range(5)]
    [0.8, 0.6, 0.4, 0.2, 0.0]
    """

    plain: LearningRule = field(default_factory=WakeSleep)
    shape: Grid = (28, 28)
    grids: tuple[Grid | None, ...] = ()
    clamp: int = 5
    ramp: int = 5
    mode: str = "mix"
    pool: str = "area"
    state: str = "threshold"
    threshold: float = 0.3
    doubt: float = 0.01
    contrast: float = 1.0
    units: tuple[tuple[int, ...] | None, ...] | None = None
    groups: tuple[tuple[int, ...] | None, ...] | None = None
    strengths: tuple[tuple[int, float], ...] | None = None
    shuffled: bool = False

    name: ClassVar[str] = "multi-level"
    recordable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        from neurohm.learning.registry import as_rule

        given: Any = self.plain
        rule = as_rule(**given) if isinstance(given, Mapping) else as_rule(given)
        if type(rule) not in (WakeSleep, Reweighted):
            raise ArgumentTypeError(f"rule {rule!r} with cues", "WakeSleep() or Reweighted()")
        if self.mode not in MODES:
            raise InputError(f"mode {self.mode!r}", "one of " + ", ".join(map(repr, MODES)))
        if self.mode == "afferent" and (self.pool == "max" or self.shuffled):
            raise InputError(
                "mode 'afferent' with " + ("shuffled=True" if self.shuffled else "pool 'max'"),
                "a mean over pixels, of the image itself",
            )
        fixed = {
            "plain": rule,
            "dreams_per_sample": rule.dreams_per_sample,
            "clamp": whole_number("clamp", self.clamp, 0),
            "ramp": whole_number("ramp", self.ramp, 0),
            "strengths": _points(self.strengths),
            **asdict(self.cues),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    @property
    def cues(self) -> Cues:
        """What hidden layers are told of an image."""
        return Cues(
            self.shape, self.grids, self.pool, self.state, self.threshold, self.doubt,
            self.contrast, self.units, self.groups, self.shuffled,
        )  # fmt: skip

    def machine(self, sizes: Sequence[Any], **options: Any) -> HelmholtzMachine:
        """Return a machine that can learn by this rule.

        Parameters
        ----------
        sizes : sequence of int, str or Population
            The visible population first.
        **options
            Of `HelmholtzMachine`.

        Returns
        -------
        HelmholtzMachine
            A chain; in mode ``"afferent"`` with projections of coarse images onto the layers with
            cues above the first hidden one, which sees all of the image anyhow. They start at 0.

        Examples
        --------
        >>> rule = MultiLevel(shape=(4, 4), grids=[None, (2, 2)], mode="afferent")
        >>> sorted(rule.machine([16, 6, 4]).parameters())[-2:]
        ['recognition/visible->hidden1', 'recognition/visible->hidden2']
        """
        if self.mode != "afferent":
            return HelmholtzMachine(sizes, **options)
        downward, upward = chain(len(sizes))
        further = tuple((0, target) for target in self.cues.given if target > 1)
        made = HelmholtzMachine(sizes, edges=(downward, (*upward, *further)), **options)
        for projection in made.recognition.projections:
            if (projection.source, projection.target) in further:
                projection.weights[...] = 0
        return made

    def strength(self, epoch: int) -> float:
        """Return how strong the cues are in an epoch, counted from 0."""
        if self.mode == "afferent":
            return 1.0
        if self.strengths is not None:
            epochs, values = (np.array(part) for part in zip(*self.strengths, strict=True))
            return round(float(np.interp(epoch, epochs, values)), 3)
        left = self.clamp + self.ramp + 1 - max(epoch, self.clamp - 1) - 1
        return round(min(1.0, max(0.0, left / (self.ramp + 1))), 3)

    def at(self, epoch: int) -> LearningRule:
        """Return the rule of an epoch: with cues of its strength, or the plain one."""
        plain, strength = self.plain.at(epoch), self.strength(epoch)
        if self.mode == "afferent":
            return Aided(plain.dreams_per_sample, plain, self.cues)
        if strength == 0:
            return plain
        return Cued(plain.dreams_per_sample, plain, self.cues, strength, self.mode)

    def scheduled(self, epoch: int) -> dict[str, float]:
        """Return the strength of the cues, and what the plain rule schedules."""
        return {**self.plain.scheduled(epoch), "cue_strength": self.strength(epoch)}

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        plain = {"rule": self.plain.name, **self.plain.settings()}
        own = {each.name: _as_lists(getattr(self, each.name)) for each in fields(self)}
        return {**own, "plain": plain}

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity as in the first epoch."""
        return self.at(0).wake(machine, x, stream, work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what is learned awake in the first epoch."""
        return self.at(0).wake_updates(machine, wake, work)


def _points(given: Any) -> tuple[tuple[int, float], ...] | None:
    """Return strengths at epochs as pairs, in order of the epochs."""
    if given is None:
        return None
    pairs = given.items() if isinstance(given, Mapping) else given
    points = tuple(
        (
            whole_number("epoch of strengths", epoch, 0),
            real_number("strength", value, least=0, most=1),
        )
        for epoch, value in pairs
    )
    if not points or any(one[0] >= other[0] for one, other in pairwise(points)):
        raise InputError(f"strengths {given!r}", "strengths at epochs that grow, {0: 1.0, 10: 0.0}")
    return points


def _as_lists(value: Any) -> Any:
    """Return tuples within tuples as lists, for files."""
    return [_as_lists(each) for each in value] if isinstance(value, tuple) else value
