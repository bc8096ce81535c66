"""Whether something occurs more often in one condition than in another, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit, gammainccinv, gammaincinv, logit

_PER_BLOCK = 5.0  # occurrences expected in a block, at least
_FAR = 40.0  # log-odds beyond which a share is 0 or 1
# Of log-odds, from what was found towards a limit.
_STEPS = np.concatenate([[0.0], np.geomspace(1e-3, 0.25, 20), np.arange(0.5, 2 * _FAR, 0.25)])


@dataclass(frozen=True)
class Occurrences:
    """How often something occurred in one condition.

    Parameters
    ----------
    number : int
    by_chance : float
        How many of them chance explains, on average.
    duration : float
        Observed time, seconds (or bins).
    """

    number: int
    by_chance: float
    duration: float

    @property
    def beyond_chance(self) -> float:
        """How many chance does not explain; not negative."""
        return max(0.0, self.number - self.by_chance)

    @property
    def rate(self) -> float:
        """Occurrences beyond chance in each second (or bin)."""
        return self.beyond_chance / self.duration


@dataclass(frozen=True)
class RateComparison:
    """Two rates, what lies between them, and how sure that is.

    Parameters
    ----------
    rates : (float, float)
        Occurrences beyond chance in each second (or bin).
    intervals : ((float, float), (float, float))
        Of the rates.
    ratio : float
        Second rate over first; ``inf`` or ``nan`` where the first is zero.
    ratio_interval : (float, float)
    p_value : float
        That the rates are the same; below one minus the level exactly where the interval of the
        ratio leaves out 1.
    """

    rates: tuple[float, float]
    intervals: tuple[tuple[float, float], tuple[float, float]]
    ratio: float
    ratio_interval: tuple[float, float]
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        low, high = self.ratio_interval
        return (
            f"RateComparison({self.rates[0]:.3g} and {self.rates[1]:.3g}, ratio {self.ratio:.2f} "
            f"({low:.2f} to {high:.2f}), p = {self.p_value:.2g})"
        )


def compare_rates(
    first: Occurrences, second: Occurrences, *, dispersion: float = 1.0, level: float = 0.95
) -> RateComparison:
    """Compare how often something occurs in two conditions.

    Given the number of occurrences in both together, that of the second is binomial; this gives
    an exact test of the ratio and an exact interval (Clopper and Pearson). Where occurrences
    cluster, or chance explains some, there is as much information as in fewer of them: what is
    beyond chance in both is counted as so many that a binomial share of them varies as much, if
    the ratio is the one that is tested. A rate has Garwood's interval of all occurrences, less
    those of chance, and at least up to where that of no occurrence ends.

    Parameters
    ----------
    first, second : Occurrences
    dispersion : float
        Variance over mean of counts in blocks of time; see `dispersion_of`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    RateComparison

    References
    ----------
    Przyborowski, Wilenski (1940). Homogeneity of results in testing samples from Poisson series.
    Biometrika 31:313. doi:10.1093/biomet/31.3-4.313
    Garwood (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437.
    doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> compare_rates(Occurrences(30, 0.0, 300.0), Occurrences(60, 0.0, 300.0))
    RateComparison(0.1 and 0.2, ratio 2.00 (1.27 to 3.21), p = 0.0021)
    """
    tail = (1 - level) / 2
    odds = first.duration / second.duration
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.float64(second.rate) / first.rate)
    # No change: the second has the share of the occurrences that it has of the time.
    extremes = _tails(first, second, -np.log(odds), dispersion)
    low, high = (_limit(first, second, dispersion, tail, side) for side in (-1, 1))
    return RateComparison(
        rates=(first.rate, second.rate),
        intervals=(_interval(first, dispersion, tail), _interval(second, dispersion, tail)),
        ratio=ratio,
        ratio_interval=(low * odds, high * odds),
        p_value=min(1.0, 2 * float(min(extremes))),
    )


def dispersion_of(
    moments: Sequence[npt.NDArray[np.float64]], observed: Sequence[npt.NDArray[np.float64]]
) -> float:
    """Return how much more counts in blocks of time vary than those of a Poisson process.

    Parameters
    ----------
    moments : sequence of ndarray of float64, (n_occurrences,)
        Ascending, of each condition, seconds (or bins).
    observed : sequence of ndarray of float64, (n_stretches, 2)
        Starts and stops of each condition.

    Returns
    -------
    float
        Pearson's chi-squared over its degrees of freedom, 1 at least. Blocks are a twentieth of a
        condition, or as long as five occurrences take.

    References
    ----------
    McCullagh, Nelder (1989). Generalized linear models, 2nd edition, section 6.2.3. Chapman and
    Hall.

    Examples
    --------
    >>> steady, clustered = np.arange(0.5, 100.0), np.repeat([10.5, 60.5], 50)
    >>> span = np.array([[0.0, 100.0]])
    >>> dispersion_of([steady], [span]), round(dispersion_of([clustered], [span]), 1)
    (1.0, 47.4)
    """
    total, freedom = 0.0, 0
    for own, stretches in zip(moments, observed, strict=True):
        lengths = stretches[:, 1] - stretches[:, 0]
        blocks = int(np.clip(len(own) / _PER_BLOCK, 1, 20))
        passed = np.concatenate([[0.0], np.cumsum(lengths)])
        # The observed time that has passed until each moment, gaps left out.
        at = np.clip(np.searchsorted(stretches[:, 0], own, side="right") - 1, 0, None)
        elapsed = passed[at] + np.clip(own - stretches[at, 0], 0.0, lengths[at])
        counts = np.histogram(elapsed, bins=blocks, range=(0.0, passed[-1]))[0]
        expected = len(own) / blocks
        total += float(np.square(counts - expected).sum() / max(expected, 1e-12))
        freedom += blocks - 1
    return max(1.0, total / freedom) if freedom else 1.0


def _interval(own: Occurrences, dispersion: float, tail: float) -> tuple[float, float]:
    """Return the interval of a rate."""
    # The number varies as dispersion times itself, whatever part of it is chance's.
    worth = own.number / dispersion
    least = gammaincinv(worth, tail) if worth > 0 else 0.0
    most, none = gammainccinv(np.array([worth + 1, 1.0]), tail)
    # Fewer than by chance say no more than no occurrence at all does.
    low = max(0.0, dispersion * least - own.by_chance)
    high = max(dispersion * none, dispersion * most - own.by_chance)
    return float(low / own.duration), float(high / own.duration)


def _tails(
    first: Occurrences, second: Occurrences, log_odds: Any, dispersion: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how probable as many of the second are, and as few, if these are the odds of one."""
    share, rest, one = expit(log_odds), expit(-log_odds), np.ones_like(log_odds)
    before, after = first.beyond_chance, second.beyond_chance
    if not before + after:
        return one, one
    signal = share * rest * (before + after)
    noise = signal + share**2 * first.by_chance + rest**2 * second.by_chance
    worth = signal / (dispersion * noise)
    as_many = betainc(worth * after, worth * before + 1, share) if after else one
    as_few = betainc(worth * before, worth * after + 1, rest) if before else one
    return np.asarray(as_many, np.float64), np.asarray(as_few, np.float64)


def _limit(
    first: Occurrences, second: Occurrences, dispersion: float, tail: float, side: int
) -> float:
    """Return the lowest (side -1) or highest odds that the occurrences do not exclude."""
    from scipy.optimize import brentq

    before, after = first.beyond_chance, second.beyond_chance
    end = 0.0 if side < 0 else np.inf
    if not (after if side < 0 else before):
        return end

    def excess(log_odds: Any) -> npt.NDArray[np.float64]:
        return _tails(first, second, log_odds, dispersion)[side > 0] - tail

    begin = np.clip(logit(after / (before + after)), -_FAR, _FAR)
    course = begin + side * _STEPS
    excluded = np.flatnonzero(excess(course) < 0)
    if not len(excluded):
        return end
    found = brentq(
        lambda at: float(excess(at)), course[excluded[0] - 1], course[excluded[0]], xtol=1e-12
    )
    return float(np.exp(found))
