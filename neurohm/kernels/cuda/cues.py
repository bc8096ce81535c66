"""Passes around cues; the equations stand in `kernels.reference.cues`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array
from neurohm.kernels.cuda.call import Issue, activity, elementwise, rowwise, run_at_once
from neurohm.kernels.cuda.units import drive_of


class Cues:
    """See `neurohm.kernels.reference.cues`. One block serves a row, a thread a coarse pixel.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def coarsen(
        self,
        x: Activations,
        ends: Array,
        seen: Array,
        share: Array,
        largest: bool,
        shift: int,
        level: Array,
    ) -> None:
        """Write the means, or the largest values, of what coarse pixels cover."""
        rows, pixels = level.shape
        numbers = map(np.int32, (x.shape[1], rows, pixels, largest, shift))
        arguments = (*activity(x), ends, seen, share, *numbers, level)
        self._issue(rowwise("coarsen", rows, pixels, activity(x)[0], *arguments))

    def decide(self, level: Array, threshold: float, doubt: float) -> None:
        """Turn levels above a threshold into 1 - doubt, others into doubt, in place."""
        self._issue(elementwise("decide", level, float(threshold), float(doubt), level))

    def stretch(self, level: Array, contrast: float, doubt: float) -> None:
        """Stretch levels about one half and hold them between doubt and 1 - doubt, in place."""
        self._issue(elementwise("stretch", level, float(contrast), float(doubt), level))

    def mix(
        self,
        drive: Array,
        bias: Array,
        told: Array,
        units: Array,
        strength: float,
        sure: float,
        out: Array,
    ) -> None:
        """Write the log-odds of units that fire with a mixture of probabilities."""
        self._mix("mix_cue", drive, bias, told, units, (float(strength), float(sure)), out)

    def mix_log_odds(
        self, drive: Array, bias: Array, told: Array, units: Array, strength: float, out: Array
    ) -> None:
        """Write log-odds mixed in proportion."""
        self._mix("mix_log_odds", drive, bias, told, units, (float(strength),), out)

    def _mix(
        self,
        name: str,
        drive: Array,
        bias: Array,
        told: Array,
        chosen: Array,
        numbers: tuple[float, ...],
        out: Array,
    ) -> None:
        rows, units = out.shape
        cue = (told, np.int32(rows // told.shape[0]), chosen, np.int32(chosen.size), *numbers)
        arguments = (*drive_of(drive, bias, rows), *cue, np.int32(units), out)
        self._issue(rowwise(name, rows, units, bias, *arguments))
