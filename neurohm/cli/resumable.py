"""A fit that can be stopped at any moment, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurohm.cli.loading import load_spike_model
from neurohm.cli.lock import held, require_free
from neurohm.cli.output_files import MODEL, check_output
from neurohm.cli.printing import note
from neurohm.cli.progress import Notes
from neurohm.estimators import SpikeHelmholtz
from neurohm.estimators.saved import require_same
from neurohm.exceptions import InputError
from neurohm.files import check_writable
from neurohm.recordings import Recording
from neurohm.recordings.validation import unit_text
from neurohm.storage import read_model

if TYPE_CHECKING:
    from neurohm.analysis import ScoreReport


@dataclass(frozen=True)
class Fitting:
    """The files of a fit, and whether it goes on with an earlier one.

    Parameters
    ----------
    recording, output : Path
    report : Path or None
    resume : bool
        Go on from the checkpoint, if there is one.
    overwrite : bool
        Discard the checkpoint, if there is one.

    Raises
    ------
    InputError
        If a file cannot be written, it is not said what to do with a checkpoint, or another
        process fits to the same output.
    """

    recording: Path
    output: Path
    report: Path | None = None
    resume: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        check_output(self.output, MODEL, self.recording)
        if self.report is not None:
            _check_report(self.report, self.recording, self.output, self.checkpoint, self.lock)
        require_free(self.lock)
        if self.resume and self.overwrite:
            raise InputError("both --resume and --overwrite", "one of them")
        if self.checkpoint.exists() and not (self.resume or self.overwrite):
            raise InputError(
                f"{self.checkpoint} is there, of a fit that was stopped",
                "to be told what to do with it",
                "give --resume to go on with it, or --overwrite to discard it",
            )

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept while fitting."""
        return self.output.with_name(f"{self.output.name}.checkpoint")

    @property
    def lock(self) -> Path:
        """What keeps other processes from fitting to the same output."""
        return self.output.with_name(f"{self.output.name}.lock")

    @property
    def complete(self) -> bool:
        """Whether the fit to go on with came to its end."""
        return self.resume and self.output.exists() and not self.checkpoint.exists()

    def fitted(self, model: SpikeHelmholtz, train: Recording) -> SpikeHelmholtz:
        """Return the model fitted, and written.

        The checkpoint is there until the model is.
        """
        there = self.output if self.complete else self.checkpoint
        if self.resume and there.exists():
            _require_same(there, model, train)
        if self.complete:
            note(f"{self.output} is complete already: nothing left to fit")
            return load_spike_model(self.output)
        notes = Notes(self._beginning(train), discard=self.checkpoint if self.overwrite else None)
        with held(self.lock):
            model.fit(
                train,
                checkpoint=self.checkpoint,
                keep_checkpoint=True,
                resume=self.resume,
                callbacks=[notes],
            )
            model.save(self.output)
            self.checkpoint.unlink(missing_ok=True)
        return model

    @contextmanager
    def saved(self) -> Iterator[None]:
        """Let whoever stops what follows the fit know that the fit itself is not lost."""
        try:
            yield
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(
                f"stopped; the model is saved at {self.output}, and 'neurohm score' scores it"
            ) from stop

    def write_report(
        self,
        model: SpikeHelmholtz,
        whole: Recording,
        held_out: Recording | None,
        score: ScoreReport | None,
    ) -> None:
        """Write the report, if one was asked for."""
        if self.report is not None:
            _report_writer()(self.report, model, whole, score, held_out=held_out)

    def _beginning(self, train: Recording) -> str:
        length = unit_text(train.observed_duration, train.time_unit)
        text = f"fitting {train.n_units} units over {length}"
        if self.resume and not self.checkpoint.exists():
            return f"no {self.checkpoint} to go on from, starting from the beginning; {text}"
        return text


def _require_same(path: Path, model: SpikeHelmholtz, train: Recording) -> None:
    """Raise unless a file is of a model's arguments, and of that recording and test share."""
    there = read_model(path)[1].get("recording", {})
    fingerprint = str(there.get("fingerprint", ""))
    require_same(path, model, fingerprint)
    if fingerprint != train.fingerprint():
        raise InputError(
            f"{path} is of another recording, or was fitted with another --test "
            f"({there.get('source') or 'not from a file'})",
            "the recording and the --test to go on with",
            "give the same, or start again with --overwrite",
        )


def _check_report(report: Path, *others: Path) -> None:
    check_writable(report)
    if any(report.resolve() == other.resolve() for other in others):
        raise InputError(f"the report {report} is another file of the fit", "a name of its own")
    _report_writer()


def _report_writer() -> Callable[..., Any]:
    from neurohm.report import write_report

    writer: Callable[..., Any] = write_report
    return writer
