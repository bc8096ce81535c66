"""What particles are drawn from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from neurohm.backend import Activations, Array, Site, SparseRows
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    Workspace,
    recognise,
)
from neurohm.machine.passes import draws_at, log_recognition


class Proposal(ABC):
    """Where the hidden activity of particles comes from, and how probable it was."""

    @abstractmethod
    def draw(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        particles: int,
        work: Workspace | None = None,
    ) -> Activity:
        """Return K consecutive particles for each sample, with their log-probability (nats)."""


@dataclass(frozen=True)
class Recognition(Proposal):
    """The recognition model, q(h | x)."""

    def draw(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        particles: int,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up."""
        return recognise(machine, x, stream, Site.WAKE, particles, scored=True, work=work)


@dataclass(frozen=True)
class DefensiveMixture(Proposal):
    """The recognition model or, for a share of the particles, any hidden state alike.

    r(h | x) = (1 - share) q(h | x) + share 2^-n, with n hidden units. No weight against it exceeds
    2^n p(x, h) / share, so that the estimates keep a finite variance however wrong q is.

    Parameters
    ----------
    share : float
        In (0, 1).

    References
    ----------
    Le, Kosiorek, Siddharth, Teh, Wood (2019). Revisiting reweighted wake-sleep for models with
    stochastic control flow. UAI.
    """

    share: float

    def __post_init__(self) -> None:
        share = real_number("share of the defensive mixture", self.share, above=0, below=1)
        object.__setattr__(self, "share", share)

    def draw(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        particles: int,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up, or uniformly over all hidden states.

        Raises
        ------
        InputError
            If hidden units are not binary.
        """
        work = work or Workspace(machine.backend)
        _require_binary(machine)
        drawn = recognise(machine, x, stream, Site.WAKE, particles, work=work)
        rows = x.shape[0] * particles
        chosen = self._coins(machine, rows, 1, self.share, stream, 0, work)
        for target in machine.recognition.order:
            units, own = machine.sizes[target], drawn.states[target]
            assert not isinstance(own, SparseRows)
            coins = self._coins(machine, rows, units, 0.5, stream, target, work)
            machine.kernels.arrays.take_rows(chosen, coins, own)
        log_q = log_recognition(machine, drawn.states, work=work)
        total = work.array("log r", (rows,), "float64")
        other = -math.log(2.0) * sum(machine.sizes[1:])
        machine.kernels.weights.log_mixture(log_q, self.share, other, total)
        return Activity(drawn.states, total, {})

    def _coins(
        self,
        machine: HelmholtzMachine,
        rows: int,
        units: int,
        probability: float,
        stream: Stream,
        place: int,
        work: Workspace,
    ) -> Array:
        """Return binary draws of one probability, ``(rows, units)``."""
        label = (Site.DEFENSIVE, place)
        bias = work.array((label, "bias"), (units,), machine.dtype)
        machine.kernels.arrays.fill(bias, math.log(probability) - math.log1p(-probability))
        drive = work.array((label, "drive"), (1, units), machine.dtype)
        machine.kernels.arrays.fill(drive, 0.0)
        draws = draws_at(machine, stream, Site.DEFENSIVE, place)
        coins = work.array((label, "coins"), (rows, units), machine.dtype)
        machine.kernels.bernoulli.draw(drive, bias, draws, coins)
        return coins


def defended(share: float) -> Proposal:
    """Return the recognition model, mixed with the uniform one where it has a share.

    Raises
    ------
    InputError, ArgumentTypeError
        If the share is not in [0, 1).

    Examples
    --------
    >>> defended(0.0), defended(0.2)
    (Recognition(), DefensiveMixture(share=0.2))
    """
    share = real_number("defensive", share, least=0, below=1, mend="give e.g. 0.1")
    return DefensiveMixture(share) if share else Recognition()


def _require_binary(machine: HelmholtzMachine) -> None:
    others = [p for p in machine.populations[1:] if p.domain != "binary"]
    if others:
        raise InputError(
            f"a defensive mixture over {others[0].name!r} of kind {others[0].kind!r}",
            "binary hidden units, over which there is a uniform distribution",
            "set defensive=0",
        )
