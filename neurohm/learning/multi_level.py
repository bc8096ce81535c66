"""Multi-level cues: hidden layers see the image at coarser resolutions while they learn to.

The idea, that hidden layers of a deep machine are cued by the image at several resolutions, is that
of Ramos, Sa-Couto and Wichert (2022), of whose work only the abstract could be read. The rules here
are this package's own formulation of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.images.pyramid import Pyramid
from neurohm.learning.base import LearningRule
from neurohm.learning.particles import ParticleRule
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
    predict,
    teach,
    zero_total,
)
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import draws_at
from neurohm.populations import Drive

Grid = tuple[int, int]


@dataclass(frozen=True)
class MultiLevel(LearningRule):
    """Any rule, with cues to hidden layers in the first epochs.

    A hidden layer of h x w units is cued by the image at h x w pixels, v: awake its units fire with
    probability (1 - a) q + a v instead of q. Recognition learns from such activity, too, at a times
    the rate, so that it can do without the cue; from dreams it learns at 1 - a times the rate. The
    strength a is 1 for some epochs, falls to 0 over some more, and then the rule is the plain one,
    to the bit.

    Parameters
    ----------
    plain : LearningRule
        `WakeSleep` or `Reweighted`.
    shape : tuple of int
        Height and width of the images.
    grids : sequence of tuple of int, or None
        Height and width of the cue of each hidden layer, from the first one upward; None for a
        layer without. The layer has as many units as its cue has pixels.
    clamp, ramp : int
        Epochs at full strength, and epochs over which it falls.
    pool : str
        How images are made coarser, see `neurohm.images.Pyramid`.
    threshold : float
        Cue pixels above it say that a unit fires, the others that it does not.
    doubt : float
        Probability that a cue is wrong.
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
    """

    plain: LearningRule = field(default_factory=WakeSleep)
    shape: Grid = (28, 28)
    grids: tuple[Grid | None, ...] = ()
    clamp: int = 5
    ramp: int = 5
    pool: str = "area"
    threshold: float = 0.3
    doubt: float = 0.01
    shuffled: bool = False

    name: ClassVar[str] = "multi-level"
    recordable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        from neurohm.learning.registry import as_rule

        given: Any = self.plain
        rule = as_rule(**given) if isinstance(given, Mapping) else as_rule(given)
        if type(rule) not in (WakeSleep, Reweighted):
            raise ArgumentTypeError(f"rule {rule!r} with cues", "WakeSleep() or Reweighted()")
        grids = tuple(None if grid is None else (int(grid[0]), int(grid[1])) for grid in self.grids)
        fixed = {
            "plain": rule,
            "dreams_per_sample": rule.dreams_per_sample,
            "shape": (int(self.shape[0]), int(self.shape[1])),
            "grids": grids,
            "clamp": whole_number("clamp", self.clamp, 0),
            "ramp": whole_number("ramp", self.ramp, 0),
            "threshold": real_number("threshold", self.threshold, least=0),
            "doubt": real_number("doubt", self.doubt, above=0, below=0.5, mend="e.g. 0.01"),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)
        if not any(grids):
            raise InputError("grids without a cue", "height and width for a layer at least")
        Pyramid(self.shape, [grid for grid in grids if grid is not None], self.pool)

    def strength(self, epoch: int) -> float:
        """Return how strong the cues are in an epoch, counted from 0."""
        left = self.clamp + self.ramp + 1 - max(epoch, self.clamp - 1) - 1
        return round(min(1.0, max(0.0, left / (self.ramp + 1))), 3)

    def at(self, epoch: int) -> LearningRule:
        """Return the rule of an epoch: with cues of its strength, or the plain one."""
        plain, strength = self.plain.at(epoch), self.strength(epoch)
        if strength == 0:
            return plain
        cues = Cues(
            self.shape, self.grids, self.pool, self.threshold, self.doubt, self.shuffled
        )
        return Cued(plain.dreams_per_sample, plain, cues, strength)

    def scheduled(self, epoch: int) -> dict[str, float]:
        """Return the strength of the cues, and what the plain rule schedules."""
        return {**self.plain.scheduled(epoch), "cue_strength": self.strength(epoch)}

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        own = ("dreams_per_sample", "clamp", "ramp", "pool", "threshold", "doubt", "shuffled")
        grids = [None if grid is None else list(grid) for grid in self.grids]
        plain = {"rule": self.plain.name, **self.plain.settings()}
        rest = {name: getattr(self, name) for name in own}
        return {"plain": plain, "shape": list(self.shape), "grids": grids, **rest}

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


@dataclass(frozen=True)
class Cues:
    """What hidden layers are told of an image.

    Parameters
    ----------
    shape, grids, pool, threshold, doubt, shuffled
        See `MultiLevel`.
    """

    shape: Grid
    grids: tuple[Grid | None, ...]
    pool: str
    threshold: float
    doubt: float
    shuffled: bool = False

    def of(self, machine: HelmholtzMachine, x: Activations) -> dict[int, Array]:
        """Return the probability that each unit fires, ``(rows, units)``, by population.

        Raises
        ------
        InputError
            If a layer has another number of units than its cue has pixels, or units are not binary.
        """
        given = {level + 1: grid for level, grid in enumerate(self.grids) if grid is not None}
        for target, (height, width) in given.items():
            units = machine.sizes[target] if target < len(machine.sizes) else None
            kind = machine.recognition.populations[target].kind if units else ""
            if units != height * width or kind != "bernoulli":
                raise InputError(
                    f"a cue of {height} x {width} pixels for hidden layer {target}"
                    + (f" of {units} {kind} units" if units else ", which there is not"),
                    f"a layer of {height * width} Bernoulli units",
                )
        dense = x.toarray() if isinstance(x, SparseRows) else x
        if self.shuffled:  # batches come in another order in each epoch, and so do neighbours
            dense = np.roll(dense, 1, axis=0)
        levels = Pyramid(self.shape, list(given.values()), self.pool).levels(dense)
        return {
            target: np.where(level > self.threshold, 1 - self.doubt, self.doubt)
            for target, level in zip(given, levels, strict=True)
        }


@dataclass(frozen=True)
class Cued(LearningRule):
    """A rule in an epoch with cues; see `MultiLevel`."""

    rule: LearningRule = field(default_factory=WakeSleep)
    cues: Cues | None = None
    strength: float = 1.0

    name: ClassVar[str] = "cued"
    recordable: ClassVar[bool] = False

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up, where there are cues with their help."""
        assert self.cues is not None
        work, pathway = work or Workspace(machine.backend), machine.recognition
        cues = self.cues.of(machine, x)
        particles = self.rule.count_for(machine) if isinstance(self.rule, ParticleRule) else 1
        rows = x.shape[0] * particles
        states: list[Activations] = [x] * len(machine.populations)
        total, known = zero_total(machine, work, (Site.WAKE, "log q"), rows), {}
        for target in pathway.order:
            known[target] = drive(machine, pathway, target, states, work, Site.WAKE)
            units, draws = machine.sizes[target], draws_at(machine, stream, Site.WAKE, target)
            states[target] = work.array((Site.WAKE, "state", target), (rows, units), machine.dtype)
            given = input_of(pathway, target, known[target])
            if target in cues:
                logit = self._logit(machine, target, known[target], cues[target])
                zero = work.zeros(("cue", target), (units,), machine.dtype)
                given = replace(given, drive=logit, bias=zero)
            pathway.populations[target].draw(machine.kernels, given, draws, states[target], total)
        return Activity(states, total, known)

    def _logit(self, machine: HelmholtzMachine, target: int, own: Drive, cue: Array) -> Array:
        """Return the log-odds of (1 - a) q + a v, for as many rows as the drive or the cue has."""
        a, bias = self.strength, machine.recognition.biases[target].weights
        q = 1 / (1 + np.exp(-(own.soma + bias).astype(np.float64)))
        v = cue.repeat(max(1, q.shape[0] // cue.shape[0]), axis=0)
        mixed = np.clip((1 - a) * q + a * v, 1e-6, 1 - 1e-6)
        return np.ascontiguousarray(np.log(mixed) - np.log1p(-mixed), dtype=machine.dtype)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns awake, and what recognition learns of the cues."""
        assert self.cues is not None
        work, rule = work or Workspace(machine.backend), self.rule
        if isinstance(rule, Reweighted):  # its baseline is right for the plain proposal alone
            rule = replace(rule, baseline=False)
        updates = rule.wake_updates(machine, wake, work)
        for level, grid in enumerate(self.cues.grids):
            if grid is not None:
                prediction = predict(
                    machine, machine.recognition, level + 1, wake, work=work, label=Site.RECOGNISE
                )
                scale = self.strength / wake.rows
                updates += teach(machine, prediction, scale, phase="wake", work=work)
        return updates

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns asleep, the less the stronger the cues."""
        updates = self.rule.sleep_updates(machine, sleep, work)
        weaker = [replace(u, scale=u.scale * (1 - self.strength)) for u in updates.local]
        return replace(updates, local=tuple(weaker))
