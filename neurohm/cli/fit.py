"""``neurohm fit``: from a recording, or images, to a model, its score and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from neurohm.cli.image_options import DataKind, DensityOptions, ImageOptions, are_images
from neurohm.cli.options import (
    AsJson,
    DataFile,
    MachineOptions,
    Particles,
    ReaderOptions,
    require_unset,
)
from neurohm.cli.printing import show
from neurohm.exceptions import InputError


def fit(
    data: DataFile,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Model file to write.", show_default=False)
    ],
    machine: MachineOptions,
    reader: ReaderOptions,
    images: ImageOptions,
    density: DensityOptions,
    kind: DataKind = "auto",
    trigger: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="Grow a cascade on windows around the spikes of this unit (--rule cascade, or "
            "wake-sleep).",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        float,
        typer.Option(
            help="Share to score on, of the time, at its end, or of the images, if they have no "
            "test part; 0 for none."
        ),
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
    """Fit a Helmholtz machine to a recording, or to images, by local learning.

    It is scored on time, or images, held out.

    While it fits, the state is kept beside the output, in a file with '.checkpoint' after its name.

    Another with '.lock' after it keeps other fits from that output meanwhile.
    """
    from neurohm.cli.resumable import Fitting

    if are_images(data, kind):
        if trigger is not None or machine.rule == "cascade":
            option = "--rule cascade" if trigger is None else "--trigger"
            raise InputError(f"{option} with images", "it with a recording")
        require_unset(reader, "images")
        require_unset(machine, "images", "bin", "lags", "shuffle_window")
        from neurohm.cli.fit_images import ImageFit

        task: Any = ImageFit(data, machine, images, density, test, score_particles)
    else:
        require_unset(images, "a recording")
        require_unset(density, "a recording")
        if trigger is not None or machine.rule == "cascade":
            from neurohm.cli.fit_cascade import CascadeFit

            asked = Fitting(data, output, report, resume, overwrite)
            show(*CascadeFit(data, machine, reader, trigger, test).run(asked), as_json=as_json)
            return
        from neurohm.cli.fit_recording import RecordingFit

        task = RecordingFit(data, machine, reader, test, score_particles)

    result, rows = task.run(Fitting(data, output, report, resume, overwrite))
    show(result, rows, as_json=as_json)
