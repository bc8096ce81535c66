"""``neurohm convert``: any readable recording, or a part of it, in neurohm's own format or NWB."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurohm.cli.options import AsJson, ReaderOptions
from neurohm.cli.output_files import RECORDING, check_output
from neurohm.cli.printing import show


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Recording in any format that is read.")
    ],
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="Recording to write: NumPy arrays if it ends in .npz, NWB if in .nwb, else HDF5.",
        ),
    ],
    reader: ReaderOptions,
    as_json: AsJson = False,
) -> None:
    """Write a recording, or a part of it, in neurohm's own format, or in NWB."""
    check_output(output, RECORDING, source)
    recording = reader.load(source)
    recording.save(output)
    from neurohm.cli.recording_summary import written

    show(*written(recording, output), as_json=as_json)
