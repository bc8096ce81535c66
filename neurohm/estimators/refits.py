"""Fits of the same kind to parts of a recording, and with other seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from neurohm.estimators.candidates import Candidates, candidates
from neurohm.exceptions import InputError
from neurohm.progress import progress_of
from neurohm.recordings import Recording
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.estimators.spikes import SpikeHelmholtz


@dataclass(frozen=True)
class Plan:
    """A fit to make.

    Parameters
    ----------
    purpose : str
        ``"fold"``, ``"half"`` or ``"seed"``.
    name : str
        What is fitted, for the progress bar.
    recording : Recording
        What is learned from.
    seed : int
        Added to the model's.
    tested : tuple of int
        First and end of the bins that are not learned from (those of a fold; else none).
    """

    purpose: str
    name: str
    recording: Recording
    seed: int
    tested: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Refit:
    """What a fit found.

    Parameters
    ----------
    plan : Plan
    found : Candidates
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin of what was learned from.
    """

    plan: Plan
    found: Candidates
    baseline: npt.NDArray[np.float64]


def plans(
    recording: Recording, bin_size: float, *, folds: int, halves: bool, seeds: int, gap: int
) -> list[Plan]:
    """Return the fits to make.

    Parameters
    ----------
    recording : Recording
    bin_size : float
        Seconds (or bins).
    folds : int
        Blocks of time, each left out of one fit; 0 for none.
    halves : bool
        Whether each half of the time is fitted.
    seeds : int
        Fits of everything with another seed.
    gap : int
        Bins between what is learned from and what is tested.

    Returns
    -------
    list of Plan

    Raises
    ------
    InputError
        If the recording is too short for it.

    Examples
    --------
    >>> recording = Recording.from_trains([[1.0, 98.5]], t_stop=100.0)
    >>> for plan in plans(recording, 1.0, folds=2, halves=True, seeds=1, gap=5):
    ...     print(plan.name, plan.recording.observed.tolist(), plan.tested)
    without block 1 of 2 [[55.0, 100.0]] (0, 50)
    without block 2 of 2 [[0.0, 45.0]] (50, 100)
    the first half [[0.0, 50.0]] (0, 0)
    the second half [[50.0, 100.0]] (0, 0)
    everything, another seed [[0.0, 100.0]] (0, 0)
    """
    made = []
    if folds:
        for i, (learned, tested) in enumerate(_blocks(recording, folds, gap * bin_size)):
            span = tested.observed[[0, -1], [0, 1]] - recording.t_start
            first, end = np.ceil(span[0] / bin_size - 1e-6), np.floor(span[1] / bin_size + 1e-6)
            name = f"without block {i + 1} of {folds}"
            made.append(Plan("fold", name, learned, 1 + i, (int(first), int(end))))
    if halves:
        ordered = list(recording.folds(2, gap=0.0))
        for i, (_, half) in enumerate(ordered):
            name = f"the {('first', 'second')[i]} half"
            made.append(Plan("half", name, half, 101 + i))
    for i in range(seeds):
        made.append(Plan("seed", "everything, another seed", recording, 201 + i))
    return made


def _blocks(recording: Recording, folds: int, gap: float) -> list[tuple[Recording, Recording]]:
    try:
        return list(recording.folds(folds, gap=gap))
    except InputError as error:
        duration = unit_text(recording.observed_duration, recording.time_unit)
        raise InputError(
            f"a recording of {duration} for {folds} blocks, each with a gap of "
            f"{unit_text(gap, recording.time_unit)} (twice the jitter window) on both sides",
            "room for them",
            "give a shorter jitter=, fewer folds=, or refit=False",
        ) from error


def refits(
    model: SpikeHelmholtz,
    plans: list[Plan],
    layer: int,
    of: str,
    n_jobs: int,
    *,
    sharpen: bool = False,
) -> list[Refit]:
    """Make fits with a model's settings, and return what they found.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    plans : list of Plan
    layer : int
    of : str
        ``"units"`` or ``"codes"``.
    n_jobs : int
        Fits at a time; -1: as many as there are cores.
    sharpen : bool
        Whether templates are sharpened by the time that a fit learned from.

    Returns
    -------
    list of Refit
        In the order of the plans, and the same whatever `n_jobs`.
    """
    fresh = [_unfitted(model, plan.seed) for plan in plans]
    if n_jobs == 1 or model.device != "cpu" or len(plans) < 2:
        return [
            _refit(estimator, plan, layer, of, sharpen, f"fit {i} of {len(plans)}: {plan.name}")
            for i, (estimator, plan) in enumerate(zip(fresh, plans, strict=True), 1)
        ]
    from joblib import Parallel, delayed

    jobs = (
        delayed(_refit)(*pair, layer, of, sharpen, None) for pair in zip(fresh, plans, strict=True)
    )
    done = []
    with progress_of(len(plans), "fits to parts of the recording") as progress:
        for result in Parallel(n_jobs=n_jobs, return_as="generator")(jobs):
            done.append(result)
            progress.advance()
    return done


def _unfitted(model: SpikeHelmholtz, seed: int) -> SpikeHelmholtz:
    """Return an estimator with the settings that a model was fitted with, but for the seed."""
    fresh: SpikeHelmholtz = clone(model).set_params(
        bin_size=model.bin_size_, observation=model.observation_, random_state=model.seed_ + seed
    )
    return fresh


def _refit(
    estimator: SpikeHelmholtz, plan: Plan, layer: int, of: str, sharpen: bool, label: str | None
) -> Refit:
    """Make one fit; without a label, no progress is shown."""
    try:
        fitted = estimator.fit(plan.recording, label=label)
    except InputError as error:
        raise InputError(
            f"too little to fit {plan.name} ({error.found})",
            error.expected,
            "give a longer recording, fewer folds, or refit=False",
        ) from error
    found = candidates(fitted, plan.recording, layer, of, least=1, sharpen=sharpen)
    return Refit(plan, found, fitted.independent_.mean)
