"""``neurohm plot``: one picture of a model, or of a recording or images by it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from neurohm.cli.image_options import ImageOptions
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions
from neurohm.cli.output_files import check_picture
from neurohm.cli.plot_kinds import Kind, able, every_kind, listing
from neurohm.cli.plot_options import PictureOptions
from neurohm.cli.plot_subjects import Sources, subjects_of
from neurohm.cli.printing import show
from neurohm.cli.trial_options import TrialOptions
from neurohm.exceptions import InputError


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of picture, see above.")],
    model: ModelFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Picture to write: .png, .pdf or .svg."),
    ],
    picture: PictureOptions,
    reader: ReaderOptions,
    trials: TrialOptions,
    images: ImageOptions,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="RECORDING|IMAGES",
            help="The recording (file with the spikes), or the images (a file, a folder or the "
            "name of a data set), if the picture is of them.",
        ),
    ] = None,
    assemblies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Assemblies to draw, as 'neurohm assemblies -o FILE' wrote them; else they are "
            "searched first, which takes several times as long as the fit.",
        ),
    ] = None,
    dpi: Annotated[int, typer.Option(min=10, max=2400, help="Pixels of an inch.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Draw a picture of a model, or of a recording or images by it."""
    options = picture.given()
    chosen = _checked(kind, options, data, assemblies)
    check_picture(output, model, data, assemblies)
    sources = Sources(model, data, assemblies, reader, trials, images)
    subjects, arguments = subjects_of(kind, chosen, sources, options)
    inches = _draw(chosen.draws, subjects, arguments, output, dpi)
    result = {"picture": str(output), "kind": kind, "inches": inches, "dpi": dpi}
    show(result, {"picture": f"{output}: {chosen.shows}"}, as_json=as_json)


plot.__doc__ = "\n\n".join(
    [
        str(plot.__doc__),
        "For example: neurohm plot raster fit.h5 recording.h5 -o raster.png",
        listing(),
    ]
)


def _draw(
    function: str, subjects: list[Any], arguments: dict[str, Any], output: Path, dpi: int
) -> list[float]:
    """Write what a function of `neurohm.plots` draws, and return its width and height, inches."""
    from neurohm import plots
    from neurohm.plots.canvas import figure_of
    from neurohm.plots.display import hidden

    with hidden():
        drawn = getattr(plots, function)(*subjects, **arguments)
    plots.save(drawn, output, dpi=dpi)
    return [float(inches) for inches in figure_of(drawn).get_size_inches()]


def _checked(name: str, options: dict[str, Any], data: Path | None, table: Path | None) -> Kind:
    """Return the kind of that name, if it can be drawn with these options."""
    kinds = every_kind()
    if name not in kinds:
        raise InputError(f"picture {name!r}", "one of " + ", ".join(kinds))
    kind = kinds[name]
    if table is not None and "assemblies" not in kind.of:
        takers = [other for other, one in kinds.items() if "assemblies" in one.of]
        raise InputError(f"--assemblies with picture {name!r}", f"it with {', '.join(takers)}")
    needed = kind.needs_recording(searched=table is None) or kind.needs_images
    if needed and data is None:
        what = "images" if kind.needs_images else "recording"
        raise InputError(
            f"picture {name!r} without {'' if kind.needs_images else 'a '}{what}",
            f"the {what} that it is of",
            f"neurohm plot {name} MODEL {what.upper()} -o PICTURE",
        )
    for option in options:
        if option not in kind.options:
            raise InputError(f"--{option} with picture {name!r}", f"it with {able(option)}")
    return kind
