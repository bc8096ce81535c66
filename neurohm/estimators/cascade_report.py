"""The score of a cascade on windows around the spikes of its trigger."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class CascadeReport:
    """The score of a cascade on windows, beside that of units without patterns.

    Parameters
    ----------
    nats_per_window, independent_nats_per_window : float
        Mean log-likelihood; the trigger's own bin is not scored.
    gain_nats_per_window, gain_bits_per_spike : float
    standard_error : float
        Of the gain per window, from blocks of at least 10 s; ``nan`` with fewer than two.
    n_windows, n_spikes, n_units : int
        Windows, spikes in them, and hidden units.
    kind : str
        ``"bound"``: of one code a window, below the likelihood; ``"exact"``: all codes summed.
    """

    nats_per_window: float
    independent_nats_per_window: float
    gain_nats_per_window: float
    gain_bits_per_spike: float
    standard_error: float
    n_windows: int
    n_spikes: int
    n_units: int
    kind: str

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)
