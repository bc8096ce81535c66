"""``neurohm decode``: which condition a trial is of, by hidden units and by counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.options import AsJson, ModelFile, ReaderOptions, RecordingFile
from neurohm.cli.output_files import check_picture
from neurohm.cli.printing import note, show
from neurohm.cli.trial_options import TrialOptions
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.analysis import Decoding
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording, Trials

DECODER = "The decoder"


@dataclass(frozen=True)
class DecoderOptions:
    """What is decoded from, and how."""

    layer: Annotated[
        int | None,
        typer.Option(help="Hidden layer, from 1; by default all.", rich_help_panel=DECODER),
    ] = None
    over: Annotated[
        str,
        typer.Option(
            metavar="total|bins",
            help="A trial as one number a unit, or one for each unit and bin.",
            rich_help_panel=DECODER,
        ),
    ] = "total"
    folds: Annotated[
        int,
        typer.Option(
            help="Parts of the trials, each decoded by a fit to the others.",
            rich_help_panel=DECODER,
        ),
    ] = 5
    seed: Annotated[int, typer.Option(help="Of the folds.", rich_help_panel=DECODER)] = 0

    def results(
        self, model: SpikeHelmholtz, recording: Recording, trials: Trials, part: TrialOptions
    ) -> dict[str, Decoding]:
        """Decode the condition of trials, by hidden units and by counts of the same bins.

        Parameters
        ----------
        model : SpikeHelmholtz
        recording : Recording
        trials : Trials
        part : TrialOptions
            Which part of each trial.

        Returns
        -------
        dict of str to Decoding
        """
        from neurohm.estimators import compare_decoding

        return compare_decoding(
            model,
            recording,
            trials,
            layer="all" if self.layer is None else self.layer,
            start=part.start or 0.0,
            stop=part.stop,
            over=self.over,
            folds=self.folds,
            seed=self.seed,
        )


def decode(
    model: ModelFile,
    recording: RecordingFile,
    trials: TrialOptions,
    decoder: DecoderOptions,
    reader: ReaderOptions,
    figure: Annotated[
        Path | None,
        typer.Option(help="Picture to write: .png, .pdf or .svg.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decode the condition of trials from hidden units, beside the counts of the same bins.

    For example: neurohm decode fit.h5 recording.h5 --condition orientation

    A multinomial logistic regression, cross-validated over trials. Fit the model to other trials
    than those that are decoded: then neither it nor the decoder has seen them.
    """
    if trials.condition is None:
        raise InputError("no --condition", "what tells the trials apart", "see 'neurohm inspect'")
    if figure is not None:
        check_picture(figure, model, recording)
    fitted = load_spike_model(model)
    part = load_recording_for(fitted, recording, reader)
    chosen = trials.of(part)
    note(f"decoding {chosen.condition} of {len(chosen)} trials")
    results = decoder.results(fitted, part, chosen, trials)
    if figure is not None:
        _draw(results, figure)
    first, counts, *_ = results.values()
    difference, error = first.minus(counts)
    facts = {
        "model": str(model),
        "recording": str(recording),
        "condition": chosen.condition,
        "figure": None if figure is None else str(figure),
        "decodings": {name: _facts(result) for name, result in results.items()},
        "hidden_minus_counts": (difference, error),
    }
    rows = {
        **{name: _row(result) for name, result in results.items()},
        "hidden minus counts": f"{difference:+.4f} ± {error:.4f}",
        "chance": f"{first.chance:.4f}",
    }
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
