"""Fitting models to what is learned from, and adding up their scores of what is held out."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.comparison.baselines.base import Baseline
from neurohm.comparison.dataset import Dataset
from neurohm.comparison.partition import Fold, blocks_of
from neurohm.comparison.samples import Samples
from neurohm.estimators.holding_out import hold_out
from neurohm.exceptions import InputError, NeurohmWarning

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parts:
    """What a fold's models learn from, choose by, and are scored on.

    Parameters
    ----------
    learned : Samples
    validation : Samples or None
    tested : Samples
    """

    learned: Samples
    validation: Samples | None
    tested: Samples


@dataclass(eq=False)
class Tally:
    """What a model reached, block by block, over all folds.

    Parameters
    ----------
    nats : ndarray of float64, (n_blocks,)
        Summed log-likelihood of each block.
    variance : float
        Of the sum over all blocks, of what blocks do not show: log Z where it is estimated.
    n_parameters : int
        The most that a fold's fit has.
    seconds_to_fit, seconds_to_score : float
        Over all folds.
    fitted : list of Baseline
        One for each fold.
    """

    nats: Vector
    variance: float
    n_parameters: int
    seconds_to_fit: float
    seconds_to_score: float
    fitted: list[Baseline]

    @classmethod
    def empty(cls, n_blocks: int) -> Tally:
        """Return the tally of a model that has not been scored yet."""
        return cls(np.zeros(n_blocks), 0.0, 0, 0.0, 0.0, [])


@dataclass(frozen=True, eq=False)
class Scored:
    """What was scored, block by block, and the tally of each model.

    Parameters
    ----------
    bins, spikes : ndarray of float64, (n_blocks,)
    n_learned : int
        The fewest bins that a fold's models learned from.
    tallies : dict of str to Tally
    """

    bins: Vector
    spikes: Vector
    n_learned: int
    tallies: dict[str, Tally]


def parts_of(dataset: Dataset, folds: Sequence[Fold], validation: float) -> list[Parts]:
    """Return the samples of each fold.

    Parameters
    ----------
    dataset : Dataset
    folds : sequence of Fold
    validation : float
        Share of what is learned from that models choose by, in blocks spread over it.

    Returns
    -------
    list of Parts

    Raises
    ------
    InputError
        If a fold has no window to learn from, or none to test.
    """
    return [_parts(dataset, fold, validation, _name(i, len(folds))) for i, fold in enumerate(folds)]


def evaluate(
    parts: Sequence[Parts],
    models: Mapping[str, Baseline],
    blocks: int,
    begin: Callable[[str], None],
    *,
    keep: bool = False,
) -> Scored:
    """Fit and score all models on all folds.

    Parameters
    ----------
    parts : sequence of Parts
        One for each fold.
    models : mapping of str to Baseline
        Not fitted; copies are.
    blocks : int
        Of time, over all folds: sums are kept of each.
    begin : callable
        Told of each step.
    keep : bool
        Whether fitted models are kept.

    Returns
    -------
    Scored
    """
    each = max(1, blocks // len(parts))
    block = [blocks_of(len(part.tested), each) for part in parts]
    ends = np.cumsum([b[-1] + 1 for b in block])
    block = [b + end - b[-1] - 1 for b, end in zip(block, ends, strict=True)]
    n_blocks = int(ends[-1])
    bins, spikes = np.zeros(n_blocks), np.zeros(n_blocks)
    tallies = {name: Tally.empty(n_blocks) for name in models}
    for i, part in enumerate(parts):
        lags = part.tested.lags
        bins += np.bincount(block[i], minlength=n_blocks) * float(lags)
        spikes += np.bincount(block[i], part.tested.matrix.sum(axis=1), n_blocks)
        for name, model in models.items():
            begin(f"{_name(i, len(parts))}: {name}")
            _add(tallies[name], deepcopy(model), part, block[i], keep)
    learned = min(part.learned.n_bins for part in parts)
    return Scored(bins, spikes, learned, tallies)


def warn_of_parameters(scored: Scored) -> None:
    """Warn of models with more parameters than there are bins to learn from."""
    for name, tally in scored.tallies.items():
        if tally.n_parameters > scored.n_learned:
            warnings.warn(
                f"{name} has {tally.n_parameters:,} parameters, more than the "
                f"{scored.n_learned:,} bins that it learns from",
                NeurohmWarning,
                stacklevel=3,
            )


def _parts(dataset: Dataset, fold: Fold, validation: float, name: str) -> Parts:
    try:
        tested = dataset.scored(fold.tested)
    except InputError as error:
        raise InputError(
            f"no data left to test on in {name} ({error.found})",
            f"{dataset.lags} observed bins in a row",
            "give fewer folds, a larger test part or fewer lags",
        ) from error
    try:
        whole = dataset.within(fold.learned)
        learned, held_out = hold_out(whole, validation, dataset.lags)
        samples = dataset.learned(learned.observed, fold.learned)
    except InputError as error:
        raise InputError(
            f"no data left to learn from in {name} ({error.found})",
            f"{dataset.lags} observed bins in a row",
            "give a smaller gap, a smaller test part or fewer lags",
        ) from error
    try:
        held = None if held_out is None else dataset.learned(held_out.observed)
    except InputError:  # blocks of it are cut by gaps of the recording
        held = None
    return Parts(samples, held, tested)


def _add(
    tally: Tally, model: Baseline, part: Parts, block: npt.NDArray[np.int64], keep: bool
) -> None:
    """Fit a model to a fold's samples, and add its scores to a tally."""
    begun = time.perf_counter()
    model.fit(part.learned, part.validation)
    fitted = time.perf_counter()
    nats = model.score_samples(part.tested)
    tally.seconds_to_fit += fitted - begun
    tally.seconds_to_score += time.perf_counter() - fitted
    tally.nats += np.bincount(block, nats, len(tally.nats))
    tally.variance += (len(nats) * model.standard_error) ** 2
    tally.n_parameters = max(tally.n_parameters, model.n_parameters)
    if keep:
        tally.fitted.append(model)


def _name(index: int, n_folds: int) -> str:
    return f"fold {index + 1} of {n_folds}" if n_folds > 1 else "the one split"
