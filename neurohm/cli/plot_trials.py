"""What pictures of trials are of: responses of hidden units and of what they see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurohm.cli.loading import load_recording_for, load_spike_model
from neurohm.cli.plot_kinds import Kind
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.cli.options import ReaderOptions
    from neurohm.cli.trial_options import TrialOptions
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording, Trials

_NEED_CONDITION = ("tuning", "decoding")


def subjects_of_trials(
    name: str,
    kind: Kind,
    model: Path,
    data: Path,
    reader: ReaderOptions,
    options: TrialOptions,
    layer: int | str,
) -> list[Any]:
    """Return what a picture of trials is of.

    Parameters
    ----------
    name : str
        Of the kind of picture.
    kind : Kind
    model, data : Path
        Files of the model and of the recording.
    reader : ReaderOptions
    options : TrialOptions
    layer : int or "all"

    Returns
    -------
    list

    Raises
    ------
    InputError
        If there are no such trials, or it has to be said what tells them apart.
    """
    if name in _NEED_CONDITION and options.condition is None:
        raise InputError(f"picture {name!r} without --condition", "what tells the trials apart")
    fitted = load_spike_model(model)
    part = load_recording_for(fitted, data, reader)
    trials = options.of(part)
    return [_subject(subject, fitted, part, trials, options, layer) for subject in kind.of]


def _subject(
    name: str,
    model: SpikeHelmholtz,
    part: Recording,
    trials: Trials,
    options: TrialOptions,
    layer: int | str,
) -> Any:
    from neurohm import estimators

    stop = options.stop
    if name == "hidden":
        return estimators.hidden_responses(
            model, part, trials, layer=layer, start=options.start, stop=stop
        )
    start = options.start or 0.0
    if name == "decodings":
        return estimators.compare_decoding(model, part, trials, layer=layer, start=start, stop=stop)
    responses = {
        "counts": estimators.count_responses,
        "regenerated": estimators.regenerated_responses,
    }
    return responses[name](model, part, trials, start=start, stop=stop)
