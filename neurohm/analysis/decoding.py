"""Which condition a trial is of, read from activity by cross-validated logistic regression."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from neurohm.analysis.responses import Array, Responses
from neurohm.backend import Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.recordings import Trials

PENALTIES = 10.0 ** np.arange(-4.0, 2.0)
"""Inverse strengths of regularisation, one of which is chosen within the training trials."""

_INNER = 3  # folds within the training trials, that choose among them
_CONSTANT = 1e-9  # deviation over mean of what is constant but for rounding

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Decoding:
    """How well the condition of trials is read from activity.

    Parameters
    ----------
    accuracy : float
        Share of trials decoded rightly, each from a fit to other trials.
    standard_error : float
        Of it, over trials.
    chance : float
        Share of the most frequent condition: the accuracy without looking.
    n_dimensions : int
        Numbers that describe a trial to the decoder.
    decoded : ndarray, (n_trials,)
        The condition that was read; `labels` are the true ones.
    labels : ndarray, (n_trials,)
    fold : ndarray of int64, (n_trials,)
        The fold that each trial was tested in.
    confusion : ndarray of int64, (n_levels, n_levels)
        Trials by true (rows) and decoded condition.
    levels : ndarray, (n_levels,)
    condition : str
    """

    accuracy: float
    standard_error: float
    chance: float
    n_dimensions: int
    decoded: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    fold: Codes
    confusion: Codes
    levels: npt.NDArray[Any]
    condition: str

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether each trial was decoded rightly, (n_trials,)."""
        right: npt.NDArray[np.bool_] = self.decoded == self.labels
        return right

    def minus(self, other: Decoding) -> tuple[float, float]:
        """Return by how much this one is better on the same trials, and the standard error.

        Parameters
        ----------
        other : Decoding
            Of the same trials.

        Returns
        -------
        difference, standard_error : float
            Of the accuracies; paired, over trials.

        Raises
        ------
        InputError
            If the trials are others.
        """
        if len(other.labels) != len(self.labels) or (other.labels != self.labels).any():
            raise InputError("decodings of different trials", "the same trials for both")
        apart = self.correct.astype(np.float64) - other.correct
        return float(apart.mean()), float(apart.std(ddof=1) / math.sqrt(len(apart)))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = asdict(self)
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()}

    def __repr__(self) -> str:
        return (
            f"Decoding({self.condition or 'condition'} of {len(self.labels)} trials from "
            f"{self.n_dimensions} numbers: accuracy {self.accuracy:.3f} ± "
            f"{self.standard_error:.3f}, chance {self.chance:.3f})"
        )


def decode(
    responses: Responses,
    *,
    over: str = "total",
    components: int | None = None,
    folds: int = 5,
    fold: npt.ArrayLike | None = None,
    seed: int = 0,
) -> Decoding:
    """Decode the condition of each trial from activity, by a fit to other trials.

    Trials fall into folds in which all conditions are as frequent as in all of them. Activity is
    standardised and a multinomial logistic regression fitted to all folds but one; how strongly
    it is regularised is chosen within these, by their own folds.

    Parameters
    ----------
    responses : Responses
    over : {"total", "bins"}
        Whether a trial is described by one number a unit, or by one for each unit and bin.
    components : int, optional
        Describe trials by so many principal components of that, found in the training trials.
    folds : int
    fold : array_like of int, (n_trials,), optional
        The fold of each trial, instead of drawing it.
    seed : int
        Of the folds; the same trials and seed give the same folds, whatever the activity.

    Returns
    -------
    Decoding

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, there is but one condition, or one has fewer trials than
        there are folds.

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=8, n_trials=80, orientations=(0.0, 90.0))
    >>> result = decode(responses_of(recording, trials_of(recording, "orientation"), bin_size=1.0))
    >>> result.accuracy > 0.9, result.n_dimensions
    (True, 8)
    """
    features = _features(responses, over)
    trials, codes = responses.trials, responses.trials.codes
    n_levels = len(trials.levels)
    if n_levels < 2:
        raise InputError(
            f"one condition, {trials.levels.tolist()[0]!r}", "at least two to tell apart"
        )
    if fold is None:
        folds = whole_number("folds", folds, 2)
        _check_enough(responses, folds)
        fold = stratified_folds(codes, folds, seed=seed)
    fold = _checked_folds(fold, codes)
    if components is not None:
        fewest = len(fold) - int(np.bincount(fold).max())
        _check_components(components, features.shape[1], fewest)
    decoded = np.empty(len(codes), dtype=np.int64)
    with threadpool_limits(1):  # small products, whose last bits shall not depend on threads
        for number in np.unique(fold):
            test = fold == number
            decoded[test] = _predicted(features[~test], codes[~test], features[test], components)
    dimensions = features.shape[1] if components is None else components
    return _decoding(trials, decoded, dimensions, fold)


def decode_unseen(
    train: Responses, test: Responses, *, over: str = "total", components: int | None = None
) -> Decoding:
    """Decode the condition of trials by a fit to the activity in others.

    Parameters
    ----------
    train, test : Responses
        Of the same units; the test trials are decoded.
    over, components
        As `decode` takes them.

    Returns
    -------
    Decoding
        Of the test trials.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, training trials are of one condition, or test
        trials are of others.

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=8, n_trials=80, orientations=(0.0, 90.0))
    >>> responses = responses_of(recording, trials_of(recording, "orientation"), bin_size=1.0)
    >>> decode_unseen(responses.select(slice(0, 60)), responses.select(slice(60, 80))).n_dimensions
    8
    """
    seen = train.trials.levels
    if len(seen) < 2 or not np.array_equal(test.trials.levels, seen):
        named = [", ".join(map(str, one.trials.levels.tolist())) for one in (train, test)]
        raise InputError(
            f"conditions {named[0]} to learn from and {named[1]} to test on",
            "the same ones, at least two",
        )
    x, y = _features(train, over), _features(test, over)
    if components is not None:
        _check_components(components, x.shape[1], len(x))
    with threadpool_limits(1):
        decoded = _predicted(x, train.trials.codes, y, components)
    dimensions = x.shape[1] if components is None else components
    fold = np.zeros(len(y), dtype=np.int64)
    return _decoding(test.trials, decoded, dimensions, fold)


def _decoding(trials: Trials, decoded: Codes, n_dimensions: int, fold: Codes) -> Decoding:
    """Return how well conditions were decoded."""
    n_levels = len(trials.levels)
    confusion = np.zeros((n_levels, n_levels), dtype=np.int64)
    np.add.at(confusion, (trials.codes, decoded), 1)
    accuracy = float((decoded == trials.codes).mean())
    return Decoding(
        accuracy=accuracy,
        standard_error=math.sqrt(accuracy * (1 - accuracy) / len(decoded)),
        chance=float(trials.counts.max() / len(decoded)),
        n_dimensions=n_dimensions,
        decoded=trials.levels[decoded],
        labels=trials.labels,
        fold=fold,
        confusion=confusion,
        levels=trials.levels,
        condition=trials.condition,
    )


def stratified_folds(codes: Codes, folds: int, *, seed: int = 0) -> Codes:
    """Return a fold for each trial, each condition spread evenly over the folds.

    Parameters
    ----------
    codes : ndarray of int64, (n_trials,)
        The condition of each.
    folds : int
    seed : int

    Returns
    -------
    ndarray of int64, (n_trials,)

    Examples
    --------
    >>> fold = stratified_folds(np.array([0, 0, 1, 1, 1, 1]), 2)
    >>> np.bincount(fold).tolist(), np.bincount(fold[2:]).tolist()
    ([3, 3], [2, 2])
    """
    rng = as_stream(seed).generator(Site.SHUFFLE.of(1))
    fold = np.empty(len(codes), dtype=np.int64)
    begun = 0
    for level in np.unique(codes):
        own = rng.permutation(np.flatnonzero(codes == level))
        fold[own] = (begun + np.arange(len(own))) % folds
        begun += len(own)  # so that folds are equally large, too
    return fold


def _features(responses: Responses, over: str) -> Array:
    """Return what describes each trial, (trials, numbers)."""
    if over not in ("total", "bins"):
        raise InputError(f"decoding over {over!r}", "'total' or 'bins'")
    if over == "total":
        return responses.per_trial
    return responses.values.reshape(len(responses.values), -1)


def _check_enough(responses: Responses, folds: int) -> None:
    """Raise if a condition has fewer trials than there are folds."""
    trials = responses.trials
    fewest = int(trials.counts.argmin())
    if trials.counts[fewest] < folds:
        number = int(trials.counts[fewest])
        raise InputError(
            f"{number} trial{'s' * (number != 1)} of condition {trials.levels[fewest].item()!r}",
            f"at least {folds}, one for each fold",
            "leave the condition out"
            if number < 2
            else f"give folds={number} / --folds {number}, or leave the condition out",
        )


def _checked_folds(fold: npt.ArrayLike, codes: Codes) -> Codes:
    """Return the fold of each trial, if each condition is in more than one."""
    fold = np.asarray(fold)
    if fold.shape != codes.shape or fold.dtype.kind not in "iu" or (fold < 0).any():
        raise InputError(f"folds of shape {fold.shape}, {fold.dtype}", "a number for each trial")
    if any(len(np.unique(fold[codes == level])) < 2 for level in np.unique(codes)):
        raise InputError("a condition with all its trials in one fold", "it in at least two")
    return fold.astype(np.int64)


def _check_components(components: int, numbers: int, fewest: int) -> None:
    """Raise if so many numbers in so many trials have fewer principal components."""
    most = min(numbers, fewest)
    if whole_number("components", components) > most:
        raise InputError(
            f"{components} components of {numbers} numbers in {fewest} trials",
            f"at most {most}",
        )


def _predicted(train: Array, codes: Codes, test: Array, components: int | None) -> Codes:
    """Return the condition of test trials by a fit to training trials."""
    train, test = _prepared(train, test, components)
    best = PENALTIES[0]
    fewest = int(np.bincount(codes)[np.unique(codes)].min())
    if fewest >= 2:
        inner = stratified_folds(codes, min(_INNER, fewest))
        losses = [_loss(train, codes, inner, penalty) for penalty in PENALTIES]
        best = PENALTIES[int(np.argmin(losses))]
    return np.asarray(_regression(train, codes, best).predict(test), dtype=np.int64)


def _prepared(train: Array, test: Array, components: int | None) -> tuple[Array, Array]:
    """Standardise by the training trials, and turn into their principal components."""
    centre, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > _CONSTANT * np.abs(centre), spread, 1.0)
    train, test = (train - centre) / spread, (test - centre) / spread
    if components is None:
        return train, test
    axes = np.linalg.svd(train, full_matrices=False)[2][:components].T
    scale = (train @ axes).std(axis=0)
    scale = np.where(scale > _CONSTANT, scale, 1.0)
    return train @ axes / scale, test @ axes / scale


def _loss(x: Array, codes: Codes, fold: Codes, penalty: float) -> float:
    """Return the cross-validated loss of a regularisation, nats over all trials."""
    total = 0.0
    for number in np.unique(fold):
        test = fold == number
        model = _regression(x[~test], codes[~test], penalty)
        place = np.searchsorted(model.classes_, codes[test])
        score = model.decision_function(x[test])  # of two classes, that of the second alone
        scores = np.stack([np.zeros_like(score), score], axis=1) if score.ndim == 1 else score
        log_probability = log_softmax(scores, axis=1)
        total -= float(log_probability[np.arange(len(place)), place].sum())
    return total


def _regression(x: Array, codes: Codes, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=penalty, max_iter=2000).fit(x, codes)
