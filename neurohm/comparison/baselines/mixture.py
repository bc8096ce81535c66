"""Mixtures of independent units: a few states, each with a rate for every unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.comparison.baselines.base import Baseline, as_samples
from neurohm.comparison.baselines.emissions import EMISSIONS, Matrix
from neurohm.comparison.baselines.expectation import Expectation, log_sums, run
from neurohm.exceptions import InputError

CANDIDATES = (1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90)
"""Numbers of components that validation chooses among, until two in a row are no better."""

STRENGTHS = (20.0, 5.0, 1.0)
"""What validation chooses the strength of the prior among, at the chosen number."""

TRIAL_STEPS = 15  # of each start, before the best goes on alone


class _Mixture(Baseline):
    """A mixture of independent units; see the two kinds."""

    name = "mixture"
    mean_: Matrix
    share_: Matrix

    def __init__(
        self,
        components: int | str = "auto",
        *,
        starts: int = 4,
        steps: int = 500,
        tolerance: float = 1e-5,
        strength: float | str = "auto",
        seed: int = 0,
    ) -> None:
        if components != "auto":
            whole_number("components", components, mend="or give 'auto'")
        self.components = components
        self.starts = whole_number("starts", starts)
        self.steps = whole_number("steps", steps)
        self.tolerance = real_number("tolerance", tolerance, least=0)
        if strength != "auto":
            real_number("strength", strength, least=0, mend="or give 'auto'")
        self.strength = strength
        self.seed = whole_number("seed", seed, least=0)

    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Learn by expectation maximisation, from the best of several starts.

        Parameters
        ----------
        x : array_like, (n_samples, n_units)
        validation : array_like, (n_samples, n_units), optional
            By which ``"auto"`` chooses. Without it the last tenth of the samples serves, and all
            of them are learned from once it is chosen.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        InputError
            If an entry is none of the domain, or components outnumber samples.
        """
        samples = as_samples(x, self.domain)
        if validation is not None:
            held_out = as_samples(validation, self.domain, samples.shape[1])
            return self._chosen(samples, held_out)
        tenth = len(samples) // 10
        if "auto" not in (self.components, self.strength) or tenth == 0:
            return self._fit(samples, *self._settings())
        chosen = copy(self)._chosen(samples[:-tenth], samples[-tenth:])
        return self._fit(samples, len(chosen.share_), chosen.strength_)

    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``; exact."""
        samples, joint = self._joint(x)
        return log_sums(joint) + EMISSIONS[self.domain].base(samples)

    def responsibilities(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how probable each component is given each sample, ``(n_samples, components)``."""
        _, joint = self._joint(x)
        log_sums(joint)
        return joint

    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, ``(n_samples, n_units)``."""
        generator = RandomStream(seed).generator(Site.DREAM.of())
        number = whole_number("n_samples", n_samples)
        component = generator.choice(len(self.share_), size=number, p=self.share_)
        return EMISSIONS[self.domain].draw(self.mean_[component], generator)

    @property
    def n_parameters(self) -> int:
        """A mean for each unit in each component, and the shares, which sum to one."""
        return self.mean_.size + len(self.share_) - 1

    def _joint(self, x: npt.ArrayLike) -> tuple[Matrix, Matrix]:
        """Return samples, and the log-probability of each with each component but its base."""
        samples, emission = as_samples(x, self.domain, self.mean_.shape[1]), EMISSIONS[self.domain]
        offset = emission.offset(self.mean_) + np.log(self.share_)
        return samples, samples @ emission.natural(self.mean_).T + offset

    def _settings(self) -> tuple[int, float]:
        """Return components and strength, those of "auto" the first to be tried."""
        components = CANDIDATES[0] if self.components == "auto" else int(self.components)
        return components, STRENGTHS[0] if self.strength == "auto" else float(self.strength)

    def _chosen(self, samples: Matrix, held_out: Matrix) -> Self:
        """Fit more components, then weaker priors, then more again, while held-out gains."""
        components, strength = self._settings()
        numbers = [n for n in CANDIDATES if n <= max(1, len(samples) // 10)]
        if self.components != "auto":
            numbers = [components]
        best, most = _climbed(self._fits(samples, [(n, strength) for n in numbers]), held_out)
        if self.strength == "auto":
            settings = [(len(best.share_), other) for other in STRENGTHS[1:]]
            best, most = _climbed(self._fits(samples, settings), held_out, 1, best, most)
            # under another prior there may be room for more
            settings = [(n, best.strength_) for n in numbers if n > len(best.share_)]
            best, most = _climbed(self._fits(samples, settings), held_out, 1, best, most)
        vars(self).update(vars(best))
        return self

    def _fits(self, samples: Matrix, settings: Iterable[tuple[int, float]]) -> Iterator[Self]:
        """Yield fits with other components and strengths, each when it is asked for."""
        return (copy(self)._fit(samples, *each) for each in settings)

    def _fit(self, samples: Matrix, components: int, strength: float) -> Self:
        if components > len(samples):
            raise InputError(
                f"{components} components for {len(samples)} samples", "at most one for each"
            )
        expectation = Expectation.over(samples, self.domain, components, strength)
        generator = RandomStream(self.seed).generator(Site.INITIAL.of())
        starts = self.starts if components > 1 else 1
        begun = [
            run(expectation, expectation.start(generator), TRIAL_STEPS, self.tolerance)
            for _ in range(starts)
        ]
        best = max(begun, key=lambda run: run.history[-1])
        done = run(expectation, best.state, self.steps, self.tolerance)
        self.mean_, self.share_ = done.state
        self.strength_ = strength
        self.history_ = np.array([*best.history, *done.history[1:]])
        return self


class BernoulliMixture(_Mixture):
    """A mixture of units that spike or do not.

    Parameters
    ----------
    components : int or "auto"
        "auto": chosen by validation.
    starts : int
        Random starts, of which the best after a few steps goes on.
    steps : int
        At most, of expectation maximisation.
    tolerance : float
        It ends when a step adds less than this, nats per sample.
    strength : float or "auto"
        Samples with the units' overall means that each component has seen before the data: what
        keeps probabilities of rare components off 0 and 1. "auto": chosen by validation.
    seed : int

    Attributes
    ----------
    mean_ : ndarray of float64, (components, n_units)
    share_ : ndarray of float64, (components,)
        How probable each component is.
    strength_ : float
    history_ : ndarray of float64
        What is maximised, nats per sample, after each step; it never falls.

    Examples
    --------
    >>> words = np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 50, axis=0)
    >>> model = BernoulliMixture(2).fit(words)
    >>> np.sort(model.share_).round(1), model.n_parameters
    (array([0.5, 0.5]), 9)
    """

    domain = "binary"


class PoissonMixture(_Mixture):
    """A mixture of units whose counts are Poisson; arguments are those of `BernoulliMixture`.

    Examples
    --------
    >>> counts = np.repeat([[3, 2, 0, 0], [0, 0, 4, 1]], 50, axis=0)
    >>> np.sort(PoissonMixture(2).fit(counts).mean_.max(axis=1)).round(1)
    array([2.9, 3.9])
    """

    domain = "counts"


def _climbed(
    fits: Iterable[Any],
    held_out: Matrix,
    patience: int = 2,
    best: Any = None,
    most: float = -np.inf,
) -> tuple[Any, float]:
    """Return the best of fits, or of what was best before, and its score.

    No more are tried when so many in a row are no better.
    """
    worse = 0
    for fitted in fits:
        score = float(fitted.score_samples(held_out).mean())
        worse = 0 if score > most else worse + 1
        if score > most:
            best, most = fitted, score
        if worse == patience:
            break
    return best, most
