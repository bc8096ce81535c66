"""A package that brings a learning rule, a kind of units and plasticity of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurohm.learning import WakeSleep
from neurohm.plasticity import Plasticity
from neurohm.populations import Bernoulli


@dataclass(frozen=True)
class Drowsy(WakeSleep):
    """Wake-sleep that dreams `depth` times as much."""

    depth: int = 2

    name: ClassVar[str] = "drowsy"

    def sleep(self, machine, samples, stream, work=None, *, compressed=False):
        """Return more dreams."""
        return super().sleep(machine, samples * self.depth, stream, work, compressed=compressed)


@dataclass(frozen=True)
class Coins(Bernoulli):
    """Units that are thrown, under a name of their own."""

    kind: ClassVar[str] = "coins"


class Sign(Plasticity):
    """Steps of one length, whatever the gradient."""

    name = "sign"

    def __init__(self, learning_rate=0.01, **options):
        super().__init__(learning_rate, **options)

    def step(self, machine, key, weights, gradient, pace):
        """Step uphill."""
        weights += np.float32(pace[0]) * np.sign(gradient)


class Impostor:
    """Is no rule."""

    name = "impostor"
