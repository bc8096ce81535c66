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
from neurohm.recordings import Windows

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parts:
    """What a fold's models learn from, choose by, and are scored on; matrices on demand.

    Parameters
    ----------
    dataset : Dataset
    fold : Fold
    learning, testing : Windows
    choosing : Windows or None
    """

    dataset: Dataset
    fold: Fold
    learning: Windows
    choosing: Windows | None
    testing: Windows

    def learned(self) -> Samples:
        """Return the samples to learn from; with the bins that they may be learned from."""
        return self.dataset.samples(self.learning, self.fold.learned)

    def validation(self) -> Samples | None:
        """Return the samples to choose by, if there are any."""
        return None if self.choosing is None else self.dataset.samples(self.choosing)

    def tested(self) -> Samples:
        """Return the samples to score."""
        return self.dataset.samples(self.testing)

    @property
    def n_learned(self) -> int:
        """Bins that may be learned from."""
        return int(np.count_nonzero(self.fold.learned))


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

    def add(
        self, model: Baseline, tested: Samples, block: npt.NDArray[np.int64], *, keep: bool
    ) -> None:
        """Score samples by a fitted model, and add that to the sums of their blocks."""
        begun = time.perf_counter()
        nats = model.score_samples(tested)
        self.seconds_to_score += time.perf_counter() - begun
        self.nats += np.bincount(block, nats, len(self.nats))
        self.variance += (len(nats) * model.standard_error) ** 2
        self.n_parameters = max(self.n_parameters, model.n_parameters)
        if keep:
            self.fitted.append(model)


FEW = 20
"""Bins below which a score is warned of."""


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
    block = [blocks_of(len(part.testing), each) for part in parts]
    ends = np.cumsum([b[-1] + 1 for b in block])
    block = [b + end - b[-1] - 1 for b, end in zip(block, ends, strict=True)]
    n_blocks = int(ends[-1])
    bins, spikes = np.zeros(n_blocks), np.zeros(n_blocks)
    tallies = {name: Tally.empty(n_blocks) for name in models}
    for i, part in enumerate(parts):
        learned, validation, tested = part.learned(), part.validation(), part.tested()
        bins += np.bincount(block[i], minlength=n_blocks) * float(tested.lags)
        spikes += np.bincount(block[i], tested.matrix.sum(axis=1, dtype=np.float64), n_blocks)
        for name, model in models.items():
            begin(f"{_name(i, len(parts))}: {name}")
            fresh = deepcopy(model)
            begun = time.perf_counter()
            fresh.fit(learned, validation)
            tallies[name].seconds_to_fit += time.perf_counter() - begun
            tallies[name].add(fresh, tested, block[i], keep=keep)
    return Scored(bins, spikes, min(part.n_learned for part in parts), tallies)


def warn_of_few(scored: Scored) -> None:
    """Warn where so few bins are scored that no standard error can be trusted."""
    bins = int(scored.bins.sum())
    if bins < FEW:
        warnings.warn(
            f"only {bins} bins are scored: their standard errors say nothing; score {FEW} or more, "
            "best thousands (a test part below 1 is a share, from 1 on a number of bins)",
            NeurohmWarning,
            stacklevel=3,
        )


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
    row = f"{dataset.lags} observed bin{'s' * (dataset.lags > 1)} in a row"
    try:
        testing = dataset.scored(fold.tested)
    except InputError as error:
        raise InputError(
            f"no data left to test on in {name} ({error.found})",
            row,
            "give fewer folds, a larger test part or fewer lags",
        ) from error
    try:
        learned, held_out = hold_out(dataset.within(fold.learned), validation, dataset.lags)
        learning = dataset.learned(learned.observed)
    except InputError as error:
        raise InputError(
            f"no data left to learn from in {name} ({error.found})",
            row,
            "give a smaller gap, a smaller test part or fewer lags",
        ) from error
    try:
        choosing = None if held_out is None else dataset.learned(held_out.observed)
    except InputError:  # blocks of it are cut by gaps of the recording
        choosing = None
    return Parts(dataset, fold, learning, choosing, testing)


def _name(index: int, n_folds: int) -> str:
    return f"fold {index + 1} of {n_folds}" if n_folds > 1 else "the one split"
