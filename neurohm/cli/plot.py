"""``neurohm plot``: one picture of a model, or of a recording by it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.assemblies import SearchOptions, load_table
from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions
from neurohm.cli.printing import show
from neurohm.exceptions import InputError
from neurohm.files import check_writable

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Parameters
    ----------
    draws : str
        Name of the function of `neurohm.plots`.
    shows : str
        What it shows, one line.
    of : tuple of str
        What the function takes: "model", "recording" or "assemblies" each.
    options : tuple of str
        Which options it takes.
    """

    draws: str
    shows: str
    of: tuple[str, ...]
    options: tuple[str, ...] = ()


_ALONE = ("model",)
_BOTH, _FOUND = ("recording", "model"), ("recording", "assemblies")
_STRETCH = ("start", "seconds")

KINDS = {
    "fields": Kind("receptive_fields", "what hidden units add to the rates", _ALONE, ("layer",)),
    "learning": Kind("learning_curve", "the score, epoch by epoch", _ALONE),
    "weights": Kind("weights", "histograms of the weights", _ALONE),
    "locality": Kind("locality", "which signals each synapse learns from", _ALONE),
    "raster": Kind("raster", "spikes and hidden activity", _BOTH, _STRETCH),
    "activity": Kind("activity", "how active hidden units are", _BOTH),
    "dreams": Kind("dreams", "the recording beside a dream", _BOTH, _STRETCH),
    "check": Kind("model_check", "rates and correlations of dreams and data", _BOTH),
    "assemblies": Kind("assembly_raster", "spikes coloured by assembly", _FOUND, _STRETCH),
    "averages": Kind("triggered_average", "rates around each assembly's occurrences", _FOUND),
    "matrix": Kind("assembly_matrix", "members of assemblies, with lags", ("assemblies",)),
    "map": Kind("assembly_map", "where members lie on the electrode array", _FOUND),
}


def _able(option: str) -> str:
    """Return the kinds of picture that take an option."""
    return ", ".join(name for name, kind in KINDS.items() if option in kind.options)


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of picture, see above.")],
    model: ModelFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Picture to write: .png, .pdf or .svg."),
    ],
    reader: ReaderOptions,
    recording: Annotated[
        Path | None,
        typer.Argument(
            metavar="RECORDING", help="File with the spikes, if the picture is of them."
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
            help=f"Of {_able('start')}: first moment to show, seconds; by default a lively one."
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help=f"Of {_able('seconds')}: how much time to show.")
    ] = None,
    layer: Annotated[
        int | None,
        typer.Option(help=f"Of {_able('layer')}: hidden layer; by default the first."),
    ] = None,
    dpi: Annotated[int, typer.Option(min=10, max=2400, help="Pixels of an inch.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Draw a picture of a model, or of a recording by it."""
    given = {"start": start, "seconds": seconds, "layer": layer}
    options = {name: value for name, value in given.items() if value is not None}
    chosen = _checked(kind, options, recording, assemblies)
    inputs = (model, recording, assemblies)
    _check_picture(output, *[path for path in inputs if path is not None])
    fitted = load_spike_model(model)
    table = None if assemblies is None else load_table(assemblies, fitted)
    part = None
    if recording is not None and _needs_recording(chosen, searched=table is None):
        part = load_recording_for(fitted, recording, reader)

    from neurohm import plots
    from neurohm.plots.canvas import figure_of
    from neurohm.plots.display import hidden

    subjects = [_subject(name, fitted, part, table) for name in chosen.of]
    with hidden():
        drawn = getattr(plots, chosen.draws)(*subjects, **options)
    plots.save(drawn, output, dpi=dpi)
    width, height = (float(inches) for inches in figure_of(drawn).get_size_inches())
    result = {"picture": str(output), "kind": kind, "inches": [width, height], "dpi": dpi}
    show(result, {"picture": f"{output}: {chosen.shows}"}, as_json=as_json)


def _listed(title: str, kinds: list[str]) -> str:
    """Return the kinds of picture, a line each."""
    lines = [f"  {name:<11} {KINDS[name].shows}" for name in kinds]
    return "\n".join(["\b", title, *lines])


def _needs_recording(kind: Kind, *, searched: bool = True) -> bool:
    """Return whether a picture is of a recording; assemblies are, if they are searched first."""
    return "recording" in kind.of or (searched and "assemblies" in kind.of)


plot.__doc__ = "\n\n".join(
    [
        str(plot.__doc__),
        "For example: neurohm plot raster fit.h5 recording.h5 -o raster.png",
        _listed("KIND, of a MODEL alone:", [k for k in KINDS if not _needs_recording(KINDS[k])]),
        _listed(
            "Of a RECORDING by the model:",
            [k for k in KINDS if _needs_recording(KINDS[k], searched=False)
             and "assemblies" not in KINDS[k].of],
        ),
        _listed(
            "Of the assemblies in a RECORDING, searched or from --assemblies FILE:",
            [k for k in KINDS if "assemblies" in KINDS[k].of],
        ),
    ]
)  # fmt: skip


def _checked(
    name: str, options: dict[str, Any], recording: Path | None, table: Path | None
) -> Kind:
    """Return the kind of that name, if it can be drawn with these options."""
    if name not in KINDS:
        raise InputError(f"picture {name!r}", "one of " + ", ".join(KINDS))
    kind = KINDS[name]
    if table is not None and "assemblies" not in kind.of:
        able = [other for other, one in KINDS.items() if "assemblies" in one.of]
        raise InputError(f"--assemblies with picture {name!r}", f"it with {', '.join(able)}")
    if _needs_recording(kind, searched=table is None) and recording is None:
        raise InputError(
            f"picture {name!r} without a recording",
            "the recording that it is of",
            f"neurohm plot {name} MODEL RECORDING -o PICTURE",
        )
    for option in options:
        if option not in kind.options:
            raise InputError(f"--{option} with picture {name!r}", f"it with {_able(option)}")
    return kind


def _check_picture(path: Path, *inputs: Path) -> None:
    """Raise unless a picture can be written there, over no input."""
    from neurohm.plots.saving import FORMATS

    if path.suffix.lower() not in FORMATS:
        raise InputError(f"picture file {path}", "a name that ends in " + ", ".join(FORMATS))
    if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
        raise InputError(f"the output {path} is the input", "another name for the output")
    check_writable(path)


def _subject(
    name: str, fitted: SpikeHelmholtz, part: Recording | None, table: pd.DataFrame | None
) -> Any:
    """Return what a picture is of, by its name."""
    if name == "assemblies":
        if table is None and part is not None:
            table = SearchOptions().find(fitted, part)
        return table
    return fitted if name == "model" else part
