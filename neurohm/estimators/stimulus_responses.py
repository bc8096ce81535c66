"""Responses of a model to stimuli beside those of the units that it sees, in the same bins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neurohm.analysis import Decoding, Responses, decode, regenerated, responses_of
from neurohm.estimators.settings import require_fitted
from neurohm.exceptions import InputError
from neurohm.recordings import Recording, Trials, Windows

if TYPE_CHECKING:
    from neurohm.estimators.fitted_spikes import FittedSpikes

HIDDEN, COUNTS = "hidden units", "counts"


def hidden_responses(
    model: FittedSpikes,
    recording: Recording,
    trials: Trials,
    *,
    layer: int | str = "all",
    start: float | None = None,
    stop: float | None = None,
) -> Responses:
    """Return how probably hidden units are active in each trial, bin by bin.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording
    trials : Trials
        Of that recording.
    layer : int or "all"
        A hidden layer, from 1.
    start, stop : float, optional
        Seconds from the moments of the trials. Activity is of the window that ends with a bin; by
        default from the first whole window after the moment to the end of the shortest trial.

    Returns
    -------
    Responses

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or no trial was observed.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=40)
    >>> model = nh.SpikeHelmholtz(hidden=3, lags=2, epochs=3).fit(recording)
    >>> hidden_responses(model, recording, nh.trials_of(recording, "orientation"))
    Responses(40 trials x 49 bins x 3 units, probability, 0.02 to 1 s)
    """
    if start is None:
        start = _first_window(model, 0.0, stop)
    activity = model.transform(recording, layer=layer)
    return _in_unit(responses_of(activity, trials, start=start, stop=stop), model)


def count_responses(
    model: FittedSpikes,
    recording: Recording,
    trials: Trials,
    *,
    start: float = 0.0,
    stop: float | None = None,
) -> Responses:
    """Return the counts that a model sees in each trial, in the model's own bins.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording
    trials : Trials
    start, stop : float, optional
        Seconds from the moments of the trials.

    Returns
    -------
    Responses

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or no trial was observed.
    """
    return _named(responses_of(model._binned(recording), trials, start=start, stop=stop), model)


def regenerated_responses(
    model: FittedSpikes,
    recording: Recording,
    trials: Trials,
    *,
    start: float = 0.0,
    stop: float | None = None,
    seed: int = 0,
) -> Responses:
    """Return counts in each trial as the model draws them from the causes that it recognises.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording
    trials : Trials
    start, stop : float, optional
        Seconds from the moments of the trials.
    seed : int

    Returns
    -------
    Responses

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or no trial was observed.
    """
    windows = Windows(model._binned(recording), model.lags, stride=model.lags)
    spikes = regenerated(model.machine_, windows, seed=seed)
    return _named(responses_of(spikes, trials, start=start, stop=stop), model)


def compare_decoding(
    model: FittedSpikes,
    recording: Recording,
    trials: Trials,
    *,
    layer: int | str = "all",
    start: float = 0.0,
    stop: float | None = None,
    over: str = "total",
    folds: int = 5,
    seed: int = 0,
) -> dict[str, Decoding]:
    """Decode the condition of trials from hidden units, and from the counts of the same bins.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one, best to other trials.
    recording : Recording
    trials : Trials
    layer : int or "all"
        A hidden layer, from 1.
    start, stop : float, optional
        Seconds from the moments of the trials, by default to the end of the shortest one; hidden
        activity is that of all windows that lie wholly between them.
    over, folds, seed
        As `decode` takes them.

    Returns
    -------
    dict of str to Decoding
        ``"hidden units"`` (by their log-odds), ``"counts"``, and, where there are fewer hidden
        units, as many principal components of the counts, or as many as there are trials to find
        them in; of the same trials in the same folds.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, no trial was observed, or there are too few trials of a
        condition.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=40)
    >>> model = nh.SpikeHelmholtz(hidden=3, lags=2, epochs=20).fit(recording)
    >>> list(compare_decoding(model, recording, nh.trials_of(recording, "orientation")))
    ['hidden units', 'counts', '3 components of counts']
    """
    first = _first_window(model, start, stop)
    hidden = hidden_responses(model, recording, trials, layer=layer, start=first, stop=stop)
    counts = count_responses(model, recording, hidden.trials, start=start, stop=stop)
    hidden, counts = _same_trials(hidden, counts)
    folded = decode(hidden.as_log_odds(), over=over, folds=folds, seed=seed)
    results = {HIDDEN: folded, COUNTS: decode(counts, over=over, fold=folded.fold)}
    if hidden.n_units < counts.n_units:
        fewest = len(folded.fold) - int(np.bincount(folded.fold).max())  # trials learned from
        components = min(folded.n_dimensions, fewest)
        reduced = decode(counts, over=over, components=components, fold=folded.fold)
        results[f"{components} components of counts"] = reduced
    return results


def _first_window(model: FittedSpikes, start: float, stop: float | None) -> float:
    """Return where the last bin of the first whole window begins, seconds from the moment."""
    require_fitted(model)
    window = int(model.lags) * model.bin_size_
    if stop is not None and stop - start < window * (1 - 1e-6):
        raise InputError(
            f"{stop - start:g} of each trial, less than a window of {window:g}",
            "at least a window of the model",
            "give a later stop= / --until",
        )
    return start + window - model.bin_size_


def _same_trials(first: Responses, second: Responses) -> tuple[Responses, Responses]:
    """Leave out the trials that only one of them has."""
    moments = np.intersect1d(first.trials.moments, second.trials.moments)
    one, other = (r.select(np.isin(r.trials.moments, moments)) for r in (first, second))
    return one, other


def _named(responses: Responses, model: FittedSpikes) -> Responses:
    names = tuple(map(str, model.unit_ids_.tolist()))
    return replace(_in_unit(responses, model), unit_names=names)


def _in_unit(responses: Responses, model: FittedSpikes) -> Responses:
    return replace(responses, time_unit=model.time_unit_)
