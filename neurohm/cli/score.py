"""``neurohm score``: how well a model explains a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, Particles, ReaderOptions, RecordingFile
from neurohm.cli.printing import note, show


def score(
    model: ModelFile,
    recording: RecordingFile,
    reader: ReaderOptions,
    particles: Particles = 1000,
    test: Annotated[
        float | None,
        typer.Option(
            help="Score this share of the time, at the end, as 'neurohm fit' held it out."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on a recording, beside independent units with the rates it was fitted to."""
    from neurohm.cli.held_out import scored, train_and_test
    from neurohm.cli.score_summary import score_rows

    fitted = load_spike_model(model)
    part = load_recording_for(fitted, recording, reader)
    if test is not None:
        _, part = train_and_test(part, test, fitted.lags)
    elif _same_file(recording, fitted.recording_["source"]):
        note(f"{model} was fitted to a part of this file; --test 0.2 scores its last fifth alone")
    report = scored(fitted, part, particles)
    result = {"model": str(model), "recording": str(recording), **report.to_dict()}
    show(result, score_rows(report), as_json=as_json)


def _same_file(path: Path, source: str) -> bool:
    return bool(source) and Path(source).exists() and path.samefile(source)
