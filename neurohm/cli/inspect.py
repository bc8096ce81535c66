"""``neurohm inspect``: what is in a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from neurohm.cli.options import AsJson, ReaderOptions
from neurohm.cli.output_files import MODEL, stated_format
from neurohm.cli.printing import show


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="RECORDING|MODEL", help="Which of them, its content tells.")
    ],
    reader: ReaderOptions,
    as_json: AsJson = False,
) -> None:
    """Describe a recording, or a model that 'neurohm fit' wrote."""
    if stated_format(file) == MODEL:
        from neurohm.cli.model_summary import model_facts, model_rows

        facts = model_facts(file)
        show(facts, model_rows(facts), as_json=as_json)
        return
    from neurohm.cli.recording_summary import recording_facts, recording_rows

    with warnings.catch_warnings(record=True) as suspicions:
        warnings.simplefilter("always")
        recording = reader.load(file)
    facts = {**recording_facts(recording), "warnings": [str(s.message) for s in suspicions]}
    show(facts, recording_rows(facts), as_json=as_json)
    for suspicion in suspicions:
        warnings.warn_explicit(
            suspicion.message, suspicion.category, suspicion.filename, suspicion.lineno
        )
