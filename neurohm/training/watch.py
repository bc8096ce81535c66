"""Warnings, once each, of what goes wrong while a machine learns: units and particles idle."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import NeurohmWarning
from neurohm.machine import recognise_mean
from neurohm.training.callbacks import Callback
from neurohm.training.run import Run

if TYPE_CHECKING:
    from neurohm.training.batches import Batches

# Steps before which nothing is said: machines begin far from where they end.
FIRST_STEP = 200
ROWS = 128
# A unit is idle that is on, or off, with more than this probability whatever the sample.
IDLE = 0.999
# So many idle units of a layer are worth a warning.
MOST_IDLE = 0.5
# Share of the particles beyond the first that have to carry weight.
FEWEST = 0.05


class Watch(Callback):
    """Warn of units that are always off or on, and of particles of which one has all the weight.

    It looks after epochs 1, 2, 4, 8, ... and the last, from step 200, at what recognition makes of
    128 samples; no random number is drawn, and no result depends on it.

    Parameters
    ----------
    batches : Batches
        What is learned from.
    """

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        self._said: set[str] = set()

    def after_epoch(self, run: Run) -> None:
        """Look, if it is time to.

        Warns
        -----
        NeurohmWarning
        """
        epoch = run.position.epoch
        is_last = epoch == run.epochs or run.stop
        if run.position.step < FIRST_STEP or (epoch & (epoch - 1) and not is_last):
            return
        self._weigh(run)
        for name, means in self._means(run).items():
            self._count_idle(name, means, epoch)

    def _means(self, run: Run) -> dict[str, npt.NDArray[np.floating]]:
        """Return the mean activity of binary hidden units, ``(rows, units)`` each."""
        machine = run.machine
        indices = self.batches.order(run.position.epoch - 1, run.seed)[:ROWS]
        x = machine.backend.empty((len(indices), machine.visible.size), machine.dtype)
        self.batches.take(indices, x)
        means = recognise_mean(machine, x)
        return {
            population.name: machine.backend.to_host(mean)
            for population, mean in zip(machine.populations[1:], means[1:], strict=True)
            if population.domain == "binary"
        }

    def _count_idle(self, name: str, means: npt.NDArray[np.floating], epoch: int) -> None:
        units = means.shape[1]
        off = int((means.max(axis=0) < 1 - IDLE).sum())
        on = int((means.min(axis=0) > IDLE).sum())
        remedies = {
            "off (dead)": (
                off,
                "fewer units, a lower learning rate, no sparsity, or neurohm.training.Revival",
            ),
            "on (saturated)": (on, "a lower learning rate or some weight decay"),
        }
        for state, (idle, remedy) in remedies.items():
            if idle > MOST_IDLE * units and units > 1:
                self._say(
                    f"{state} {name}",
                    f"{idle} of {units} units of {name} are always {state} after epoch {epoch}: "
                    f"they say nothing of the data; try {remedy}",
                )

    def _weigh(self, run: Run) -> None:
        """Warn if of several particles one has nearly all the weight."""
        rule = run.rule.at(run.position.epoch - 1)
        particles = getattr(rule, "particles", 1) if run.machine.recognition.order else 1
        if "effective_sample_size" not in run.history or not isinstance(particles, int):
            return
        size = float(run.history["effective_sample_size"][-1])
        if particles > 1 and size < 1 + FEWEST * (particles - 1):
            self._say(
                "particles",
                f"of {particles} particles {size:.3g} are effective after epoch "
                f"{run.position.epoch}: recognition does not find what explains the data; try "
                "more particles, fewer hidden units, a lower learning rate or defensive=0.1",
            )

    def _say(self, what: str, text: str) -> None:
        if what not in self._said:
            self._said.add(what)
            warnings.warn(text, NeurohmWarning, stacklevel=2)
