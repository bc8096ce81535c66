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
        That a hidden neuron is on after a spike asleep, its memory.
    dt : float
        Seconds.

    Examples
    --------
    >>> Alternation(40, 20, 4, 5e-3).periods
    2
    """

    steps_shown: int
    steps_per_period: int
    steps_on: int
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
    def plastic_steps(self) -> tuple[int, int]:
        """Steps of a stimulus in which synapses learn, awake and asleep."""
        half = self.steps_per_period // 2
        return self.periods * (half - 1), self.periods * half

    def names(self) -> dict[str, Any]:
        """Return what the equations call by name."""
        return {
            "steps_per_period": self.steps_per_period,
            "wake_steps": self.steps_per_period // 2,
        }


def alternation_of(shown: Any, period: Any, memory: Any, dt: Any) -> Alternation:
    """Return the clock, its times checked.

    Raises
    ------
    ArgumentTypeError, InputError
        If a time has no unit, is no whole number of time steps, or does not fit the others.
    """
    step = seconds("dt", dt)
    given = {"shown": shown, "period": period, "memory": memory}
    whole = {name: steps_of(name, seconds(name, time), step) for name, time in given.items()}
    if whole["shown"] % whole["period"] or whole["period"] % 2 or whole["period"] < 4:
        raise InputError(
            f"a period of {whole['period']} steps for a stimulus of {whole['shown']}",
            "an even number of time steps, at least 4, of which the stimulus has a multiple",
        )
    return Alternation(whole["shown"], whole["period"], whole["memory"], step)
