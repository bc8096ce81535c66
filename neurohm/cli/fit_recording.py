"""A fit to a recording."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurohm.cli.fit_summary import outcome
from neurohm.cli.held_out import require_window, scored, train_and_test
from neurohm.cli.options import MachineOptions, ReaderOptions
from neurohm.cli.resumable import Fitting, Learned
from neurohm.cli.score_summary import score_rows
from neurohm.recordings import Recording
from neurohm.recordings.unit_observation import observed_together, warn_of_time_left_out
from neurohm.recordings.validation import unit_text


@dataclass
class RecordingFit:
    """What to fit a machine to, and how.

    Parameters
    ----------
    source : Path
        The recording's file.
    machine : MachineOptions
    reader : ReaderOptions
    test : float
        Share of the time to score on; 0 for none.
    particles : int
        Of the score.

    Raises
    ------
    InputError, ArgumentTypeError
        If an option cannot be used.
    """

    source: Path
    machine: MachineOptions
    reader: ReaderOptions
    test: float
    particles: int

    def __post_init__(self) -> None:
        self.model = self.machine.estimator()

    def run(self, fitting: Fitting) -> tuple[dict[str, Any], dict[str, str]]:
        """Fit, score and report; return what to say of it, as data and in words."""
        whole = self.reader.load(self.source, width_of_bins=self.machine.bin_size)
        warn_of_time_left_out(whole)
        train, held_out = self._parts(observed_together(whole))
        begin = time.monotonic()
        model = fitting.fitted(self.model, _learned(train))
        seconds = time.monotonic() - begin
        with fitting.saved():
            score = None if held_out is None else scored(model, held_out, self.particles)
            if fitting.report is not None:
                from neurohm.report import write_report

                write_report(fitting.report, model, whole, score, held_out=held_out)
        result, rows = outcome(fitting, model, seconds, score)
        result |= {
            "recording": str(self.source),
            "units": len(model.unit_ids_),
            "bin_size": model.bin_size_,
            "time_unit": model.time_unit_,
            "lags": model.lags,
        }
        rows |= {} if score is None else score_rows(score)
        rows |= {} if fitting.report is None else {"report": str(fitting.report)}
        return result, rows

    def _parts(self, whole: Recording) -> tuple[Recording, Recording | None]:
        """Return the time to learn from and the time to score on, with room for windows in each."""
        require_window(whole, self.model)
        if self.test == 0:
            return whole, None
        train, held_out = train_and_test(whole, self.test, self.model.lags)
        require_window(train, self.model)
        require_window(held_out, self.model)
        return train, held_out


def _learned(train: Recording) -> Learned:
    length = unit_text(train.observed_duration, train.time_unit)
    return Learned(train, train.fingerprint(), f"{train.n_units} units over {length}")
