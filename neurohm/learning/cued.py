"""A rule in an epoch with cues: hidden units are told what to do by coarse images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, Site
from neurohm.learning.cues import Cue, Cues
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wrapped import WrappedRule
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    LocalUpdate,
    Stream,
    Updates,
    Workspace,
    predict,
    teach,
    zero_total,
)
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import draws_at
from neurohm.populations import Input

_SURE = 1e-6  # least probability of either state


@dataclass(frozen=True)
class Cued(WrappedRule):
    """A rule in an epoch with cues; see `MultiLevel`."""

    cues: Cues | None = None
    strength: float = 1.0
    mode: str = "mix"

    name: ClassVar[str] = "cued"
    recordable: ClassVar[bool] = True

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
        cues = self.cues.of(machine, x, work)
        rows = x.shape[0] * self.count_for(machine)
        states: list[Activations] = [x] * len(machine.populations)
        total, known = zero_total(machine, work, (Site.WAKE, "log q"), rows), {}
        for target in pathway.order:
            known[target] = drive(machine, pathway, target, states, work, Site.WAKE)
            units, draws = machine.sizes[target], draws_at(machine, stream, Site.WAKE, target)
            states[target] = work.array((Site.WAKE, "state", target), (rows, units), machine.dtype)
            given = input_of(pathway, target, known[target])
            if target in cues:
                given = self._helped(machine, target, given, cues[target], work)
            pathway.populations[target].draw(machine.kernels, given, draws, states[target], total)
        return Activity(states, total, known)

    def _helped(
        self, machine: HelmholtzMachine, target: int, own: Input, cue: Cue, work: Workspace
    ) -> Input:
        """Return what drives units with their cue, for as many rows as the drive or it has."""
        images, units = cue.level.shape[0], machine.sizes[target]
        rows = max(images, own.drive.shape[0])  # a layer without afferents has one
        logit = work.array((Site.WAKE, "cued", target), (rows, units), machine.dtype)
        kernels, given = machine.kernels.cues, (own.drive, own.bias, cue.level, cue.units)
        if self.mode == "logit":
            kernels.mix_log_odds(*given, self.strength, logit)
        else:
            kernels.mix(*given, self.strength, _SURE, logit)
        zero = work.zeros((Site.WAKE, "no bias", target), (units,), machine.dtype)
        return replace(own, drive=logit, bias=zero)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns awake, and what recognition learns of the cues."""
        assert self.cues is not None
        work, rule = work or Workspace(machine.backend), self.plain
        if isinstance(rule, Reweighted):  # its baseline is right for the plain proposal alone
            rule = replace(rule, baseline=False)
        updates = rule.wake_updates(machine, wake, work)
        for target in self.cues.given:
            prediction = predict(
                machine, machine.recognition, target, wake, work=work, label=Site.RECOGNISE
            )
            told = self._share(machine, target)
            if not told.all():
                error = self._weighed(machine, prediction.error, told, ("awake", target), work)
                prediction = replace(prediction, error=error)
            scale = self.strength / wake.rows
            updates += teach(machine, prediction, scale, phase="wake", work=work)
        return updates

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns asleep, cued units the less the stronger the cues."""
        work = work or Workspace(machine.backend)
        updates = super().sleep_updates(machine, sleep, work)
        return replace(updates, local=tuple(self._weaker(machine, u, work) for u in updates.local))

    def _weaker(
        self, machine: HelmholtzMachine, update: LocalUpdate, work: Workspace
    ) -> LocalUpdate:
        """Return an update asleep, of cued units at what the cues leave of the rate."""
        assert self.cues is not None
        target = update.population
        if update.pathway != machine.recognition.name or target not in self.cues.given:
            return update
        told = self._share(machine, target)
        if told.all():
            return replace(update, scale=update.scale * (1 - self.strength))
        left = 1 - self.strength * told
        return replace(
            update, error=self._weighed(machine, update.error, left, ("asleep", target), work)
        )

    def _share(self, machine: HelmholtzMachine, target: int) -> npt.NDArray[np.float64]:
        """Return 1 for the units of a layer that are cued, 0 for others."""
        assert self.cues is not None
        share = np.zeros(machine.sizes[target])
        share[self.cues.units_of(machine, target)] = 1
        return share

    @staticmethod
    def _weighed(
        machine: HelmholtzMachine,
        error: Array,
        share: npt.NDArray[np.float64],
        label: tuple[str, int],
        work: Workspace,
    ) -> Array:
        """Return an error times the share of each unit, in room of its own."""
        out = work.array(("weighed", *label), error.shape, machine.dtype)
        of_units = machine.backend.asarray(share, machine.dtype)
        machine.kernels.weights.weigh_units(error, of_units, out)
        return out
