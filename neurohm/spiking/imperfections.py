"""What real circuits do worse: mismatched devices, slow axons, synapses that fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.spiking.brian import ms
from neurohm.spiking.schedule import seconds


@dataclass(frozen=True)
class Imperfections:
    """How a network differs from the machine that it is made of; all its copies differ alike.

    Parameters
    ----------
    weights : float
        Device mismatch: every weight is multiplied by 1 + this x N(0, 1).
    thresholds : float
        The same of every threshold.
    delay : Quantity
        Longest delay of a spike (time); each synapse has one of its own, uniform from none to it.
    dropped : float
        Probability that a spike does not pass a synapse, 0 to 1.
    seed : int
        Of the mismatch and the delays.

    Raises
    ------
    ArgumentTypeError, InputError
        If a number is of the wrong type or out of range.

    Examples
    --------
    >>> Imperfections(weights=0.2, dropped=0.1).dropped
    0.1
    """

    weights: float = 0.0
    thresholds: float = 0.0
    delay: Any = field(default_factory=lambda: 0 * ms)
    dropped: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("weights", "thresholds"):
            object.__setattr__(self, name, real_number(name, getattr(self, name), least=0))
        dropped = real_number("dropped", self.dropped, least=0, most=1)
        object.__setattr__(self, "dropped", dropped)
        whole_number("seed", self.seed, 0)
        seconds("delay", self.delay, 0.0)

    def mismatched(
        self, values: npt.NDArray[np.float64], spread: float, index: int
    ) -> npt.NDArray[np.float64]:
        """Return values with mismatch, different ones for each index."""
        if not spread:
            return values
        generator = RandomStream(self.seed).generator(Site.MISMATCH.of(index))
        return values * (1 + spread * generator.standard_normal(values.shape))

    def delays(self, n_synapses: int, dt: float, index: int) -> npt.NDArray[np.float64] | None:
        """Return a delay for each synapse, whole time steps in seconds; None where all are zero."""
        longest = int(seconds("delay", self.delay, 0.0) / dt + 1e-9)
        if not longest:
            return None
        generator = RandomStream(self.seed).generator(Site.MISMATCH.of(1000 + index))
        drawn = generator.integers(0, longest + 1, n_synapses)
        return drawn.astype(np.float64) * dt
