"""When populations fire: windows one after the other, cycles of them, phases of cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurohm.checks import real_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine
from neurohm.spiking.brian import brian2, second

PHASES = {"recognise": (1, 0), "dream": (0, 1), "alternate": (1, 1)}
"""Cycles awake, and cycles asleep, that follow each other, by the name of the phase."""

_TOLERANCE = 1e-6  # of a step


@dataclass(frozen=True)
class Schedule:
    """The clock of a spiking machine.

    A *cycle* gives each population one *window* to fire in, in the order of the pathway that
    drives, and ends with a silent window, the trough, in which synapses learn. One cycle is one
    sample: of recognition where it is awake, of a dream where it is asleep.

    Parameters
    ----------
    steps_per_window : int
        Time steps in a window.
    steps_open : int
        Of these, the first ones, in which units may fire; late spikes still arrive in the rest.
    n_populations : int
    wake_cycles, sleep_cycles : int
        How many cycles awake are followed by how many asleep.
    dt : float
        Seconds.

    Examples
    --------
    >>> schedule = Schedule(10, 10, 3, 1, 1, 1e-3)
    >>> schedule.steps_per_cycle, schedule.cycle
    (40, 0.04)
    """

    steps_per_window: int
    steps_open: int
    n_populations: int
    wake_cycles: int
    sleep_cycles: int
    dt: float

    @property
    def steps_per_cycle(self) -> int:
        """Time steps in a cycle."""
        return self.steps_per_window * (self.n_populations + 1)

    @property
    def cycle(self) -> float:
        """Length of a cycle, seconds."""
        return self.steps_per_cycle * self.dt

    @property
    def period(self) -> int:
        """Cycles after which the phases repeat."""
        return self.wake_cycles + self.sleep_cycles

    def names(self) -> dict[str, Any]:
        """Return what the equations call by name."""
        return {
            "steps_per_window": self.steps_per_window,
            "steps_open": self.steps_open,
            "steps_per_cycle": self.steps_per_cycle,
            "n_slots": self.n_populations + 1,
            "wake_cycles": self.wake_cycles,
            "period": self.period,
            "open_time": self.steps_open * self.dt * second,
        }


def schedule_of(
    machine: HelmholtzMachine, phase: str, *, window: Any, dt: Any, gap: Any, particles: int = 1
) -> Schedule:
    """Return the schedule of a machine, its times checked.

    Parameters
    ----------
    machine : HelmholtzMachine
    phase : str
        ``"recognise"``, ``"dream"`` or ``"alternate"``.
    window, dt, gap : Quantity
        Times: the window, the time step, and the end of each window in which nothing may fire.
    particles : int
        Cycles awake for each one asleep, where phases alternate.

    Returns
    -------
    Schedule

    Raises
    ------
    ArgumentTypeError
        If a time has no unit.
    InputError
        If the phase is unknown, the window is no whole number of time steps, or the gap leaves
        no time to fire in.
    """
    if phase not in PHASES:
        raise InputError(f"phase {phase!r}", f"one of {', '.join(map(repr, PHASES))}")
    width, step, silent = seconds("window", window), seconds("dt", dt), seconds("gap", gap, 0.0)
    wake, sleep = PHASES[phase]
    steps = steps_of("window", width, step)
    open_steps = steps - steps_of("gap", silent, step)
    if open_steps < 1:
        raise InputError(
            f"a gap of {1e3 * silent:g} ms in windows of {1e3 * width:g} ms",
            "some time to fire in",
            "take a shorter gap (it is the delay, by default) or a longer window",
        )
    return Schedule(steps, open_steps, len(machine.populations), wake * particles, sleep, step)


def seconds(name: str, value: Any, least: float | None = None) -> float:
    """Return a time as a number of seconds.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : Quantity
    least : float, optional
        Lower bound; by default it has to be positive.

    Raises
    ------
    ArgumentTypeError, InputError
        If it has no unit of time, or is out of bounds.

    Examples
    --------
    >>> from brian2 import ms
    >>> seconds("window", 20 * ms)
    0.02
    """
    if not isinstance(value, brian2.Quantity) or not brian2.have_same_dimensions(value, second):
        raise ArgumentTypeError(f"{name} {value!r}", "a time with its unit", "e.g. 20 * brian2.ms")
    number = float(value / second)
    if least is None:
        return real_number(f"{name} (s)", number, above=0.0)
    return real_number(f"{name} (s)", number, least=least)


def steps_of(name: str, time: float, dt: float) -> int:
    """Return how many time steps a time takes.

    Raises
    ------
    InputError
        If it is not a whole number of them.

    Examples
    --------
    >>> steps_of("window", 0.02, 1e-3)
    20
    """
    steps = round(time / dt)
    if abs(time / dt - steps) > _TOLERANCE or (time > 0 and steps == 0):
        raise InputError(
            f"{name} {1e3 * time:g} ms with dt {1e3 * dt:g} ms",
            "a whole number of time steps",
            f"take dt = {1e3 * time / max(1, steps):g} ms",
        )
    return steps
