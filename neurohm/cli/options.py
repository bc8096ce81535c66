"""Options that several commands share, in groups."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from neurohm.cli.output_files import RECORDING, stated_format
from neurohm.cli.parsing import parse_epochs, parse_layers, parse_span, parse_time
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording

RecordingFile = Annotated[
    Path,
    typer.Argument(
        metavar="RECORDING",
        help="File with the spikes (HDF5, NWB, MATLAB, NumPy, CSV, ...), or a folder of .npy.",
    ),
]
ModelFile = Annotated[
    Path, typer.Argument(metavar="MODEL", help="Model file that 'neurohm fit' wrote.")
]
DataFile = Annotated[
    Path,
    typer.Argument(
        metavar="RECORDING|IMAGES",
        help="Recording (HDF5, NWB, MATLAB, NumPy, CSV, ...), or images: a file, a folder, or the "
        "name of a data set (digits, mnist, fashion-mnist).",
    ),
]
RecordingOutput = Annotated[
    Path,
    typer.Option("--output", "-o", help="Recording to write (HDF5, or .npz).", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
PLASTICITIES = "adam, delta, natural, diagonal-natural or online-natural."
Particles = Annotated[int, typer.Option(min=1, help="Samples for the estimate of each likelihood.")]

LAGS = 5
_IN_PYTHON = {"multi-level": "MultiLevel", "active-sampling": "ActiveSampling"}  # want arguments
FILE, PART = "Reading the file", "What of the recording"
MACHINE, LEARNING = "The machine", "Learning"


@dataclass(frozen=True)
class ReaderOptions:
    """What a user says of a recording's file, where its content does not tell."""

    bin_width: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Of a matrix: width of its bins.", rich_help_panel=FILE),
    ] = None
    units_axis: Annotated[
        int | None,
        typer.Option(help="Of a matrix: 0 if rows are units, 1 if columns.", rich_help_panel=FILE),
    ] = None
    dataset: Annotated[
        str | None,
        typer.Option(help="Dataset, or group, that holds the spikes.", rich_help_panel=FILE),
    ] = None
    layout: Annotated[
        str | None,
        typer.Option(
            help="neurohm, nwb, spikes-sCount, ragged, table, cells, nest, per-unit, pairs, "
            "padded or matrix.",
            rich_help_panel=FILE,
        ),
    ] = None
    sort: Annotated[
        bool,
        typer.Option(
            "--sort", help="Sort spike times instead of refusing them.", rich_help_panel=FILE
        ),
    ] = False
    time_scale: Annotated[
        float | None,
        typer.Option(
            help="Seconds in a unit of the file's time (0.001: milliseconds).", rich_help_panel=FILE
        ),
    ] = None
    sampling_rate: Annotated[
        float | None,
        typer.Option(
            metavar="HZ", help="Of times that are samples of a clock.", rich_help_panel=FILE
        ),
    ] = None
    time_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Of a table: column with the spike times.", rich_help_panel=FILE
        ),
    ] = None
    unit_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of a table: column with the unit of each spike, or several such as "
            "'channel,sort'.",
            rich_help_panel=FILE,
        ),
    ] = None
    reader: Annotated[
        str | None,
        typer.Option(
            metavar="neo",
            help="Have this library read the file; some of Neo's readers run code from it.",
            rich_help_panel=FILE,
        ),
    ] = None
    units: Annotated[
        str | None,
        typer.Option(
            metavar="IDS", help="Only these units, such as '3-7,9' or 'D3_*'.", rich_help_panel=PART
        ),
    ] = None
    where: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Only units such as \"quality == 'good' and depth > 300\".",
            rich_help_panel=PART,
        ),
    ] = None
    min_rate: Annotated[
        float | None,
        typer.Option(
            metavar="HZ", help="Only units of at least this mean rate.", rich_help_panel=PART
        ),
    ] = None
    between: Annotated[
        str | None,
        typer.Option(
            metavar="START,STOP", help="Only this time, such as 60s,360s.", rich_help_panel=PART
        ),
    ] = None
    during: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only the time of these intervals, such as sleep.",
            rich_help_panel=PART,
        ),
    ] = None

    def load(self, path: Path, *, width_of_bins: float | None = None) -> Recording:
        """Load a recording.

        Parameters
        ----------
        path : Path
        width_of_bins : float, optional
            Taken for the width of a matrix's bins where neither file nor user states it, seconds.
            A recording in neurohm's own format states all that it knows.

        Returns
        -------
        Recording
        """
        from neurohm.recordings import load_recording

        stated = parse_time(self.bin_width, "--bin-width") if self.bin_width else None
        options: dict[str, Any] = {
            "units_axis": self.units_axis,
            "dataset": self.dataset,
            "layout": self.layout,
            "sort": self.sort,
            "time_scale": self.time_scale,
            "sampling_rate": self.sampling_rate,
            "reader": self.reader,
            "time_column": self.time_column,
            "unit_column": self.unit_column,
        }
        recording = load_recording(path, bin_width=stated, **options)
        unknown = recording.time_unit == "bin" and stated_format(path) != RECORDING
        if unknown and width_of_bins is not None:
            recording = load_recording(path, bin_width=width_of_bins, **options)
        return self._part_of(recording)

    def _part_of(self, recording: Recording) -> Recording:
        """The time and the units asked for: a rate is then that of this time."""
        if self.between is not None:
            recording = recording.between(*parse_span(self.between, "--between"))
        if self.during is not None:
            recording = recording.during(self.during)
        if (self.units, self.where, self.min_rate) == (None, None, None):
            return recording
        return recording.select(self.units, where=self.where, min_rate=self.min_rate)


@dataclass(frozen=True)
class MachineOptions:
    """The settings of a fit."""

    bin: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Bin size, such as 20ms; of a matrix that does not state it, the width of its "
            "bins. By default 20 ms, or the bins that the recording came in.",
            rich_help_panel=MACHINE,
        ),
    ] = None
    lags: Annotated[
        int | None,
        typer.Option(
            help="Bins in a window. By default 5, and 11 around the spikes of a trigger.",
            rich_help_panel=MACHINE,
        ),
    ] = None
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help="Hidden layers, from the data upward: sizes, or kinds of units with sizes, such "
            "as autoregressive:40. By default 40,10 for recordings and 200,10 for images.",
            rich_help_panel=MACHINE,
        ),
    ] = None
    observation: Annotated[
        str,
        typer.Option(
            help="Of counts: poisson, bernoulli or auto; of pixels: bernoulli, autoregressive, "
            "nade.",
            rich_help_panel=MACHINE,
        ),
    ] = "auto"
    rule: Annotated[
        str,
        typer.Option(
            help="reweighted, wake-sleep, bidirectional or ddc; of fit also cascade, which needs "
            "--trigger.",
            rich_help_panel=LEARNING,
        ),
    ] = "reweighted"
    particles: Annotated[
        int,
        typer.Option(help="Of reweighted and bidirectional.", rich_help_panel=LEARNING),
    ] = 5
    plasticity: Annotated[str, typer.Option(help=PLASTICITIES, rich_help_panel=LEARNING)] = "adam"
    learning_rate: Annotated[
        float | None,
        typer.Option(help="By default that of the plasticity.", rich_help_panel=LEARNING),
    ] = None
    epochs: Annotated[
        str,
        typer.Option(
            metavar="NUMBER",
            help="At most; each sees every bin, or image, once. auto: by how many there are.",
            rich_help_panel=LEARNING,
        ),
    ] = "auto"
    batch_size: Annotated[
        int, typer.Option(help="Windows, or images, a step.", rich_help_panel=LEARNING)
    ] = 100
    shuffle_window: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Draw batches from so much of the recording at a time, such as 600s: for disks "
            "that seek slowly. By default from all of it.",
            rich_help_panel=LEARNING,
        ),
    ] = None
    device: Annotated[
        str, typer.Option(help="Where to compute: cpu or cuda.", rich_help_panel=LEARNING)
    ] = "cpu"
    seed: Annotated[
        int, typer.Option(help="The same gives the same fit.", rich_help_panel=LEARNING)
    ] = 0

    def __post_init__(self) -> None:
        if self.rule in _IN_PYTHON:
            raise InputError(
                f"--rule {self.rule}",
                "a rule that needs nothing but its name, such as reweighted",
                f"in Python: neurohm.{_IN_PYTHON[self.rule]}",
            )

    @property
    def bin_size(self) -> float | None:
        """The bin size in seconds, if given."""
        return None if self.bin is None else parse_time(self.bin, "--bin")

    def estimator(self) -> SpikeHelmholtz:
        """Return the estimator of recordings with these settings, not fitted."""
        bin_size, shared = self.bin_size, self.shared()

        from neurohm.estimators import SpikeHelmholtz

        return SpikeHelmholtz(
            bin_size="auto" if bin_size is None else bin_size,
            lags=LAGS if self.lags is None else self.lags,
            observation=self.observation,
            shuffle_window=parse_time(self.shuffle_window, "--shuffle-window")
            if self.shuffle_window
            else None,
            **shared,
        )

    def shared(self) -> dict[str, Any]:
        """Return the arguments that all estimators have."""
        hidden = {} if self.hidden is None else {"hidden": parse_layers(self.hidden, "--hidden")}
        return {
            **hidden,
            "rule": self.rule,
            "particles": self.particles,
            "plasticity": self.plasticity,
            "learning_rate": self.learning_rate,
            "epochs": parse_epochs(self.epochs, "--epochs"),
            "batch_size": self.batch_size,
            "device": self.device,
            "random_state": self.seed,
        }


def require_unset(group: Any, what: str, *names: str) -> None:
    """Raise if an option of a group was given.

    Parameters
    ----------
    group : dataclass
        The options, as they were given.
    what : str
        With what they cannot be given, for the message.
    *names : str
        Which options; all of the group by default.

    Raises
    ------
    InputError
    """
    for each in fields(group):
        if (not names or each.name in names) and getattr(group, each.name) != each.default:
            option = "--" + each.name.replace("_", "-")
            raise InputError(f"{option} with {what}", f"{what} without it")


def expanded(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the fields of its groups of options one by one.

    Parameters
    ----------
    command : callable
        A parameter whose type is a dataclass is a group of options.

    Returns
    -------
    callable
        As typer wants it: one parameter an option.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    groups: dict[str, Any] = {p.name: p.annotation for p in own if is_dataclass(p.annotation)}

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    flat = [q for p in own for q in (_options_of(groups[p.name]) if p.name in groups else [p])]
    keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in flat]
    run.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    return run


def _options_of(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
