"""How particles are weighted: one scalar each, from what both pathways say of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from neurohm.backend import Array
from neurohm.machine import HelmholtzMachine, Workspace


@dataclass(frozen=True, eq=False)
class Weighed:
    """The weights of the particles of a batch, and what is watched on the way.

    Parameters
    ----------
    weights : ndarray, (samples * particles,)
        Normalised over the particles of each sample; constants in every update.
    bound : ndarray of float64, (samples,)
        On the log-likelihood that the rule climbs (nats).
    effective_sample_size : ndarray of float64, (samples,)
        From 1 to the number of particles.
    """

    weights: Array
    bound: Array
    effective_sample_size: Array

    @property
    def monitored(self) -> dict[str, Array]:
        """What a rule watches, by name."""
        return {"bound": self.bound, "effective_sample_size": self.effective_sample_size}


class Weighting(ABC):
    """From log p(x, h) and the log-probability of the proposal to a weight for each particle."""

    def weigh(
        self,
        machine: HelmholtzMachine,
        log_joint: Array,
        log_proposal: Array,
        particles: int,
        work: Workspace,
    ) -> Weighed:
        """Weigh particles, consecutive for each sample.

        Parameters
        ----------
        machine : HelmholtzMachine
        log_joint, log_proposal : ndarray of float64, (samples * particles,)
            Of what each particle is, under the generative pathway and under what it was drawn
            from (nats).
        particles : int
        work : Workspace

        Returns
        -------
        Weighed
        """
        samples, kernels = log_joint.shape[0] // particles, machine.kernels.weights
        log_weights = work.array("log weights", (samples, particles), "float64")
        kernels.log_ratio(log_joint, log_proposal, log_weights.reshape(-1))
        self.temper(machine, log_weights)
        weights = work.array("weights", (samples, particles), machine.dtype)
        bound = work.array("L_K", (samples,), "float64")
        effective = work.array("effective sample size", (samples,), "float64")
        kernels.importance_weights(log_weights, weights, bound, effective)
        self.restore(machine, bound)
        return Weighed(weights.reshape(-1), bound, effective)

    @abstractmethod
    def temper(self, machine: HelmholtzMachine, log_weights: Array) -> None:
        """Make log-weights of log (p / q), in place."""

    @abstractmethod
    def restore(self, machine: HelmholtzMachine, bound: Array) -> None:
        """Make a bound of the logarithm of the mean weight, in place."""


@dataclass(frozen=True)
class Importance(Weighting):
    """Weights p(x, h) / q(h | x), whose mean is an unbiased estimate of p(x).

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, section 2.
    """

    def temper(self, machine: HelmholtzMachine, log_weights: Array) -> None:
        """Leave log (p / q) as it is."""

    def restore(self, machine: HelmholtzMachine, bound: Array) -> None:
        """Leave the logarithm of the mean weight as it is."""


@dataclass(frozen=True)
class Geometric(Weighting):
    """Weights sqrt(p(x, h) / q(h | x)): of the geometric mean sqrt(p q) against q.

    The bound is twice the logarithm of their mean, at most log p*(x) + 2 log Z on average.

    References
    ----------
    Bornschein, Shabanian, Fischer, Bengio (2016). Bidirectional Helmholtz machines. ICML.
    """

    def temper(self, machine: HelmholtzMachine, log_weights: Array) -> None:
        """Halve log (p / q)."""
        machine.kernels.arrays.scale(log_weights.reshape(-1), 0.5)

    def restore(self, machine: HelmholtzMachine, bound: Array) -> None:
        """Double the logarithm of the mean weight."""
        machine.kernels.arrays.scale(bound, 2.0)
