"""``neurohm compare``: models side by side on the same held-out bins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.image_options import are_arrays_of_spikes
from neurohm.cli.options import (
    MACHINE,
    AsJson,
    MachineOptions,
    Particles,
    ReaderOptions,
    require_unset,
)
from neurohm.cli.output_files import check_picture, check_plain
from neurohm.cli.parsing import parse_time
from neurohm.cli.printing import show, strict
from neurohm.exceptions import FileFormatError, InputError, MissingFileError
from neurohm.files import atomic_path, check_readable

if TYPE_CHECKING:
    from neurohm.comparison import Comparison

SPLIT, TEST = "What is held out", "Tests against surrogates"
WINDOWS = {"jitter": "window", "dither": "dither", "shift": "least"}
"""The setting of each kind of surrogate that is a time."""


@dataclass(frozen=True)
class ComparedMachine(MachineOptions):
    """The settings of the Helmholtz machine, and the bins of all models."""

    lags: Annotated[
        int,
        typer.Option(
            min=0,
            help="Bins in a window, for all models.",
            show_default="1, or those of a model file",
            rich_help_panel=MACHINE,
        ),
    ] = 0


@dataclass(frozen=True)
class SplitOptions:
    """What is learned from and what is scored."""

    folds: Annotated[
        int,
        typer.Option(
            help="Blocks of time, each scored by models of the rest.", rich_help_panel=SPLIT
        ),
    ] = 5
    test: Annotated[
        float | None,
        typer.Option(
            help="Instead of folds: the share, or the number, of the last bins to score.",
            rich_help_panel=SPLIT,
        ),
    ] = None
    gap: Annotated[
        int | None,
        typer.Option(
            help="Bins left out between what is learned from and what is scored; by default a "
            "window, and none with --test.",
            rich_help_panel=SPLIT,
        ),
    ] = None
    blocks: Annotated[
        int,
        typer.Option(help="Of time, over which standard errors are taken.", rich_help_panel=SPLIT),
    ] = 20
    trials: Annotated[
        str | None,
        typer.Option(
            help="Intervals of the recording, for the model trial-average; by default those called "
            "trials, or the only ones.",
            rich_help_panel=SPLIT,
        ),
    ] = None
    condition: Annotated[
        str | None,
        typer.Option(
            help="What is known of trials and tells them apart; those of each are averaged apart.",
            rich_help_panel=SPLIT,
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return them as `neurohm.compare` takes them."""
        return {
            "folds": self.folds,
            "test": self.test,
            "gap": "auto" if self.gap is None else self.gap,
            "blocks": self.blocks,
            "trials": self.trials,
            "condition": self.condition,
        }


@dataclass(frozen=True)
class SurrogateOptions:
    """Whether gains are tested against surrogates, and which."""

    surrogates: Annotated[
        int,
        typer.Option(
            min=0, help="Copies of the recording; 99 give p-values to 0.01.", rich_help_panel=TEST
        ),
    ] = 0
    surrogate: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="jitter, dither, shift, trial-shuffle or rate.",
            rich_help_panel=TEST,
        ),
    ] = "jitter"
    surrogate_window: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Window of jitter, width of dither, smallest shift, such as 50ms.",
            rich_help_panel=TEST,
        ),
    ] = None
    refit: Annotated[
        bool,
        typer.Option(
            "--refit/--no-refit",
            help="Fit models to each copy, or score those of the recording on it.",
            rich_help_panel=TEST,
        ),
    ] = True
    tested: Annotated[
        str | None,
        typer.Option(metavar="MODELS", help="By default all.", rich_help_panel=TEST),
    ] = None

    n_jobs: Annotated[
        int,
        typer.Option(
            "--jobs", help="Copies at a time; -1: one for each core.", rich_help_panel=TEST
        ),
    ] = 1

    def arguments(self) -> dict[str, Any]:
        """Return them as `neurohm.compare` takes them."""
        settings = {}
        if self.surrogate_window is not None:
            if self.surrogate not in WINDOWS:
                raise InputError(
                    f"--surrogate-window with --surrogate {self.surrogate}",
                    "one of " + ", ".join(WINDOWS),
                )
            name = WINDOWS[self.surrogate]
            settings[name] = parse_time(self.surrogate_window, "--surrogate-window")
        return {
            "surrogates": self.surrogates,
            "surrogate": self.surrogate,
            "surrogate_settings": settings,
            "refit": self.refit,
            "tested": _listed(self.tested) or (),
            "n_jobs": self.n_jobs,
        }


def compare(
    recording: Annotated[
        Path,
        typer.Argument(
            metavar="RECORDING",
            help="File with the spikes (HDF5, NWB, MATLAB, CSV, ...), or a matrix of words (.npy, "
            ".npz).",
        ),
    ],
    split: SplitOptions,
    against: SurrogateOptions,
    machine: ComparedMachine,
    reader: ReaderOptions,
    models: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Separated by commas: independent, trial-average, ising, k-pairwise, rbm, "
            "mixture, helmholtz, stacked (nine machines in a weighted mean), or model files, whose "
            "settings are taken. By default all that fit the data, but for stacked.",
        ),
    ] = None,
    score_particles: Particles = 1000,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="JSON file to write.", show_default=False),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Picture to write: .png, .pdf or .svg.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare models by the likelihood of held-out time, in bits per spike above independent units.

    Every model learns from and is scored on the same bins. Gains are over independent units;
    standard errors are over blocks of time; p-values of differences hold for all models together.
    """
    _check_outputs(recording, output, figure)
    arguments = {**split.arguments(), **against.arguments()}
    bin_size = machine.bin_size
    data, test = _data(recording, reader, bin_size)
    if test is not None:
        if split.test is not None:
            raise InputError(f"--test with {recording}, which has a test part", "one of them")
        arguments["test"] = test
    from neurohm.comparison import compare as compare_models

    compared = compare_models(
        data,
        _listed(models),
        bin_size="auto" if bin_size is None else bin_size,
        lags=machine.lags or None,
        observation=machine.observation,
        helmholtz=machine.estimator(),
        particles=score_particles,
        seed=machine.seed,
        **arguments,
    )
    _written(compared, output, figure)
    facts = {"recording": str(recording), **compared.to_dict()}
    if not as_json:
        from neurohm.cli.compare_summary import print_comparison

        print_comparison(compared)
    rows = {} if output is None else {"written": str(output)}
    rows |= {} if figure is None else {"figure": str(figure)}
    if as_json or rows:
        show(facts, rows, as_json=as_json)


def load_comparison(path: Path) -> Comparison:
    """Return the comparison that the command wrote to a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If it is no such file.
    """
    from neurohm.comparison import Comparison

    try:
        facts = json.loads(check_readable(path).read_text(encoding="utf-8"))
        return Comparison.from_dict(facts)
    except (ValueError, UnicodeDecodeError) as error:
        if isinstance(error, MissingFileError):
            raise
        raise FileFormatError(
            f"{path} is no comparison", "what 'neurohm compare -o' wrote"
        ) from error


def _listed(text: str | None) -> list[str] | None:
    """Return names separated by commas; None for nothing."""
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def _check_outputs(recording: Path, output: Path | None, figure: Path | None) -> None:
    if output is not None:
        check_plain(output, "comparison", (".json",), recording)
    if figure is not None:
        check_picture(figure, recording)


def _data(path: Path, reader: ReaderOptions, bin_size: float | None) -> tuple[Any, Any]:
    """Return a recording, or the rows of a matrix and those to test on."""
    from neurohm.comparison.words import ENDINGS, load_words

    if path.suffix.lower() in ENDINGS and not are_arrays_of_spikes(path):
        require_unset(reader, "a matrix of NumPy's")
        words = load_words(path)
        return words.train, words.test
    return reader.load(path, width_of_bins=bin_size), None


def _written(compared: Comparison, output: Path | None, figure: Path | None) -> None:
    """Write the files asked for, each whole or not at all."""
    if output is not None:
        text = json.dumps(strict(compared.to_dict()), indent=2, allow_nan=False)
        with atomic_path(output) as temporary:
            temporary.write_text(text + "\n")
    if figure is not None:
        from neurohm.plots import comparison, save

        save(comparison(compared), figure)
