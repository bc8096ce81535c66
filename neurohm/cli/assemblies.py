"""``neurohm assemblies``: which units fire together, with which lags, and whether it is real."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.further_options import FurtherOptions
from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions, RecordingFile
from neurohm.cli.output_files import ASSEMBLIES, check_output
from neurohm.cli.parsing import parse_time
from neurohm.cli.printing import note, show
from neurohm.exceptions import InputError
from neurohm.files import check_writable

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording

TEST, REPORTED, REFITS = "The test", "What is reported", "Refits"


@dataclass(frozen=True)
class SearchOptions:
    """How assemblies are looked for; see `SpikeHelmholtz.assemblies`."""

    alpha: Annotated[
        float,
        typer.Option(
            help="Probability of reporting anything where nothing is.", rich_help_panel=TEST
        ),
    ] = 0.01
    surrogates: Annotated[
        int, typer.Option(help="Jittered copies of the recording.", rich_help_panel=TEST)
    ] = 199
    jitter: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Window in which they draw each spike anew, such as 100ms: what is slower is no "
            "assembly. By default the model's window, and at least 5 bins.",
            rich_help_panel=TEST,
        ),
    ] = None
    layer: Annotated[int, typer.Option(help="Hidden layer, from 1.", rich_help_panel=REPORTED)] = 1
    of: Annotated[
        str,
        typer.Option(
            metavar="units|codes",
            help="Patterns of single hidden units, or of joint activities of the layer.",
            rich_help_panel=REPORTED,
        ),
    ] = "units"
    least_members: Annotated[
        int, typer.Option(help="Of an assembly.", rich_help_panel=REPORTED)
    ] = 2
    least_occurrences: Annotated[
        int, typer.Option(help="Of an assembly.", rich_help_panel=REPORTED)
    ] = 10
    refit: Annotated[
        bool,
        typer.Option(
            "--refit/--no-refit",
            help="Fit again without each block of time, to test on that block. Without refits, "
            "p-values are right only for a recording that the model has not seen.",
            rich_help_panel=REFITS,
        ),
    ] = True
    folds: Annotated[
        int,
        typer.Option(help="Blocks of time, each left out of one refit.", rich_help_panel=REFITS),
    ] = 4
    stability: Annotated[
        bool,
        typer.Option(
            "--stability/--no-stability",
            help="Compare with fits to each half, and with another seed.",
            rich_help_panel=REFITS,
        ),
    ] = True
    sharpen: Annotated[
        bool,
        typer.Option(
            "--sharpen/--no-sharpen",
            help="Sharpen templates by the spikes that they were learned from.",
            rich_help_panel=REFITS,
        ),
    ] = False
    n_jobs: Annotated[
        int,
        typer.Option(
            "--jobs", help="Refits at a time; -1: one for each core.", rich_help_panel=REFITS
        ),
    ] = -1

    def __post_init__(self) -> None:
        if self.jitter is not None:
            parse_time(self.jitter, "--jitter")  # wrong, it is so before a model is loaded
        if self.n_jobs == 0:
            raise InputError("--jobs 0", "at least 1, or -1 for one for each core")

    def find(self, model: SpikeHelmholtz, recording: Recording) -> pd.DataFrame:
        """Return the assemblies in a recording, and say what takes long.

        Parameters
        ----------
        model : SpikeHelmholtz
        recording : Recording

        Returns
        -------
        DataFrame
        """
        from neurohm.estimators.matching_units import in_model_order
        from neurohm.estimators.search import Search
        from neurohm.recordings import bin_spikes

        arguments: dict[str, Any] = {**asdict(self), "jitter": self._jitter(model)}
        # What is wrong is so before anything is said to begin.
        binned = bin_spikes(
            in_model_order(recording, model.unit_ids_, model.time_unit_), model.bin_size_
        )
        Search(**arguments).jitter_bins(model, binned.observed)
        if self.refit:
            number = self.folds + 3 * self.stability
            note(f"finding assemblies by {number} further fits, most of them to parts of the time")
        elif recording.source == model.recording_["source"]:
            note("the model was fitted to this file: without --refit, p-values are too small")
        return model.assemblies(recording, **arguments)

    def _jitter(self, model: SpikeHelmholtz) -> float | None:
        """Return the jitter in the model's unit of time."""
        if self.jitter is None:
            return None
        if model.time_unit_ == "bin" and self.jitter.strip()[-1:].isalpha():
            raise InputError(
                f"--jitter {self.jitter} for a model whose time is counted in bins",
                "a number of bins",
                "give e.g. --jitter 5",
            )
        return parse_time(self.jitter, "--jitter")


def assemblies(
    model: ModelFile,
    recording: RecordingFile,
    search: SearchOptions,
    further: FurtherOptions,
    reader: ReaderOptions,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Table to write, with the moments of all occurrences: .h5, or .csv for "
            "spreadsheets.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the assemblies in a recording: which units fire together, when, and whether it is real.

    A pattern is reported if it occurs more often than in copies of the recording whose spikes are
    jittered, in time that the model was not fitted to.
    """
    if output is not None:
        _check_table(output, model, recording)
    fitted = load_spike_model(model)
    spikes = load_recording_for(fitted, recording, reader)
    further.parts(spikes)  # what is wrong with them is so before anything takes long
    table = further.added(search.find(fitted, spikes), fitted, spikes, search.n_jobs)

    from neurohm.cli.assembly_summary import assembly_facts, assembly_rows, print_assemblies
    from neurohm.cli.further_columns import print_comparison, print_details
    from neurohm.estimators.assembly_files import save_assemblies

    if output is not None:
        save_assemblies(output, table)
    facts = {
        "model": str(model),
        "recording": str(recording),
        "output": None if output is None else str(output),
        **assembly_facts(table),
    }
    if not as_json:
        print_assemblies(facts)
        print_details(facts)
        print_comparison(facts)
    rows = assembly_rows(facts)
    rows |= {} if output is None else {"written": str(output)}
    show(facts, rows, as_json=as_json)


def load_table(path: Path, model: SpikeHelmholtz) -> pd.DataFrame:
    """Return the assemblies in a file, if they are of a model's units.

    Parameters
    ----------
    path : Path
    model : SpikeHelmholtz

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If it is no file of assemblies, or they are of other units.
    """
    from neurohm.estimators.assembly_files import load_assemblies

    table = load_assemblies(path)
    theirs, ours = table.attrs["unit_ids"], model.unit_ids_.tolist()
    if set(theirs) != set(ours):
        raise InputError(
            f"{path} has assemblies of {_units(theirs, ours)}",
            f"the {_units(ours, theirs)} of the model",
            "give the file that 'neurohm assemblies' wrote with this model",
        )
    return table


def _units(units: list[Any], others: list[Any]) -> str:
    """Return how many units there are, and one that is not among others, if any is."""
    known = set(others)
    unknown = next((f", unit {unit!r} among them" for unit in units if unit not in known), "")
    return f"{len(units)} units{unknown}"


def _check_table(path: Path, *inputs: Path) -> None:
    """Raise unless a table can be written there, over no input and no file of another kind."""
    from neurohm.estimators.assembly_files import writer_of

    writer_of(path)
    if path.suffix.lower() != ".csv":
        check_output(path, ASSEMBLIES, *inputs)
        return
    if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
        raise InputError(f"the output {path} is the input", "another name for the output")
    check_writable(path)
