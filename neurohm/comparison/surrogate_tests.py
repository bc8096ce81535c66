"""Whether the gain over independent units is more than surrogates of the recording give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.comparison.baselines.base import Baseline
from neurohm.comparison.dataset import Dataset
from neurohm.comparison.evaluation import Parts, Scored, evaluate, parts_of
from neurohm.comparison.models import INDEPENDENT
from neurohm.comparison.partition import Fold
from neurohm.comparison.results import GainTest, SurrogateTest
from neurohm.comparison.statistics import exceedance
from neurohm.exceptions import InputError
from neurohm.likelihood import nats_to_bits
from neurohm.recordings import SURROGATES, BinnedSpikes, Recording, surrogate


@dataclass(frozen=True, eq=False)
class SurrogatePlan:
    """Which surrogates to make of what, and how models meet them.

    Parameters
    ----------
    recording : Recording
    kind : str
        One of `neurohm.recordings.SURROGATES`.
    settings : mapping
        Of that kind, such as ``{"window": 0.05}``.
    number : int
        0 for no tests.
    refit : bool
        Whether models are fitted to each surrogate. Else those that were fitted to the recording
        are scored on the held-out part of each.
    tested : tuple of str
        Models to test; empty for all but independent units.
    seed : int
    n_jobs : int
        Surrogates at a time; -1: as many as there are cores. It changes no result.
    """

    recording: Recording
    kind: str
    settings: Mapping[str, Any]
    number: int
    refit: bool
    tested: tuple[str, ...]
    seed: int
    n_jobs: int = 1

    def __post_init__(self) -> None:
        if self.n_jobs == 0:
            raise InputError("n_jobs 0", "at least 1, or -1 for one for each core")

    def check(self, models: Mapping[str, Baseline]) -> None:
        """Raise if models cannot be tested like that, before hours of fitting.

        Raises
        ------
        InputError
        """
        if self.number:
            self.names(models)
            self.make(0)

    def names(self, models: Mapping[str, Baseline]) -> list[str]:
        """Return the models to test.

        Raises
        ------
        InputError
            If one of them is not among those compared, or there is none.
        """
        others = [name for name in models if name != INDEPENDENT]
        unknown = [name for name in self.tested if name not in others]
        if not others:
            raise InputError(
                "nothing to test but independent units",
                "another model among those compared",
                "give e.g. models=['mixture'] / --models mixture",
            )
        if unknown:
            raise InputError(
                f"{unknown[0]!r} to test", "one of the models compared: " + ", ".join(others)
            )
        return [name for name in others if not self.tested or name in self.tested]

    def make(self, index: int) -> Recording:
        """Return a surrogate.

        Raises
        ------
        InputError
            If the kind or a setting is unknown, or a window larger than the recording.
        """
        seed = self.seed + index
        return surrogate(self.recording, self.kind, seed=seed, **self.settings)


def against_surrogates(
    plan: SurrogatePlan,
    dataset: Dataset,
    folds: Sequence[Fold],
    validation: float,
    models: Mapping[str, Baseline],
    scored: Scored,
    begin: Callable[[str], None],
) -> SurrogateTest | None:
    """Return tests of the gains of models against surrogates, if there are to be any.

    Parameters
    ----------
    plan : SurrogatePlan
    dataset : Dataset
        Of the recording.
    folds : sequence of Fold
        Those of the comparison.
    validation : float
    models : mapping of str to Baseline
        Not fitted.
    scored : Scored
        Of the recording; with fitted models where nothing is to be refitted.
    begin : callable
        Told of each surrogate.

    Returns
    -------
    SurrogateTest or None

    Notes
    -----
    A surrogate keeps, by its kind, some statistics of the recording and is otherwise chance: if the
    recording had nothing but these, its gain would be one among those of its surrogates, and the
    p-value, the share of them that reach it, be below any level as often as that level says.
    """
    if not plan.number:
        return None
    names = plan.names(models)
    chosen = {name: models[name] for name in (INDEPENDENT, *names)}

    def gains_of(index: int) -> npt.NDArray[np.float64]:
        parts = parts_of(
            replace(dataset, binned=_binned(plan.make(index), dataset)), folds, validation
        )
        if plan.refit:
            return gains(evaluate(parts, chosen, len(parts), lambda text: None), names)
        return _score_only(scored, parts, names)

    among = np.empty((plan.number, len(names)))
    begin(f"surrogate 1 of {plan.number}")
    for i, values in enumerate(_each(gains_of, plan.number, plan.n_jobs)):
        among[i] = values
        if i + 1 < plan.number:
            begin(f"surrogate {i + 2} of {plan.number}")
    kind = SURROGATES[plan.kind]
    tests = _tests(names, gains(scored, names), among)
    return SurrogateTest(plan.kind, kind.keeps, kind.destroys, plan.number, plan.refit, tests)


def gains(scored: Scored, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the gains of models over independent units, bits per bin, ``(n_models,)``."""
    reference, bins = scored.tallies[INDEPENDENT].nats.sum(), scored.bins.sum()
    values = [(scored.tallies[name].nats.sum() - reference) / bins for name in names]
    return np.array([nats_to_bits(value) for value in values])


def _each(
    task: Callable[[int], npt.NDArray[np.float64]], number: int, n_jobs: int
) -> Iterable[npt.NDArray[np.float64]]:
    """Return the results of a task for so many indices, in their order."""
    if n_jobs == 1 or number < 2:
        return map(task, range(number))
    from joblib import Parallel, delayed

    done: Iterable[npt.NDArray[np.float64]] = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(task)(index) for index in range(number)
    )
    return done


def _binned(recording: Recording, like: Dataset) -> BinnedSpikes:
    """Return the spikes of another recording in the same bins."""
    return Dataset.of(recording, like.binned.bin_size, like.lags, like.observation).binned


def _score_only(
    scored: Scored, parts: Sequence[Parts], names: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Return the gains, on surrogates, of models that were fitted to the recording."""
    bins, total = 0, np.zeros(len(names))
    for i, part in enumerate(parts):
        tested = part.tested()
        bins += len(tested) * tested.lags
        reference = scored.tallies[INDEPENDENT].fitted[i].score_samples(tested).sum()
        for j, name in enumerate(names):
            fitted = scored.tallies[name].fitted[i]
            total[j] += fitted.score_samples(tested).sum() - reference
    return np.array([nats_to_bits(value / bins) for value in total])


def _tests(
    names: Sequence[str], observed: npt.NDArray[np.float64], among: npt.NDArray[np.float64]
) -> tuple[GainTest, ...]:
    largest = among.max(axis=1)
    return tuple(
        GainTest(
            name,
            float(observed[j]),
            tuple(among[:, j].tolist()),
            exceedance(observed[j], among[:, j]),
            exceedance(observed[j], largest),
        )
        for j, name in enumerate(names)
    )
