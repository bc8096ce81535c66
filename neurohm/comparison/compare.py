"""Models side by side on the same held-out bins."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.comparison.dataset import Dataset
from neurohm.comparison.evaluation import (
    Scored,
    evaluate,
    parts_of,
    warn_of_few,
    warn_of_parameters,
)
from neurohm.comparison.models import HelmholtzSettings, candidates, read_models, window_of
from neurohm.comparison.partition import Fold, cross_validation, last_part
from neurohm.comparison.results import Comparison, SurrogateTest
from neurohm.comparison.scores import scores_of
from neurohm.comparison.surrogate_tests import SurrogatePlan, against_surrogates
from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz
from neurohm.estimators.spikes import BIN_SIZE
from neurohm.exceptions import ArgumentTypeError, InputError, NeurohmWarning
from neurohm.progress import progress_of
from neurohm.recordings import Recording, Trials, trials_of
from neurohm.recordings.unit_observation import warn_of_time_left_out
from neurohm.recordings.validation import named_units


def compare(
    data: Recording | npt.ArrayLike,
    models: Any = None,
    *,
    test: float | npt.ArrayLike | None = None,
    folds: int = 5,
    gap: int | str = "auto",
    bin_size: float | str = "auto",
    lags: int | None = None,
    observation: str = "auto",
    validation: float = 0.1,
    blocks: int = 20,
    trials: str | npt.ArrayLike | None = None,
    condition: str | npt.ArrayLike | None = None,
    helmholtz: SpikeHelmholtz | HelmholtzDensity | Sequence[Any] | None = None,
    particles: int = 1000,
    surrogates: int = 0,
    surrogate: str = "jitter",
    surrogate_settings: Mapping[str, Any] | None = None,
    refit: bool = True,
    tested: Sequence[str] = (),
    n_jobs: int = 1,
    seed: int = 0,
    progress: bool = True,
) -> Comparison:
    """Compare models by the likelihood of time that they have not learned from.

    The recording is binned once, and every model learns from and is scored on the same bins.
    Cross-validation is blocked in time, with gaps, since neighbouring bins are alike. Independent
    units are always among the models: gains are over them.

    Parameters
    ----------
    data : Recording or array_like, (n_bins, n_units)
        Spikes, or a matrix of words or counts, a row a bin.
    models : sequence or mapping, optional
        Names (``"independent"``, ``"trial-average"``, ``"ising"``, ``"k-pairwise"``, ``"rbm"``,
        ``"mixture"``; ``"helmholtz"`` is a `SpikeHelmholtz` as it comes, ``"stacked"`` nine
        machines in a weighted mean, see `neurohm.comparison.Stacked`), model files and estimators,
        whose settings are fitted anew to each fold, or baselines of one's own. A
        mapping gives them other names in the table. By default all that there are for the data,
        but for ``"stacked"``.
    test : float, int or array_like, optional
        Instead of cross-validation: the share, or the number, of the last bins to score, or a
        matrix of them.
    folds : int
        Contiguous blocks of time, each scored by models of the rest.
    gap : int or "auto"
        Bins left out between what is learned from and what is scored; "auto": a window, and none
        before a given test part.
    bin_size : float or "auto"
        Seconds (or bins). "auto": that of the estimators among the models, that in which the
        recording came, or 20 ms.
    lags : int, optional
        Bins in a window, the sample of every model; that of the estimators among the models by
        default, else 1.
    observation : {"auto", "bernoulli", "poisson"}
        What counts are. "bernoulli": a bin of several spikes counts as one. "auto": Bernoulli
        where no bin holds two spikes.
    validation : float
        Share of what is learned from, in blocks spread over it, that models choose by and that
        stops fits.
    blocks : int
        Of time, over which standard errors are taken.
    trials : str or array_like, (n_trials, 2), optional
        For the trial average: name of the recording's intervals, or starts and stops, seconds. By
        default those called ``"trials"``, or the only ones that there are.
    condition : str or array_like, (n_trials,), optional
        What tells trials apart: a column of the intervals, or the condition of each trial. Trials
        of each are averaged apart.
    helmholtz : SpikeHelmholtz, HelmholtzDensity, or a sequence of them, optional
        The settings of the model that is only called ``"helmholtz"``; of several, validation
        samples choose one.
    particles : int
        Of the importance-sampled likelihood of Helmholtz machines.
    surrogates : int
        How many surrogates to test gains against; 99 give p-values down to 0.01.
    surrogate : str
        Their kind, one of `neurohm.recordings.SURROGATES`.
    surrogate_settings : mapping, optional
        Of that kind, such as ``{"window": 0.05}``, seconds.
    refit : bool
        Whether models learn from each surrogate. False: the models of the recording are scored on
        them, which is quick, and tests whether what they have learned is gone from surrogates.
    tested : sequence of str
        Models to test; by default all but independent units.
    n_jobs : int
        Surrogates at a time, each in a process of its own; -1: as many as there are cores.
    seed : int
    progress : bool
        Whether a bar is shown, on a terminal, after two seconds.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument, a model or the data cannot be used, or a fold is left without data.

    Warns
    -----
    NeurohmWarning
        If units are constant, if time is left out because not all units were observed in it, or
        if a model has more parameters than there are bins to learn from.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(8, 2.0, 1, members=(5, 5), occurrence_rate=1.0)
    >>> print(nh.compare(recording, ["mixture"], folds=2).best.name)
    mixture

    Words, with the last quarter of them to test on:

    >>> import numpy as np
    >>> words = np.random.default_rng(0).random((400, 5)) < 0.2
    >>> nh.compare(words, ["mixture"], test=0.25).n_bins
    100
    """
    asked = read_models(models)
    recording, test = _as_recording(data, test)
    warn_of_time_left_out(recording)
    in_trials = _trials(recording, trials, condition)
    dataset = _dataset(recording, asked, bin_size, lags, observation, in_trials)
    split = _folds(dataset, test, folds, gap)
    seed = whole_number("seed", seed, 0)
    named = HelmholtzSettings(helmholtz, whole_number("particles", particles), seed)
    available = candidates(asked, dataset, named)
    settings = {"trials": trials} if surrogate == "trial-shuffle" and trials is not None else {}
    settings |= surrogate_settings or {}
    number = whole_number("surrogates", surrogates, 0)
    plan = SurrogatePlan(
        recording, surrogate, settings, number, refit, tuple(tested), seed + 1, n_jobs
    )
    plan.check(available)
    validation = real_number("validation", validation, least=0, below=1)
    parts = parts_of(dataset, split.folds, validation)
    blocks = whole_number("blocks", blocks, 2)
    steps = len(parts) * len(available) + number
    with progress_of(steps, shown=progress) as done:
        scored = evaluate(parts, available, blocks, done.begin, keep=number > 0 and not refit)
        warn_of_few(scored)
        warn_of_parameters(scored)
        tests = against_surrogates(
            plan, dataset, split.folds, validation, available, scored, done.begin
        )
    return _result(dataset, recording, split, scored, tests, seed)


@dataclass(frozen=True, eq=False)
class _Split:
    """Folds, and the gap that is in them."""

    folds: list[Fold]
    gap: int


def _as_recording(data: Any, test: Any) -> tuple[Recording, Any]:
    """Return what was given as a recording, and of test rows that were given how many they are."""
    if isinstance(data, str | os.PathLike):
        raise ArgumentTypeError(
            f"the path {data}", "a Recording or a matrix", "use nh.load_recording"
        )
    if test is None or np.ndim(test) == 0:
        if isinstance(data, Recording):
            return data, test
        return Recording.from_counts(data), test
    if isinstance(data, Recording):
        raise ArgumentTypeError("test rows beside a recording", "a share of it, such as test=0.2")
    parts = [
        np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows) for rows in (data, test)
    ]
    if any(rows.ndim != 2 for rows in parts) or parts[0].shape[1] != parts[1].shape[1]:
        shapes = " and ".join(str(rows.shape) for rows in parts)
        raise InputError(f"matrices of shapes {shapes}", "rows of the same units")
    return Recording.from_counts(np.concatenate(parts)), len(parts[1])


def _trials(recording: Recording, trials: Any, condition: Any) -> Trials | None:
    """Return the trials; None where none are asked for and there are none, or several kinds."""
    name = trials if isinstance(trials, str) else None
    if trials is not None and name is None:
        intervals = np.asarray(trials, dtype=np.float64)
        if intervals.ndim != 2 or intervals.shape[1] != 2:
            raise InputError(
                f"trials of shape {intervals.shape}", "starts and stops, (n_trials, 2)"
            )
        name = "trials"
        recording = replace(recording, intervals={name: intervals}, interval_columns={})
    try:
        return trials_of(recording, condition, trials=name)
    except InputError:
        if name is not None or condition is not None:
            raise
        return None


def _dataset(
    recording: Recording,
    asked: Mapping[str, Any],
    bin_size: float | str,
    lags: int | None,
    observation: str,
    trials: Trials | None,
) -> Dataset:
    """Return the bins to compare on, and warn of units that tell models nothing."""
    if lags is None:
        lags = window_of(asked, "lags") or 1
    if bin_size == "auto":
        bin_size = window_of(asked, "bin_size") or recording.bin_width or BIN_SIZE
    bin_size = real_number("bin_size", bin_size, above=0, mend="or give 'auto'")
    lags = whole_number("lags", lags)
    dataset = Dataset.of(recording, bin_size, lags, observation, trials)
    constant = dataset.constant_units
    if len(constant) == recording.n_units:
        raise InputError(
            "units that are constant in every bin, all of them", "spikes that come and go"
        )
    if len(constant):
        named = named_units(recording.unit_ids[constant].tolist())
        warnings.warn(
            f"constant in every bin: {named}, which tell models nothing",
            NeurohmWarning,
            stacklevel=3,
        )
    return dataset


def _folds(dataset: Dataset, test: Any, folds: int, gap: int | str) -> _Split:
    """Return what is learned from and what is scored."""
    observed = dataset.binned.observed
    if gap == "auto":
        gap = dataset.lags if test is None else 0
    gap = whole_number("gap", gap, 0, mend="or give 'auto'")
    if test is None:
        return _Split(cross_validation(observed, folds, gap), gap)
    return _Split([last_part(observed, test, gap)], gap)


def _result(
    dataset: Dataset,
    recording: Recording,
    split: _Split,
    scored: Scored,
    tests: SurrogateTest | None,
    seed: int,
) -> Comparison:
    """Return the scores of all models, the best first."""
    return Comparison(
        scores=scores_of(scored.tallies, scored.bins, scored.spikes),
        observation=dataset.observation,
        bin_size=dataset.binned.bin_size,
        time_unit=dataset.binned.time_unit,
        lags=dataset.lags,
        folds=len(split.folds),
        gap=split.gap,
        n_units=dataset.binned.n_units,
        n_bins=int(scored.bins.sum()),
        n_spikes=int(scored.spikes.sum()),
        n_learned=scored.n_learned,
        bins_of_blocks=tuple(scored.bins.tolist()),
        spikes_of_blocks=tuple(scored.spikes.tolist()),
        seed=seed,
        source=recording.source,
        surrogates=tests,
    )
