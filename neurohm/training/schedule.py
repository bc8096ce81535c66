"""How the learning rate changes over a training run."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from neurohm.checks import real_number
from neurohm.exceptions import ArgumentTypeError, InputError


@dataclass(frozen=True)
class Schedule(ABC):
    """From the part of a run that is done, 0 to 1, to a factor of the learning rate."""

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files; `as_schedule` takes them back."""
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True)
class Decay(Schedule):
    """A constant stretch, then a geometric fall of the learning rate.

    Parameters
    ----------
    final : float
        Factor of the learning rate at the end, in (0, 1]. 1 keeps it constant.
    hold : float
        Fraction of the run before the fall, in [0, 1).

    Examples
    --------
    >>> decay = Decay(final=0.01, hold=0.5)
    >>> [round(decay(part), 3) for part in (0.0, 0.5, 0.75, 1.0)]
    [1.0, 1.0, 0.1, 0.01]
    """

    final: float = 1.0
    hold: float = 0.5

    name: ClassVar[str] = "decay"

    def __post_init__(self) -> None:
        final = real_number("final factor of the decay", self.final, above=0, most=1)
        object.__setattr__(self, "final", final)
        object.__setattr__(self, "hold", _hold_of(self))

    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""
        return float(self.final ** _fallen(part, self.hold))


@dataclass(frozen=True)
class Cosine(Schedule):
    """A constant stretch, then a fall along half a wave of the cosine: slow, fast, slow.

    Parameters
    ----------
    final : float
        Factor of the learning rate at the end, in [0, 1].
    hold : float
        Fraction of the run before the fall, in [0, 1).

    References
    ----------
    Loshchilov, Hutter (2017). SGDR: stochastic gradient descent with warm restarts. ICLR, eq. 5.

    Examples
    --------
    >>> cosine = Cosine()
    >>> [round(cosine(part), 3) for part in (0.0, 0.25, 0.5, 1.0)]
    [1.0, 0.854, 0.5, 0.0]
    """

    final: float = 0.0
    hold: float = 0.0

    name: ClassVar[str] = "cosine"

    def __post_init__(self) -> None:
        final = real_number("final factor of the cosine", self.final, least=0, most=1)
        object.__setattr__(self, "final", final)
        object.__setattr__(self, "hold", _hold_of(self))

    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""
        left = (1 + math.cos(math.pi * min(1.0, _fallen(part, self.hold)))) / 2
        return self.final + (1 - self.final) * left


@dataclass(frozen=True, init=False, repr=False)
class Steps(Schedule):
    """A learning rate that changes at once, at given parts of the run.

    Parameters
    ----------
    factors : mapping of float to float
        From a part of the run, in (0, 1), to the positive factor of the learning rate from then
        on; before the first it is 1.

    Examples
    --------
    >>> steps = Steps({0.5: 0.1, 0.75: 0.01})
    >>> [steps(part) for part in (0.0, 0.5, 0.7, 0.9)]
    [1.0, 0.1, 0.1, 0.01]
    """

    factors: tuple[tuple[float, float], ...]

    name: ClassVar[str] = "steps"

    def __init__(self, factors: Mapping[float, float]) -> None:
        mend = "give e.g. {0.5: 0.1, 0.75: 0.01}"
        if not isinstance(factors, Mapping):
            raise ArgumentTypeError(f"factors {factors!r}", "factors by part of the run", mend)
        steps = sorted(
            (
                real_number("part of the run", part, above=0, below=1, mend=mend),
                real_number("factor of the learning rate", factor, above=0, mend=mend),
            )
            for part, factor in factors.items()
        )
        if not steps:
            raise InputError("steps of the learning rate without any", "at least one", mend)
        object.__setattr__(self, "factors", tuple(steps))

    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""
        return [1.0, *(factor for first, factor in self.factors if first <= part)][-1]

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {"name": self.name, "factors": [list(step) for step in self.factors]}

    def __repr__(self) -> str:
        return f"Steps({dict(self.factors)})"


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A learning rate that first rises in a straight line, then follows another schedule.

    Parameters
    ----------
    length : float
        Part of the run that the rise takes, in (0, 1).
    then : Schedule or float
        For the rest of the run, which it takes for a whole one; a number is the final factor of a
        `Decay`.
    start : float
        Factor of the learning rate at the beginning, in [0, 1].

    Examples
    --------
    >>> schedule = WarmUp(0.2, Cosine())
    >>> [round(schedule(part), 2) for part in (0.0, 0.1, 0.2, 0.6, 1.0)]
    [0.1, 0.55, 1.0, 0.5, 0.0]
    """

    length: float = 0.05
    then: Schedule = field(default_factory=Decay)
    start: float = 0.1

    name: ClassVar[str] = "warm-up"

    def __post_init__(self) -> None:
        length = real_number("length of the warm-up", self.length, above=0, below=1)
        start = real_number("start of the warm-up", self.start, least=0, most=1)
        object.__setattr__(self, "length", length)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "then", as_schedule(self.then))

    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""
        if part < self.length:
            return self.start + (self.then(0.0) - self.start) * part / self.length
        return self.then((part - self.length) / (1 - self.length))

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {**super().settings(), "then": self.then.settings()}


SCHEDULES: dict[str, type[Schedule]] = {kind.name: kind for kind in (Decay, Cosine, Steps, WarmUp)}


def as_schedule(schedule: Any) -> Schedule:
    """Return a schedule.

    Parameters
    ----------
    schedule : Schedule, float, mapping or None
        A number is the final factor of a `Decay`, None a constant rate; a mapping holds the
        settings of a schedule, as `Schedule.settings` returns them.

    Returns
    -------
    Schedule

    Raises
    ------
    InputError, ArgumentTypeError
        If it is none of these.

    Examples
    --------
    >>> as_schedule(Cosine(0.1).settings())
    Cosine(final=0.1, hold=0.0)
    """
    if isinstance(schedule, Schedule):
        return schedule
    if isinstance(schedule, Mapping):
        return _from_settings(schedule)
    return Decay() if schedule is None else Decay(final=schedule)


def _from_settings(given: Mapping[str, Any]) -> Schedule:
    settings = dict(given)
    name = settings.pop("name", None)
    if name not in SCHEDULES:
        raise InputError(f"a schedule of name {name!r}", "one of " + ", ".join(SCHEDULES))
    try:
        if name == Steps.name:
            settings["factors"] = dict(settings["factors"])
        return SCHEDULES[name](**settings)
    except ArgumentTypeError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ArgumentTypeError(f"settings {settings} of schedule {name!r}", str(error)) from error


def _hold_of(schedule: Decay | Cosine) -> float:
    return real_number(f"hold of the {schedule.name}", schedule.hold, least=0, below=1)


def _fallen(part: float, hold: float) -> float:
    """Return which part of the fall is over when a part of the run is done."""
    return max(0.0, (part - hold) / (1 - hold))
