"""``neurohm decode``: which condition a trial is of, by hidden units and by counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions, RecordingFile
from neurohm.cli.output_files import check_plain
from neurohm.cli.printing import note, show
from neurohm.cli.trial_options import TrialOptions
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.analysis import Decoding

DECODER = "The decoder"


def decode(
    model: ModelFile,
    recording: RecordingFile,
    trials: TrialOptions,
    reader: ReaderOptions,
    layer: Annotated[
        int | None,
        typer.Option(help="Hidden layer, from 1; by default all.", rich_help_panel=DECODER),
    ] = None,
    over: Annotated[
        str,
        typer.Option(
            metavar="total|bins",
            help="A trial as one number a unit, or one for each unit and bin.",
            rich_help_panel=DECODER,
        ),
    ] = "total",
    folds: Annotated[
        int,
        typer.Option(
            help="Parts of the trials, each decoded by a fit to the others.",
            rich_help_panel=DECODER,
        ),
    ] = 5,
    seed: Annotated[int, typer.Option(help="Of the folds.", rich_help_panel=DECODER)] = 0,
    figure: Annotated[
        Path | None,
        typer.Option(help="Picture to write: .png, .pdf or .svg.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decode the condition of trials from hidden units, beside the counts of the same bins.

    For example: neurohm decode fit.h5 recording.h5 --condition orientation

    A multinomial logistic regression, cross-validated over trials. Hidden activity is most to the
    point where the model was fitted to other trials.
    """
    if trials.condition is None:
        raise InputError("no --condition", "what tells the trials apart", "see 'neurohm inspect'")
    if figure is not None:
        from neurohm.plots.saving import FORMATS

        check_plain(figure, "picture file", tuple(FORMATS), model, recording)
    fitted = load_spike_model(model)
    part = load_recording_for(fitted, recording, reader)
    chosen = trials.of(part)
    note(f"decoding {chosen.condition} of {len(chosen)} trials")

    from neurohm.estimators import compare_decoding

    results = compare_decoding(
        fitted, part, chosen, layer="all" if layer is None else layer,
        start=trials.start or 0.0, stop=trials.stop, over=over, folds=folds, seed=seed,
    )  # fmt: skip
    if figure is not None:
        _draw(results, figure)
    rows = {name: _row(result) for name, result in results.items()}
    facts: dict[str, Any] = {
        "model": str(model),
        "recording": str(recording),
        "condition": chosen.condition,
        "figure": None if figure is None else str(figure),
        "decodings": {name: _facts(result) for name, result in results.items()},
    }
    first, *others = results.values()
    facts["hidden_minus_counts"] = first.minus(others[0])
    difference, error = facts["hidden_minus_counts"]
    rows["hidden minus counts"] = f"{difference:+.4f} ± {error:.4f}"
    rows["chance"] = f"{first.chance:.4f}"
    show(facts, rows, as_json=as_json)


def _row(result: Decoding) -> str:
    numbers = f"{result.n_dimensions} number{'s' * (result.n_dimensions != 1)}"
    return f"{result.accuracy:.4f} ± {result.standard_error:.4f} of trials right, from {numbers}"


def _facts(result: Decoding) -> dict[str, Any]:
    """Return a decoding without what there is of every trial."""
    every = ("decoded", "labels", "fold")
    return {name: value for name, value in result.to_dict().items() if name not in every}


def _draw(results: dict[str, Decoding], path: Path) -> None:
    from neurohm import plots
    from neurohm.plots.display import hidden

    with hidden():
        plots.save(plots.decoding(results), path)
