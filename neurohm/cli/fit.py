"""``neurohm fit``: from a recording to a model, its score and a report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neurohm.cli.options import AsJson, MachineOptions, Particles, ReaderOptions, RecordingFile
from neurohm.cli.printing import show

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording


def fit(
    recording: RecordingFile,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Model file to write.", show_default=False)
    ],
    machine: MachineOptions,
    reader: ReaderOptions,
    test: Annotated[
        float, typer.Option(help="Share of the time, at its end, to score on; 0 for none.")
    ] = 0.2,
    score_particles: Particles = 1000,
    report: Annotated[
        Path | None, typer.Option(help="HTML report to write.", show_default=False)
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a fit that was stopped.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Discard a fit that was stopped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fit a Helmholtz machine to a recording by local learning, and score it on time held out.

    While it fits, the state is kept beside the output, in a file with '.checkpoint' after its name.

    Another with '.lock' after it keeps other fits from that output meanwhile.
    """
    model = machine.estimator()

    from neurohm.cli.held_out import scored
    from neurohm.cli.resumable import Fitting
    from neurohm.cli.score_summary import score_rows

    fitting = Fitting(recording, output, report, resume, overwrite)
    whole = reader.load(recording, width_of_bins=machine.bin_size)
    train, held_out = _parts(whole, test, model)
    begin = time.monotonic()
    model = fitting.fitted(model, train)
    seconds = time.monotonic() - begin
    with fitting.saved():
        score = None if held_out is None else scored(model, held_out, score_particles)
        fitting.write_report(model, whole, held_out, score)
    result = {
        "model": str(output),
        "report": None if report is None else str(report),
        "recording": str(recording),
        "units": len(model.unit_ids_),
        "populations": list(model.machine_.sizes),
        "bin_size": model.bin_size_,
        "time_unit": model.time_unit_,
        "lags": model.lags,
        "epochs": len(model.history_),
        "seconds": seconds,
        "score": None if score is None else score.to_dict(),
    }
    rows = {"model": _described(output, model, seconds)}
    rows |= {} if score is None else score_rows(score)
    rows |= {} if report is None else {"report": str(report)}
    show(result, rows, as_json=as_json)


def _parts(
    whole: Recording, test: float, model: SpikeHelmholtz
) -> tuple[Recording, Recording | None]:
    """Return the time to learn from and the time to score on, with room for windows in each."""
    from neurohm.cli.held_out import require_window, train_and_test

    require_window(whole, model)
    if test == 0:
        return whole, None
    train, held_out = train_and_test(whole, test, model.lags)
    require_window(train, model)
    require_window(held_out, model)
    return train, held_out


def _described(output: Path, model: SpikeHelmholtz, seconds: float) -> str:
    sizes = " - ".join(map(str, model.machine_.sizes))
    return f"{output}: {sizes} units, {len(model.history_)} epochs in {seconds:.3g} s"
