"""A rule in an epoch with cues, and one whose layers have coarse images as a further input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

import numpy as np

from neurohm.backend import Activations, Array, Site, SparseRows
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule, Phases
from neurohm.learning.cues import Cue, Cues
from neurohm.learning.particles import ParticleRule
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    LocalUpdate,
    MetricSample,
    Projection,
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

Seen = TypeVar("Seen", LocalUpdate, MetricSample)

_SURE = 1e-6  # least probability of either state


@dataclass(frozen=True)
class Cued(LearningRule):
    """A rule in an epoch with cues; see `MultiLevel`."""

    rule: LearningRule = field(default_factory=WakeSleep)
    cues: Cues | None = None
    strength: float = 1.0
    mode: str = "mix"

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

    def _logit(self, machine: HelmholtzMachine, target: int, own: Drive, cue: Cue) -> Array:
        """Return the log-odds of the units, for as many rows as the drive or the cue has."""
        bias = machine.recognition.biases[target].weights
        logit = (own.soma + bias).astype(np.float64)
        if logit.shape[0] < cue.level.shape[0]:  # of a layer without afferents
            logit = logit.repeat(cue.level.shape[0], axis=0)
        v = cue.level.repeat(logit.shape[0] // cue.level.shape[0], axis=0)
        logit[:, cue.units] = self._mixed(logit[:, cue.units], v)
        return np.ascontiguousarray(logit, dtype=machine.dtype)

    def _mixed(self, own: Array, v: Array) -> Array:
        """Return the log-odds of cued units, from those that they have and what they are told."""
        a = self.strength
        if self.mode == "logit":
            return np.asarray((1 - a) * own + a * _log_odds(v))
        return _log_odds(np.clip((1 - a) / (1 + np.exp(-own)) + a * v, _SURE, 1 - _SURE))

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns awake, and what recognition learns of the cues."""
        assert self.cues is not None
        work, rule = work or Workspace(machine.backend), self.rule
        if isinstance(rule, Reweighted):  # its baseline is right for the plain proposal alone
            rule = replace(rule, baseline=False)
        updates = rule.wake_updates(machine, wake, work)
        for target in self.cues.given:
            units = self.cues.units_of(machine, target)
            prediction = predict(
                machine, machine.recognition, target, wake, work=work, label=Site.RECOGNISE
            )
            if len(units) < machine.sizes[target]:
                told = np.zeros_like(prediction.error)
                told[:, units] = prediction.error[:, units]
                prediction = replace(prediction, error=told)
            scale = self.strength / wake.rows
            updates += teach(machine, prediction, scale, phase="wake", work=work)
        return updates

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return what the rule dreams."""
        return self.rule.sleep(machine, samples, stream, work, compressed=compressed)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns asleep, cued units the less the stronger the cues."""
        updates = self.rule.sleep_updates(machine, sleep, work)
        return replace(updates, local=tuple(self._weaker(machine, u) for u in updates.local))

    def _weaker(self, machine: HelmholtzMachine, update: LocalUpdate) -> LocalUpdate:
        assert self.cues is not None
        target = update.population
        if update.pathway != machine.recognition.name or target not in self.cues.given:
            return update
        units, size = self.cues.units_of(machine, target), machine.sizes[target]
        if len(units) == size:
            return replace(update, scale=update.scale * (1 - self.strength))
        left = 1 - Cue(units, np.empty(0)).share(size, self.strength)
        return replace(update, error=update.error * left.astype(update.error.dtype))


@dataclass(frozen=True)
class Aided(LearningRule):
    """A rule with coarse images as a further input of hidden layers; see `MultiLevel`.

    The machine has recognition projections from the visible population onto these layers. Their
    weights are D'U, with D what makes an image coarse and U the weights from its pixels: they see
    what U would see of the coarse image, and dU = v' error is learned as dW = D' v' error.
    """

    rule: LearningRule = field(default_factory=WakeSleep)
    cues: Cues | None = None

    name: ClassVar[str] = "aided"
    recordable: ClassVar[bool] = False

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return the activity that data drive, coarse images included."""
        for target in self.cues.given if self.cues else ():
            sources = [p.source for p in machine.recognition.afferents(target)]
            if target > 1 and 0 not in sources:
                raise InputError(
                    f"recognition of population {target} by {sources} alone",
                    "a projection from the visible population, for the coarse image",
                    "make the machine with rule.machine(sizes)",
                )
        return self.rule.wake(machine, x, stream, work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns awake."""
        return self._coarse(self.rule.wake_updates(machine, wake, work))

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return what the rule dreams."""
        return self.rule.sleep(machine, samples, stream, work, compressed=compressed)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns asleep, from the coarse images of its dreams."""
        return self._coarse(self.rule.sleep_updates(machine, sleep, work))

    def metric(
        self,
        machine: HelmholtzMachine,
        activity: Phases,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Updates:
        """Return activity for the metric of natural plasticity."""
        return self._coarse(self.rule.metric(machine, activity, stream, work))

    def _coarse(self, updates: Updates) -> Updates:
        """Return updates in which projections of coarse images see no more than these."""
        return replace(
            updates,
            local=tuple(self._seen(updates.local)),
            metric=tuple(self._seen(updates.metric)),
        )

    def _seen(self, updates: Iterable[Seen]) -> Iterator[Seen]:
        assert self.cues is not None
        levels = dict(zip(self.cues.given, self.cues.pyramid.matrices, strict=True))
        for update in updates:
            target = update.population
            if update.pathway != "recognition" or target not in levels or target == 1:
                yield update
                continue
            afferents = [
                replace(a, presynaptic=_blurred(a.presynaptic, levels[target]))
                if isinstance(a.synapses, Projection) and a.synapses.source == 0
                else a
                for a in update.afferents
            ]
            yield replace(update, afferents=tuple(afferents))


def _blurred(x: Activations | None, level: Array) -> Array:
    """Return images as they are after having been made coarse and spread out again, D'D x."""
    assert x is not None
    dense = x.toarray() if isinstance(x, SparseRows) else x
    return np.ascontiguousarray((dense @ level.T) @ level, dtype=dense.dtype)


def _log_odds(p: Array) -> Array:
    return np.asarray(np.log(p) - np.log1p(-p))
