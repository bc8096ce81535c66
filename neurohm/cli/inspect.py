"""``neurohm inspect``: what is in a file, a folder of images or a data set."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from neurohm.cli.image_options import DataKind, ImageOptions, are_images
from neurohm.cli.options import AsJson, ReaderOptions, require_unset
from neurohm.cli.output_files import ASSEMBLIES, MODEL, stated_format
from neurohm.cli.printing import show

_HELD = {MODEL: "a model", ASSEMBLIES: "assemblies"}


def inspect(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Which of them it is, its content tells; or a data set of images."
        ),
    ],
    reader: ReaderOptions,
    images: ImageOptions,
    kind: DataKind = "auto",
    validate: Annotated[
        bool, typer.Option("--validate", help="Check an NWB file against its schema, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Describe a recording, with a small picture of its rates, images, a model, or assemblies."""
    stated = stated_format(file)
    errors = _validation(file) if validate else None
    if stated in _HELD:
        require_unset(reader, _HELD[stated])
        require_unset(images, _HELD[stated])
    if stated == MODEL:
        from neurohm.cli.model_summary import model_facts, model_rows

        facts = model_facts(file)
        show(facts, model_rows(facts), as_json=as_json)
    elif are_images(file, kind):
        require_unset(reader, "images")
        _inspect_images(file, images, as_json=as_json)
    elif stated == ASSEMBLIES:
        _inspect_assemblies(file, as_json=as_json)
    else:
        require_unset(images, "a recording")
        _inspect_recording(file, reader, errors, as_json=as_json)


def _validation(file: Path) -> list[str]:
    from neurohm.recordings.formats.write_nwb import validate_nwb

    return validate_nwb(file)


def _inspect_images(file: Path, options: ImageOptions, *, as_json: bool) -> None:
    from neurohm.cli.image_summary import image_rows

    images = options.load(file).binarised(options.binarise)
    show({"kind": "images", **images.to_dict()}, image_rows(images), as_json=as_json)


def _inspect_assemblies(file: Path, *, as_json: bool) -> None:
    from neurohm.cli.assembly_summary import assembly_facts, assembly_rows, print_assemblies
    from neurohm.estimators.assembly_files import load_assemblies

    facts = {"source": str(file), **assembly_facts(load_assemblies(file))}
    if not as_json:
        print_assemblies(facts)
    searched = facts["settings"].get("recording") or ""
    rows = {"file": str(file), **({"recording": searched} if searched else {})}
    show(facts, rows | assembly_rows(facts), as_json=as_json)


def _inspect_recording(
    file: Path, reader: ReaderOptions, errors: list[str] | None, *, as_json: bool
) -> None:
    with warnings.catch_warnings(record=True) as suspicions:
        warnings.simplefilter("always")
        recording = reader.load(file)

    from neurohm.cli.rate_picture import (
        columns_of_output,
        printable,
        rate_course,
        rate_histogram,
        show_picture,
    )
    from neurohm.cli.recording_summary import recording_facts, recording_rows

    facts = {
        **recording_facts(recording),
        "rate_course": rate_course(recording, *([] if as_json else [columns_of_output()])),
        "rate_histogram": rate_histogram(recording),
        "warnings": [str(suspicion.message) for suspicion in suspicions],
        **({} if errors is None else {"schema_errors": errors}),
    }
    rows = {name: printable(text) for name, text in recording_rows(facts).items()}
    if errors is not None:
        rows["NWB schema"] = printable("; ".join(errors)) or "valid"
    show(facts, rows, as_json=as_json)
    if not as_json:
        show_picture(facts)
    for suspicion in suspicions:
        warnings.warn_explicit(
            suspicion.message, suspicion.category, suspicion.filename, suspicion.lineno
        )
