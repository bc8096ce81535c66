"""``neurohm report``: a fitted model as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.assemblies import load_table
from neurohm.cli.compare import load_comparison
from neurohm.cli.image_options import ImageOptions
from neurohm.cli.loading import load_model, load_recording_for, was_fitted_to
from neurohm.cli.options import AsJson, ModelFile, Particles, ReaderOptions, require_unset
from neurohm.cli.output_files import REPORT_ENDINGS, check_plain
from neurohm.cli.printing import note, show
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.comparison import Comparison
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz


def report(
    model: ModelFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="Report to write: .html.")],
    reader: ReaderOptions,
    images: ImageOptions,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="RECORDING|IMAGES",
            help="The recording or the images that the model is shown with and scored on; without "
            "it the report is of the model alone.",
        ),
    ] = None,
    assemblies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Assemblies, as 'neurohm assemblies -o FILE' wrote them."
        ),
    ] = None,
    comparison: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Other models, as 'neurohm compare RECORDING -o FILE' wrote them."
        ),
    ] = None,
    test: Annotated[
        float | None,
        typer.Option(help="Score this share alone, as 'neurohm fit' held it out."),
    ] = None,
    particles: Particles = 1000,
    as_json: AsJson = False,
) -> None:
    """Write a report of a model: score, pictures, settings; one file that works offline."""
    from neurohm.estimators import SpikeHelmholtz

    inputs = [path for path in (model, data, assemblies, comparison) if path is not None]
    check_plain(output, "the report", REPORT_ENDINGS, *inputs)
    fitted = load_model(model)
    if data is None and test is not None:
        raise InputError("--test without a recording or images", "what it is a share of")
    if data is None:
        require_unset(reader, "a report of the model alone")
    if isinstance(fitted, SpikeHelmholtz):
        require_unset(images, "a model of a recording")
        others = None if comparison is None else load_comparison(comparison)
        scored = _of_recording(fitted, output, data, reader, assemblies, others, test, particles)
    else:
        require_unset(reader, "a model of images")
        for path, option in ((assemblies, "--assemblies"), (comparison, "--comparison")):
            if path is not None:
                raise InputError(f"{option} with a model of images", "it with one of a recording")
        scored = _of_images(fitted, output, data, images, test, particles)
    what = "the model alone" if data is None else f"the model and {data}"
    result = {"report": str(output), "model": str(model), **scored}
    show(result, {"report": f"{output}: {what}"}, as_json=as_json)


def _of_recording(
    fitted: SpikeHelmholtz,
    output: Path,
    data: Path | None,
    reader: ReaderOptions,
    assemblies: Path | None,
    comparison: Comparison | None,
    test: float | None,
    particles: int,
) -> dict[str, Any]:
    """Write a report of a model of spikes; return what was scored."""
    from neurohm.cli.held_out import scored, train_and_test
    from neurohm.estimators.matching_units import in_model_order
    from neurohm.report import write_report

    if data is None:
        if assemblies is not None:
            raise InputError("--assemblies without a recording", "the recording they are in")
        write_report(output, fitted, comparison=comparison)
        return {}
    # All that may be refused comes before what takes time.
    table = None if assemblies is None else load_table(assemblies, fitted)
    whole = load_recording_for(fitted, data, reader)
    in_model_order(whole, fitted.unit_ids_, fitted.time_unit_)
    if seen := test is None and was_fitted_to(fitted, data):
        note(f"the model was fitted to a part of {data}; --test 0.2 scores its last fifth alone")
    held_out = None if test is None else train_and_test(whole, test, fitted.lags)[1]
    score = scored(fitted, whole if held_out is None else held_out, particles)
    write_report(
        output,
        fitted,
        whole,
        score,
        held_out=held_out,
        assemblies=table,
        comparison=comparison,
        seen=seen,
    )
    return {"recording": str(data), "score": score.to_dict()}


def _of_images(
    fitted: HelmholtzDensity,
    output: Path,
    data: Path | None,
    images: ImageOptions,
    test: float | None,
    particles: int,
) -> dict[str, Any]:
    """Write a report of a model of images; return what was scored."""
    from neurohm.cli.image_data import images_for, parts_for, scored_images
    from neurohm.report import write_image_report

    if data is None:
        raise InputError("a model of images without images", "the images that it is shown with")
    score = scored_images(fitted, images_for(fitted, data, images, test), particles)
    parts = parts_for(fitted, data, images, test)
    seen = parts.test is None and bool(parts.source) and parts.source == fitted.data_["source"]
    write_image_report(output, fitted, parts, score, seen=seen)
    return {"images": str(data), "score": score.to_dict()}
