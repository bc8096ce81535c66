"""How many particles a rule draws, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError


@dataclass(frozen=True, init=False, repr=False)
class ParticleSchedule:
    """The number of particles, K, by epoch.

    Few particles learn fast; more of them, late, take the bias that is left away, of order 1/K.
    A step is recorded anew when the number changes, and the memory of the old one is freed.

    Parameters
    ----------
    particles : mapping of int to int
        From the first epoch (counted from 0) to the number of particles from then on. Epoch 0 has
        to be among them.

    Raises
    ------
    InputError, ArgumentTypeError
        If an epoch or a number is not a whole one, or epoch 0 is missing.

    Examples
    --------
    >>> schedule = ParticleSchedule({0: 5, 400: 25})
    >>> [schedule(epoch) for epoch in (0, 399, 400, 1000)]
    [5, 5, 25, 25]
    """

    steps: tuple[tuple[int, int], ...]

    def __init__(self, particles: Mapping[int, int]) -> None:
        mend = "give e.g. {0: 5, 400: 25}"
        if not isinstance(particles, Mapping):
            raise ArgumentTypeError(f"particles {particles!r}", "numbers by epoch", mend)
        steps = sorted(
            (whole_number("epoch", epoch, 0, mend=mend), whole_number("particles", k, mend=mend))
            for epoch, k in particles.items()
        )
        if not steps or steps[0][0] != 0:
            raise InputError(
                f"particles from epoch {steps[0][0]} on" if steps else "particles of no epoch",
                "those of epoch 0, too",
                mend,
            )
        object.__setattr__(self, "steps", tuple(steps))

    @classmethod
    def of(cls, given: ParticleSchedule | Mapping[Any, int]) -> ParticleSchedule:
        """Return a schedule, from what `ParticleSchedule` takes or from its settings."""
        if isinstance(given, ParticleSchedule):
            return given
        return cls({int(e) if isinstance(e, str) and e.isdecimal() else e: given[e] for e in given})

    def __call__(self, epoch: int) -> int:
        """Return the number of particles of an epoch."""
        return [k for first, k in self.steps if first <= epoch][-1]

    @property
    def least(self) -> int:
        """The smallest number of particles."""
        return min(k for _, k in self.steps)

    def settings(self) -> dict[str, int]:
        """Return the numbers by epoch, as text, as model files hold them."""
        return {str(epoch): k for epoch, k in self.steps}

    def __repr__(self) -> str:
        return f"ParticleSchedule({dict(self.steps)})"


def as_particles(given: Any) -> int | ParticleSchedule:
    """Return a number of particles, or a schedule of it.

    Parameters
    ----------
    given : int, ParticleSchedule or mapping
        A mapping as `ParticleSchedule` takes, or as its settings are.

    Raises
    ------
    InputError, ArgumentTypeError
        If it is neither.

    Examples
    --------
    >>> as_particles(5), as_particles({0: 5, 20: 10})
    (5, ParticleSchedule({0: 5, 20: 10}))
    """
    if isinstance(given, ParticleSchedule | Mapping):
        return ParticleSchedule.of(given)
    return whole_number("particles", given, mend="give e.g. 5")
