"""How the learning rate changes over a training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from neurohm.checks import real_number


@dataclass(frozen=True)
class Decay:
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

    def __post_init__(self) -> None:
        final = real_number("final factor of the decay", self.final, above=0, most=1)
        hold = real_number("hold of the decay", self.hold, least=0, below=1)
        object.__setattr__(self, "final", final)
        object.__setattr__(self, "hold", hold)

    def __call__(self, part: float) -> float:
        """Return the factor of the learning rate when that part of the run is done."""
        fallen = max(0.0, (part - self.hold) / (1 - self.hold))
        return float(self.final**fallen)

    def settings(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)


def as_schedule(schedule: Decay | float | None) -> Decay:
    """Return a schedule; a number is the final factor, None a constant rate."""
    if schedule is None:
        return Decay()
    return schedule if isinstance(schedule, Decay) else Decay(final=schedule)
