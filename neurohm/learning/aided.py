"""A rule whose hidden layers have coarse images as a further input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array
from neurohm.exceptions import InputError
from neurohm.learning.base import Phases
from neurohm.learning.cues import Cues
from neurohm.learning.wrapped import WrappedRule
from neurohm.machine import (
    Activity,
    Afferent,
    HelmholtzMachine,
    LocalUpdate,
    MetricSample,
    Projection,
    Stream,
    Updates,
    Workspace,
)

Seen = TypeVar("Seen", LocalUpdate, MetricSample)


@dataclass(frozen=True)
class Aided(WrappedRule):
    """A rule with coarse images as a further input of hidden layers; see `MultiLevel`.

    The machine has recognition projections from the visible population onto these layers. Their
    weights are D'U, with D what makes an image coarse and U the weights from its pixels: they see
    what U would see of the coarse image, and dU = v' error is learned as dW = D' v' error.
    """

    cues: Cues | None = None

    name: ClassVar[str] = "aided"
    recordable: ClassVar[bool] = True

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
        return super().wake(machine, x, stream, work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns awake."""
        work = work or Workspace(machine.backend)
        return self._coarse(machine, super().wake_updates(machine, wake, work), work)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule learns asleep, from the coarse images of its dreams."""
        work = work or Workspace(machine.backend)
        return self._coarse(machine, super().sleep_updates(machine, sleep, work), work)

    def metric(
        self,
        machine: HelmholtzMachine,
        activity: Phases,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Updates:
        """Return activity for the metric of natural plasticity."""
        work = work or Workspace(machine.backend)
        return self._coarse(machine, super().metric(machine, activity, stream, work), work)

    def _coarse(self, machine: HelmholtzMachine, updates: Updates, work: Workspace) -> Updates:
        """Return updates in which projections of coarse images see no more than these."""
        return replace(
            updates,
            local=tuple(self._seen(machine, updates.local, "local", work)),
            metric=tuple(self._seen(machine, updates.metric, "metric", work)),
        )

    def _seen(
        self, machine: HelmholtzMachine, updates: Iterable[Seen], label: str, work: Workspace
    ) -> Iterator[Seen]:
        assert self.cues is not None
        levels = dict(zip(self.cues.given, self.cues.pyramid.matrices, strict=True))
        for place, update in enumerate(updates):
            target = update.population
            if update.pathway != "recognition" or target not in levels or target == 1:
                yield update
                continue
            afferents = [
                replace(a, presynaptic=_blurred(machine, a, levels[target], (label, place), work))
                if isinstance(a.synapses, Projection) and a.synapses.source == 0
                else a
                for a in update.afferents
            ]
            yield replace(update, afferents=tuple(afferents))


def _blurred(
    machine: HelmholtzMachine,
    afferent: Afferent,
    level: npt.NDArray[np.float64],
    label: tuple[str, int],
    work: Workspace,
) -> Array:
    """Return images as they are after having been made coarse and spread out again, D'D x."""
    x, place = afferent.presynaptic, machine.backend.asarray
    assert x is not None
    coarse = work.array(("coarse", *label), (x.shape[0], len(level)), machine.dtype)
    spread = work.array(("blurred", *label), x.shape, machine.dtype)
    machine.kernels.products.product(x, place(np.ascontiguousarray(level.T), machine.dtype), coarse)
    machine.kernels.products.product(coarse, place(level, machine.dtype), spread)
    return spread
