"""Reweighted wake-sleep: K draws of the hidden activity, weighted by how well they explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Array, Site
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule, invert_dream
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    predict,
    recognise,
    teach,
    zero_total,
)


@dataclass(frozen=True)
class Reweighted(LearningRule):
    """Reweighted wake-sleep (RWS).

    For each sample x, K particles h_k are drawn from q(h | x) and weighted by
    w_k = p(x, h_k) / q(h_k | x), normalised over the particles. Then

    - generative: sum_k w_k h_above^T (h_below - prediction), an estimate of the gradient of
      log p(x) with bias O(1/K),
    - recognition awake: sum_k (w_k - 1/K) h_below^T (h_above - prediction),
    - recognition asleep: as in wake-sleep.

    Every change is presynaptic activity times error, times one scalar for each particle. With one
    particle and ``wake=0``, ``sleep=1`` it is wake-sleep, to the bit.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams in the sleep phase for each sample of the batch.
    particles : int
        K, at least 2 where recognition learns awake.
    wake_mix, sleep_mix : float
        How much of the wake and of the sleep update the recognition pathway takes.
    baseline : bool
        Whether to subtract 1/K from the weights in the recognition update, which leaves its
        expectation as it is and takes variance away.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense.

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, section 2.

    Examples
    --------
    >>> Reweighted(particles=10).particles
    10
    """

    particles: int = 5
    wake_mix: float = 0.5
    sleep_mix: float = 0.5
    baseline: bool = True

    recordable: ClassVar[bool] = True
    name: ClassVar[str] = "reweighted"

    def __post_init__(self) -> None:
        super().__post_init__()
        particles = whole_number("particles", self.particles, mend="give e.g. 5")
        object.__setattr__(self, "particles", particles)
        for name in ("wake_mix", "sleep_mix"):
            mix = real_number(name, getattr(self, name), least=0)
            object.__setattr__(self, name, mix)
        if self.wake_mix + self.sleep_mix == 0:
            raise InputError("wake_mix 0 and sleep_mix 0", "one of them positive")
        if self.particles == 1 and self.wake_mix > 0:
            raise InputError(
                "one particle with a recognition update awake, which is then pure noise",
                "at least 2 particles",
                "or set wake_mix=0, which makes it wake-sleep",
            )

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up, K consecutive particles for each sample."""
        particles = self._particles(machine)
        return recognise(machine, x, stream, Site.WAKE, particles, scored=True, work=work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the weighted updates of both pathways, the bound L_K and the sample size."""
        work = work or Workspace(machine.backend)
        samples = wake.rows // self._particles(machine)
        log_joint = zero_total(machine, work, "log p(x, h)", wake.rows)
        predictions = [
            predict(machine, machine.generative, target, wake, total=log_joint, work=work)
            for target in machine.generative.order
        ]
        weights, monitored = self._weights(machine, log_joint, wake, work)
        gain = ThirdFactor(weights, "importance weight")
        updates = Updates(monitored=monitored)
        for prediction in predictions:
            updates += teach(machine, prediction, 1 / samples, gain, work=work)
        if self.wake_mix > 0:
            updates += self._recognition_awake(machine, wake, weights, work)
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
        """Return the activity of dreams, or none where recognition learns awake alone."""
        if self.sleep_mix == 0:
            return None
        return super().sleep(machine, samples, stream, work, compressed=compressed)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return the sleep update of the recognition pathway times its mix."""
        return Updates() if sleep is None else invert_dream(machine, sleep, self.sleep_mix, work)

    def _particles(self, machine: HelmholtzMachine) -> int:
        """Return K, which is one where nothing is hidden: all particles would be the sample."""
        return self.particles if machine.recognition.order else 1

    def _weights(
        self, machine: HelmholtzMachine, log_joint: Array, wake: Activity, work: Workspace
    ) -> tuple[Array, dict[str, Array]]:
        particles = self._particles(machine)
        samples = wake.rows // particles
        shape = (samples, particles)
        assert wake.log_probability is not None
        log_weights = work.array("log weights", shape, "float64")
        machine.kernels.weights.log_ratio(log_joint, wake.log_probability, log_weights.reshape(-1))
        weights = work.array("weights", shape, machine.dtype)
        bound = work.array("L_K", (samples,), "float64")
        effective = work.array("effective sample size", (samples,), "float64")
        machine.kernels.weights.importance_weights(log_weights, weights, bound, effective)
        return weights.reshape(-1), {"bound": bound, "effective_sample_size": effective}

    def _recognition_awake(
        self, machine: HelmholtzMachine, wake: Activity, weights: Array, work: Workspace
    ) -> Updates:
        samples = wake.rows // self.particles
        advantage = weights
        if self.baseline:
            advantage = work.array("advantage", weights.shape, machine.dtype)
            machine.kernels.weights.advantage(weights, 1 / self.particles, advantage)
        gain = ThirdFactor(advantage, "importance weight")
        updates = Updates()
        for target in machine.recognition.order:
            prediction = predict(machine, machine.recognition, target, wake, work=work)
            updates += teach(machine, prediction, self.wake_mix / samples, gain, work=work)
        return updates
