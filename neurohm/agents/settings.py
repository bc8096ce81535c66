"""How an agent acts and how it imagines: settings, gathered and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from neurohm.agents.cycles import ACCEPTANCES, temperatures
from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plasticity import Plasticity
from neurohm.training.schedule import Schedule

MODES = ("fixed", "append", "halve", "resample", "salience")
SELECTIONS = ("free-energy", "goal", "both")

Settings = TypeVar("Settings", "Acting", "Imagination")


@dataclass(frozen=True)
class Acting:
    """How an agent learns from data that it changes, see `neurohm.agents.act`.

    Parameters
    ----------
    mode : {"fixed", "append", "halve", "resample", "salience"}
        How accepted dreams become data, see `neurohm.agents.pool`.
    keep : float
        Share of the samples that are drawn from the original data.
    epochs, batch_size, seed : int
    draws : int, optional
        Samples of an epoch; by default as many as the data have rows.
    plasticity : str or Plasticity, optional
        By default the delta rule for signed units, with a rate of 0.05 a sample. With natural
        plasticity, whose metric is of both phases, these read the same parameters.
    schedule : Schedule or float, optional
        Of the learning rate, see `neurohm.train`.
    every : int
        Epochs between entries of the free energy.
    threads : int, optional
        See `neurohm.train`; small machines are learned fastest by one.

    Raises
    ------
    InputError
        If the mode is unknown.

    Examples
    --------
    >>> Acting(mode="halve", epochs=20).batch_size
    16
    """

    mode: str = "fixed"
    keep: float = 0.0
    epochs: int = 100
    draws: int | None = None
    batch_size: int = 16
    plasticity: str | Plasticity | None = None
    schedule: Schedule | float | None = None
    every: int = 10
    seed: int = 0
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"mode {self.mode!r}", " or ".join(map(repr, MODES)))


@dataclass(frozen=True)
class Imagination:
    """How a machine imagines, see `neurohm.GoalSeededMachine.simulate`.

    Parameters
    ----------
    cycles : int
        Of recognition and generation. Without evidence or selection they do not make goals more
        likely, and with imperfect recognition less.
    accept : {"always", "greedy", "metropolis"}
        Which cycles are taken, see `neurohm.agents.refine`.
    candidates : int
        Of which the best is chosen.
    select : {"free-energy", "goal", "both"}
        What is best: the lowest free energy, the goal decoded best, or their sum.
    temperature : float or tuple of float, optional
        Of hidden and visible draws; the model's by default.
    random_state : int or RandomStream

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting is none of these.

    Examples
    --------
    >>> Imagination(candidates=8).temperature is None
    True
    """

    cycles: int = 0
    accept: str = "always"
    candidates: int = 1
    select: str = "free-energy"
    temperature: float | tuple[float, float] | None = None
    random_state: int | RandomStream = 0

    def __post_init__(self) -> None:
        whole_number("cycles", self.cycles, 0)
        whole_number("candidates", self.candidates)
        if self.temperature is not None:
            temperatures(self.temperature)
        if not isinstance(self.random_state, RandomStream):
            whole_number("random_state", self.random_state, 0)
        for name, known in (("accept", ACCEPTANCES), ("select", SELECTIONS)):
            if (given := getattr(self, name)) not in known:
                raise InputError(f"{name} {given!r}", " or ".join(map(repr, known)))

    @property
    def stream(self) -> RandomStream:
        """The random stream that it draws from."""
        given = self.random_state
        return given if isinstance(given, RandomStream) else RandomStream(given)


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """Return settings with some of them changed by name.

    Raises
    ------
    ArgumentTypeError
        If there is no such setting.
    InputError
        If a setting does not make sense.

    Examples
    --------
    >>> changed(Imagination(candidates=8), {"cycles": 3}).candidates
    8
    """
    if not isinstance(settings, (Acting, Imagination)):
        raise ArgumentTypeError(f"settings {settings!r}", "Acting(...) or Imagination(...)")
    known = [field.name for field in fields(settings)]
    unknown = [name for name in changes if name not in known]
    if unknown:
        raise ArgumentTypeError(f"setting {unknown[0]!r}", f"one of {', '.join(known)}")
    return replace(settings, **changes)
