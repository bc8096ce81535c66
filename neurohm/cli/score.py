"""``neurohm score``: how well a model explains a recording, or images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.image_options import ImageOptions
from neurohm.cli.loading import load_any, load_recording_for, was_fitted_to
from neurohm.cli.options import (
    PART,
    AsJson,
    DataFile,
    ModelFile,
    Particles,
    ReaderOptions,
    require_unset,
)
from neurohm.cli.printing import note, show
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz

LEAVE_OUT = "leave-out"


def score(
    model: ModelFile,
    data: DataFile,
    reader: ReaderOptions,
    images: ImageOptions,
    particles: Particles = 1000,
    test: Annotated[
        float | None,
        typer.Option(
            help="Score this share, as 'neurohm fit' held it out: of the time, at its end, or of "
            "images that have no test part."
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(min=1, help="Score so many images, from all over.", rich_help_panel="Images"),
    ] = None,
    missing: Annotated[
        str,
        typer.Option(
            help="Bins in which not all units were observed: leave-out, or sum-out, which scores "
            "the units that were.",
            rich_help_panel=PART,
        ),
    ] = LEAVE_OUT,
    as_json: AsJson = False,
) -> None:
    """Score a model on a recording or on images, beside independent units fitted to the same."""
    from neurohm.estimators import SpikeCascade, SpikeHelmholtz

    fitted = load_any(model)
    of_recording = isinstance(fitted, SpikeCascade | SpikeHelmholtz)
    if rows is not None and of_recording:
        raise InputError("--rows with a model of a recording", "it with one of images")
    if missing != LEAVE_OUT and not isinstance(fitted, SpikeHelmholtz):
        what = "a cascade" if of_recording else "a model of images"
        raise InputError(f"--missing with {what}", "it with a model of a recording")
    if isinstance(fitted, SpikeCascade):
        from neurohm.cli.cascade_summary import scored_cascade
        from neurohm.cli.held_out import train_and_test

        require_unset(images, "a cascade")
        part = load_recording_for(fitted, data, reader)
        part = part if test is None else train_and_test(part, test, fitted.lags)[1]
        result, text = scored_cascade(fitted, part)
    elif isinstance(fitted, SpikeHelmholtz):
        require_unset(images, "a model of a recording")
        result, text = _of_recording(fitted, model, data, reader, particles, test, missing)
    else:
        require_unset(reader, "a model of images")
        result, text = _of_images(fitted, data, images, particles, test, rows)
    show({"model": str(model), **result}, text, as_json=as_json)


def _of_recording(
    fitted: SpikeHelmholtz,
    model: Path,
    recording: Path,
    reader: ReaderOptions,
    particles: int,
    test: float | None,
    missing: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the score of a recording, as data and in words."""
    from neurohm.cli.held_out import scored, train_and_test
    from neurohm.cli.score_summary import score_rows

    part = load_recording_for(fitted, recording, reader, all_at_once=missing != "sum-out")
    if test is not None:
        _, part = train_and_test(part, test, fitted.lags)
    elif was_fitted_to(fitted, recording):
        note(f"{model} was fitted to a part of this file; --test 0.2 scores its last fifth alone")
    report = scored(fitted, part, particles, missing)
    return {"recording": str(recording), **report.to_dict()}, score_rows(report)


def _of_images(
    fitted: HelmholtzDensity,
    source: Path,
    images: ImageOptions,
    particles: int,
    test: float | None,
    rows: int | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the score of images, as data and in words."""
    from neurohm.cli.image_data import images_for, scored_images, spread
    from neurohm.cli.image_summary import density_rows

    chosen = spread(images_for(fitted, source, images, test), rows)
    report = scored_images(fitted, chosen, particles)
    return {"images": str(source), **report.to_dict()}, density_rows(report)
