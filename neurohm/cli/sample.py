"""``neurohm sample``: a dreamed recording."""

from __future__ import annotations

from typing import Annotated

import typer

from neurohm.cli.loading import load_spike_model
from neurohm.cli.options import AsJson, ModelFile, RecordingOutput
from neurohm.cli.output_files import RECORDING, check_output
from neurohm.cli.printing import show


def sample(
    model: ModelFile,
    output: RecordingOutput,
    seconds: Annotated[
        float, typer.Option(help="How long (in bins, if the model counts time in bins).")
    ] = 10.0,
    seed: Annotated[
        int | None, typer.Option(help="Another gives another dream; the model's own by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dream a recording with a fitted model."""
    check_output(output, RECORDING, model)
    dreamed = load_spike_model(model).sample(seconds, seed=seed)
    dreamed.save(output)
    from neurohm.cli.recording_summary import written

    show(*written(dreamed, output), as_json=as_json)
