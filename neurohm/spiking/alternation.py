"""When phases alternate within a stimulus: the clock of networks without windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurohm.exceptions import InputError
from neurohm.spiking.schedule import seconds, steps_of


@dataclass(frozen=True)
class Alternation:
    """The clock of an impression network: how fast its phases alternate.

    Parameters
    ----------
    steps_shown : int
        Time steps that a stimulus lasts.
    steps_per_period : int
        Of which the first half is awake, the second asleep; a divisor of `steps_shown`.
    steps_on : int
        That a hidden neuron is on after a spike, its memory.
    steps_settling : int
        At the start of each half, in which synapses do not learn.
    dt : float
        Seconds.

    Examples
    --------
    >>> Alternation(40, 20, 4, 4, 5e-3).periods
    2
    """

    steps_shown: int
    steps_per_period: int
    steps_on: int
    steps_settling: int
    dt: float

    @property
    def periods(self) -> int:
        """How often the phases alternate within a stimulus; once is wake-sleep."""
        return self.steps_shown // self.steps_per_period

    @property
    def cycle(self) -> float:
        """How long a stimulus lasts, seconds."""
        return self.steps_shown * self.dt

    @property
    def plastic_steps(self) -> int:
        """Steps of a stimulus in which generative synapses learn; as many for recognition ones."""
        return self.periods * (self.steps_per_period // 2 - self.steps_settling)

    def names(self) -> dict[str, Any]:
        """Return what the equations call by name."""
        return {
            "steps_per_period": self.steps_per_period,
            "wake_steps": self.steps_per_period // 2,
            "steps_settling": self.steps_settling,
        }


def alternation_of(shown: Any, period: Any, memory: Any, settling: Any, dt: Any) -> Alternation:
    """Return the clock, its times checked.

    Raises
    ------
    ArgumentTypeError, InputError
        If a time has no unit, is no whole number of time steps, or does not fit the others.
    """
    step = seconds("dt", dt)
    given = {"shown": shown, "period": period, "memory": memory}
    whole = {name: steps_of(name, seconds(name, time), step) for name, time in given.items()}
    settle = steps_of("settling", seconds("settling", settling, 0.0), step)
    if whole["shown"] % whole["period"] or whole["period"] % 2:
        raise InputError(
            f"a period of {whole['period']} steps for a stimulus of {whole['shown']}",
            "an even number of time steps of which the stimulus has a multiple",
        )
    if settle >= whole["period"] // 2:
        raise InputError(
            f"settling {1e3 * settle * step:g} ms of {5e2 * whole['period'] * step:g} ms",
            "some time of each phase to learn in",
            "take a longer period or a shorter settling",
        )
    return Alternation(whole["shown"], whole["period"], whole["memory"], settle, step)
