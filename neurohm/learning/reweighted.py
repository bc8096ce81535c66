"""Reweighted wake-sleep: K draws of the hidden activity, weighted by how well they explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Array
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.learning.base import invert_dream
from neurohm.learning.particles import ParticleRule
from neurohm.learning.proposals import Proposal, defended
from neurohm.learning.weighting import Importance, Weighting
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
)


@dataclass(frozen=True)
class Reweighted(ParticleRule):
    """Reweighted wake-sleep (RWS).

    For each sample x, K particles h_k are drawn from q(h | x) and weighted by
    w_k = p(x, h_k) / q(h_k | x), normalised over the particles. Then

    - generative: sum_k w_k h_above^T (h_below - prediction), an estimate of the gradient of
      log p(x) with bias O(1/K),
    - recognition awake: sum_k (w_k - 1/K) h_below^T (h_above - prediction),
    - recognition asleep: as in wake-sleep.

    Every change is presynaptic activity times error, times one scalar for each particle. With one
    particle and ``wake_mix=0``, ``sleep_mix=1`` it is wake-sleep, to the bit.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams in the sleep phase for each sample of the batch. The original sleeps in every S-th
        step, with S dreams for each sample: one dream a sample, as here.
    particles : int, ParticleSchedule or mapping
        K, at least 2 where recognition learns awake; by epoch, if it is a schedule.
    wake_mix, sleep_mix : float
        How much of the wake and of the sleep update the recognition pathway takes.
    baseline : bool
        Whether to subtract 1/K from the weights in the recognition update, which leaves its
        expectation as it is and takes variance away.
    defensive : float
        Share of the particles that are drawn uniformly over the hidden states, in [0, 1). All are
        weighted against the mixture, so that the mean weight stays an unbiased estimate of p(x).

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense.

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, section 2.

    Le, Kosiorek, Siddharth, Teh, Wood (2019). Revisiting reweighted wake-sleep for models with
    stochastic control flow. UAI. (The defensive mixture.)

    Examples
    --------
    >>> Reweighted(particles=10).particles
    10
    """

    wake_mix: float = 0.5
    sleep_mix: float = 0.5
    baseline: bool = True
    defensive: float = 0.0

    recordable: ClassVar[bool] = True
    name: ClassVar[str] = "reweighted"
    weighting: ClassVar[Weighting] = Importance()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("wake_mix", "sleep_mix"):
            mix = real_number(name, getattr(self, name), least=0)
            object.__setattr__(self, name, mix)
        if self.wake_mix + self.sleep_mix == 0:
            raise InputError("wake_mix 0 and sleep_mix 0", "one of them positive")
        defended(self.defensive)
        if self.wake_mix > 0:
            self._require_several("or set wake_mix=0, which makes it wake-sleep")

    @property
    def proposal(self) -> Proposal:
        """The recognition model, with a defensive mixture where one is asked for."""
        return defended(self.defensive)

    def recognition_awake(
        self, machine: HelmholtzMachine, wake: Activity, weights: Array, work: Workspace
    ) -> Updates:
        """Return the wake update of the recognition pathway times its mix."""
        if self.wake_mix == 0:
            return Updates()
        mix, baseline = self.wake_mix, self.baseline
        return self._inverted(machine, wake, weights, work, mix=mix, baseline=baseline)

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return the activity of dreams, or none where recognition learns awake alone."""
        if self.sleep_mix == 0:
            return None
        return super().sleep(machine, samples, stream, work, compressed=compressed)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return the sleep update of the recognition pathway times its mix."""
        return Updates() if sleep is None else invert_dream(machine, sleep, self.sleep_mix, work)
