"""A fit that can be stopped at any moment, and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from neurohm.cli.output_files import MODEL, REPORT_ENDINGS, check_output, check_plain
from neurohm.cli.printing import note
from neurohm.cli.progress import Notes
from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz, load
from neurohm.estimators.saved import require_same
from neurohm.exceptions import InputError
from neurohm.files import check_writable
from neurohm.locks import held, require_free
from neurohm.storage import read_model
from neurohm.training import latest_checkpoint, previous_of, remove_checkpoint

Model = TypeVar("Model", SpikeHelmholtz, HelmholtzDensity)

_OTHERS = {"recording": "another recording", "data": "other images"}
_WANTED = {"recording": "recording", "data": "images"}


@dataclass(frozen=True)
class Learned:
    """What a model learns from.

    Parameters
    ----------
    data : Recording or Images
        As the model's ``fit`` takes it.
    fingerprint : str
        Of the data, as the model keeps it.
    described : str
        How much of what there is to learn from.
    of : str
        ``"recording"`` or ``"data"``: under which name the model keeps the fingerprint.
    """

    data: Any
    fingerprint: str
    described: str
    of: str = "recording"


@dataclass(frozen=True)
class Fitting:
    """The files of a fit, and whether it goes on with an earlier one.

    Parameters
    ----------
    source, output : Path
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

    source: Path
    output: Path
    report: Path | None = None
    resume: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        check_output(self.output, MODEL, self.source)
        if self.report is not None:
            _check_report(self.report, self.source, self.output, self.checkpoint, self.lock)
        require_free(self.lock)
        if self.resume and self.overwrite:
            raise InputError("both --resume and --overwrite", "one of them")
        if self.begun and not (self.resume or self.overwrite):
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
    def begun(self) -> bool:
        """Whether there is a state to go on from."""
        return self.checkpoint.exists() or previous_of(self.checkpoint).exists()

    @property
    def lock(self) -> Path:
        """What keeps other processes from fitting to the same output."""
        return self.output.with_name(f"{self.output.name}.lock")

    @property
    def complete(self) -> bool:
        """Whether the fit to go on with came to its end."""
        return self.resume and self.output.exists() and not self.begun

    def fitted(self, model: Model, learned: Learned) -> Model:
        """Return the model fitted, and written.

        The checkpoint is there until the model is.
        """
        if self.resume:
            there = self.output if self.complete else latest_checkpoint(self.checkpoint)
            if there is not None:
                _require_same(there, model, learned)
        if self.complete:
            note(f"{self.output} is complete already: nothing left to fit")
            complete = load(self.output)
            assert isinstance(complete, type(model))  # its arguments are the same
            return complete
        notes = Notes(self._beginning(learned), discard=self.checkpoint if self.overwrite else None)
        with held(self.lock):
            model.fit(
                learned.data,
                checkpoint=self.checkpoint,
                keep_checkpoint=True,
                resume=self.resume,
                callbacks=[notes],
            )
            model.save(self.output)
            remove_checkpoint(self.checkpoint)
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

    def _beginning(self, learned: Learned) -> str:
        text = f"fitting {learned.described}"
        if self.resume and not self.begun:
            return f"no {self.checkpoint} to go on from, starting from the beginning; {text}"
        return text


def _require_same(path: Path, model: SpikeHelmholtz | HelmholtzDensity, learned: Learned) -> None:
    """Raise unless a file is of a model's arguments, and of that data and test share."""
    there = read_model(path)[1].get(learned.of, {})
    fingerprint = str(there.get("fingerprint", ""))
    require_same(path, model, fingerprint, of=learned.of)
    if fingerprint != learned.fingerprint:
        raise InputError(
            f"{path} is of {_OTHERS[learned.of]}, or was fitted with another --test "
            f"({there.get('source') or 'not from a file'})",
            f"the {_WANTED[learned.of]} and the --test to go on with",
            "give the same, or start again with --overwrite",
        )


def _check_report(report: Path, *others: Path) -> None:
    check_writable(report)
    if any(report.resolve() == other.resolve() for other in others):
        raise InputError(f"the report {report} is another file of the fit", "a name of its own")
    check_plain(report, "the report", REPORT_ENDINGS)
    import neurohm.report.page  # noqa: F401 - a library that is missing is so before the fit
