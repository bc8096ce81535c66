"""``neurohm plot``: one picture of a model, or of a recording or images by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.assemblies import SearchOptions, load_table
from neurohm.cli.image_options import ImageOptions
from neurohm.cli.loading import load_model, load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions, require_unset
from neurohm.cli.output_files import check_plain
from neurohm.cli.plot_kinds import (
    IMAGE_KINDS,
    KINDS,
    OF_ANY,
    TRIAL_KINDS,
    Kind,
    able,
    every_kind,
    listing,
)
from neurohm.cli.plot_trials import subjects_of_trials
from neurohm.cli.printing import show
from neurohm.cli.trial_options import TrialOptions
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz
    from neurohm.recordings import Recording

MOST_IMAGES, MOST_COMPLETED, MOST_CORRELATED = 20, 8, 5000


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of picture, see above.")],
    model: ModelFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Picture to write: .png, .pdf or .svg."),
    ],
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
    start: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('start')}: first moment to show, seconds; by default a lively one."
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help=f"Of {able('seconds')}: how much time to show.")
    ] = None,
    layer: Annotated[
        int | None,
        typer.Option(help=f"Of {able('layer')}: hidden layer; by default the first."),
    ] = None,
    test: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('test')}: take images of this share, which 'neurohm fit' held out."
        ),
    ] = None,
    period: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('period')}: conditions are angles that are the same after so many "
            "degrees (180: orientations); draw circles."
        ),
    ] = None,
    dpi: Annotated[int, typer.Option(min=10, max=2400, help="Pixels of an inch.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Draw a picture of a model, or of a recording or images by it."""
    given = {"start": start, "seconds": seconds, "layer": layer, "test": test, "period": period}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    chosen = _checked(kind, options, data, assemblies)
    inputs = (model, data, assemblies)
    _check_picture(output, *[path for path in inputs if path is not None])
    if kind not in TRIAL_KINDS:
        require_unset(trials, f"picture {kind!r}")
    if kind in IMAGE_KINDS:
        require_unset(reader, f"picture {kind!r}")
        share = options.pop("test", None)
        options |= {} if images.size is None else {"shape": images.size}
        subjects = _of_images(chosen, _image_model(kind, model), data, images, share)
    elif data is not None and kind in TRIAL_KINDS:
        require_unset(images, f"picture {kind!r}")
        whole = options.pop("layer", "all")
        subjects = subjects_of_trials(kind, chosen, model, data, reader, trials, whole)
    else:
        require_unset(images, f"picture {kind!r}")
        subjects = _of_recording(kind, chosen, model, data, reader, assemblies)

    from neurohm import plots
    from neurohm.plots.canvas import figure_of
    from neurohm.plots.display import hidden

    with hidden():
        drawn = getattr(plots, chosen.draws)(*subjects, **options)
    plots.save(drawn, output, dpi=dpi)
    width, height = (float(inches) for inches in figure_of(drawn).get_size_inches())
    result = {"picture": str(output), "kind": kind, "inches": [width, height], "dpi": dpi}
    show(result, {"picture": f"{output}: {chosen.shows}"}, as_json=as_json)


plot.__doc__ = "\n\n".join(
    [
        str(plot.__doc__),
        "For example: neurohm plot raster fit.h5 recording.h5 -o raster.png",
        listing(),
    ]
)


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


def _check_picture(path: Path, *inputs: Path) -> None:
    """Raise unless a picture can be written there, over no input."""
    from neurohm.plots.saving import FORMATS

    check_plain(path, "picture file", tuple(FORMATS), *inputs)


def _of_recording(
    name: str,
    kind: Kind,
    model: Path,
    data: Path | None,
    reader: ReaderOptions,
    assemblies: Path | None,
) -> list[Any]:
    """Return what a picture is of: a model, a recording, assemblies."""
    if name in OF_ANY:
        return [load_model(model)]
    fitted = load_spike_model(model)
    table = None if assemblies is None else load_table(assemblies, fitted)
    part = None
    if data is not None and kind.needs_recording(searched=table is None):
        part = load_recording_for(fitted, data, reader)
    return [_subject(subject, fitted, part, table) for subject in kind.of]


def _of_images(
    kind: Kind,
    fitted: HelmholtzDensity,
    data: Path | None,
    options: ImageOptions,
    test: float | None,
) -> list[Any]:
    """Return what a picture is of: a model of images, and images."""
    if not kind.needs_images or data is None:
        return [fitted]

    from neurohm.cli.image_data import half_completed, images_for, spread

    rows = images_for(fitted, data, options, test)
    if "completed" in kind.of:
        return half_completed(fitted, spread(rows, MOST_COMPLETED), options.size)
    return [spread(rows, MOST_CORRELATED if kind.many else MOST_IMAGES), fitted]


def _image_model(name: str, path: Path) -> HelmholtzDensity:
    from neurohm.estimators import HelmholtzDensity

    fitted = load_model(path)
    if not isinstance(fitted, HelmholtzDensity):
        others = ", ".join(KINDS)
        raise InputError(f"picture {name!r} of a model of a recording", f"one of {others}")
    return fitted


def _subject(
    name: str, fitted: SpikeHelmholtz, part: Recording | None, table: pd.DataFrame | None
) -> Any:
    """Return what a picture is of, by its name."""
    if name == "assemblies":
        if table is None and part is not None:
            table = SearchOptions().find(fitted, part)
        return table
    return fitted if name == "model" else part
