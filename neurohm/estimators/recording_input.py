"""What a user gives for a recording: its units in the order of a model's."""

from __future__ import annotations

import os
from typing import Any

import numpy.typing as npt

from neurohm.estimators.base import HelmholtzEstimator
from neurohm.estimators.matching_units import in_model_order
from neurohm.estimators.settings import is_auto
from neurohm.exceptions import ArgumentTypeError
from neurohm.recordings import Recording
from neurohm.recordings.objects import recording_of_object


class RecordingInput(HelmholtzEstimator):
    """From what a user gives for a recording to a recording, for estimators of spikes."""

    bin_size: float | str
    time_unit_: str
    unit_ids_: npt.NDArray[Any]

    def _as_recording(self, recording: Any) -> Recording:
        known = _with_units(recording)
        if known is not None:
            return known
        if isinstance(recording, str | os.PathLike):
            raise ArgumentTypeError(
                f"the path {recording}", "a Recording or a count matrix", "use nh.load_recording"
            )
        width = None if is_auto(self.bin_size) else float(self.bin_size)
        return Recording.from_counts(recording, bin_width=width)

    def _matched(self, recording: Any) -> Recording:
        """Return a recording, its units in the order of those fitted."""
        known = _with_units(recording)
        given = self._as_recording(recording if known is None else known)
        return in_model_order(given, self.unit_ids_, self.time_unit_, named=known is not None)


def _with_units(recording: Any) -> Recording | None:
    """Return a recording, or that of another library's object, whose units have names; or None."""
    return recording if isinstance(recording, Recording) else recording_of_object(recording)
