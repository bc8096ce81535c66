"""The bidirectional Helmholtz machine: the geometric mean of both pathways is the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.learning.particle_schedule import ParticleSchedule
from neurohm.learning.particles import ParticleRule
from neurohm.learning.weighting import Geometric, Weighting
from neurohm.machine import Activity, HelmholtzMachine, Stream, Updates, Workspace


@dataclass(frozen=True)
class Bidirectional(ParticleRule):
    """The rule of the bidirectional Helmholtz machine (BiHM).

    The model is p*(x, h), in proportion to sqrt(p(x, h) q(x, h)): it can be high only where both
    pathways agree, which keeps p close to what q can invert. Its marginal is

    p*(x) = (sum_h sqrt(p(x, h) q(h | x)) / Z)^2,  with Z <= 1.

    For each sample x, K particles h_k are drawn from q(h | x) and weighted by
    w_k = sqrt(p(x, h_k) / q(h_k | x)), normalised over the particles. Then

    - generative: sum_k w_k h_above^T (h_below - prediction),
    - recognition: sum_k (w_k - 1/K) h_below^T (h_above - prediction),

    both along the gradient of log p*(x) + 2 log Z. There is no sleep phase. What is watched as the
    ``bound`` is 2 log (1/K) sum_k w_k; on average it is below log p*(x) + 2 log Z, which is below
    both log p*(x) and log p(x).

    Parameters
    ----------
    dreams_per_sample : int
        1; nothing is dreamt.
    particles : int, ParticleSchedule or mapping
        K, at least 2.
    baseline : bool
        Whether to subtract 1/K from the weights in the recognition update, which leaves its
        expectation as it is and takes variance away.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense.

    References
    ----------
    Bornschein, Shabanian, Fischer, Bengio (2016). Bidirectional Helmholtz machines. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> nh.train(machine, np.eye(4), rule=Bidirectional(particles=5), epochs=2).history
    History(2 epochs of bound, effective_sample_size, epoch)
    """

    particles: int | ParticleSchedule = 10
    baseline: bool = True

    recordable: ClassVar[bool] = True
    name: ClassVar[str] = "bidirectional"
    weighting: ClassVar[Weighting] = Geometric()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dreams_per_sample != 1:
            raise InputError(
                f"dreams_per_sample {self.dreams_per_sample} of the bidirectional rule",
                "1, since it does not dream",
            )
        self._require_several()

    def recognition_awake(
        self, machine: HelmholtzMachine, wake: Activity, weights: Array, work: Workspace
    ) -> Updates:
        """Return the weighted update of the recognition pathway."""
        return self._inverted(machine, wake, weights, work, baseline=self.baseline)

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return none: this machine does not dream to learn."""
        return None
