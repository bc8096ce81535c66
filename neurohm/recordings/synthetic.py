"""Simulated recordings with planted assemblies: what is there to find is known."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings.recording import Recording

__all__ = ["simulate_assemblies"]

Trains = list[NDArray[np.float64]]

_RATE_SPREAD = 0.5  # standard deviation of the logarithm of the background rates
_MODULATION_PERIOD = 10.0  # seconds between the knots of the slow common modulation


def simulate_assemblies(
    n_units: int = 60,
    minutes: float = 10.0,
    n_assemblies: int = 6,
    *,
    members: tuple[int, int] = (6, 10),
    lag: float = 0.06,
    jitter: float = 0.005,
    participation: float = 0.8,
    overlap: float = 0.2,
    rate: float = 2.0,
    occurrence_rate: float = 0.3,
    comodulation: float = 0.0,
    seed: int = 0,
) -> Recording:
    """Simulate background spikes in which assemblies of units fire together, each with its lags.

    Background: Poisson spikes, the rates of the units log-normal. An assembly occurs at Poisson
    moments; at each occurrence each of its members fires, with probability `participation`, one
    spike at the moment plus the member's lag plus Gaussian jitter.

    Parameters
    ----------
    n_units : int
        Number of units.
    minutes : float
        Duration, minutes.
    n_assemblies : int
        Number of assemblies; 0 for a recording with nothing in it.
    members : (int, int)
        Fewest and most members of an assembly, drawn uniformly.
    lag : float
        Longest lag of a member behind the first one, seconds; 0 for synchrony.
    jitter : float
        Standard deviation of a spike around its moment, seconds.
    participation : float
        Probability that a member takes part in an occurrence.
    overlap : float
        Share of the members of an assembly that earlier assemblies have too, 0 to 1.
    rate : float
        Mean background rate over units, Hz.
    occurrence_rate : float
        Occurrences of each assembly, Hz.
    comodulation : float
        Depth, 0 to 1, of a slow modulation of the background common to all units: a trap for
        methods that take every correlation for an assembly.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        With ``truth``: ``members`` (list of ndarray of int64, positions of the units), ``lags``
        (list of ndarray of float64, seconds, one for each member), ``occurrences`` (list of
        ndarray of float64, moments of lag zero, seconds), ``background_rates`` (ndarray of
        float64, shape (n_units,), Hz) and ``settings`` (the arguments).

    Raises
    ------
    ArgumentTypeError, InputError
        If an argument is of the wrong type or out of range, or the assemblies need more units.

    Examples
    --------
    >>> recording = simulate_assemblies(n_units=20, minutes=1.0, n_assemblies=2, members=(4, 6))
    >>> recording.n_units, recording.duration, len(recording.truth["members"])
    (20, 60.0, 2)
    """
    settings = _Settings(
        n_units, minutes, n_assemblies, members, lag, jitter, participation, overlap, rate,
        occurrence_rate, comodulation, seed,
    )  # fmt: skip
    settings.check()
    rng = np.random.default_rng(seed)
    duration = 60.0 * minutes
    rates = rng.lognormal(math.log(rate) - _RATE_SPREAD**2 / 2, _RATE_SPREAD, n_units)
    trains = _background(rates, duration, comodulation, rng)
    assemblies = _choose_members(settings, rng)
    lags = [_draw_lags(len(assembly), lag, rng) for assembly in assemblies]
    moments = [_moments(occurrence_rate, duration - lag, rng) for _ in assemblies]
    for assembly, delays, occurrences in zip(assemblies, lags, moments, strict=True):
        _plant(trains, assembly, delays, occurrences, settings, rng)
    return Recording.from_trains(
        [_within(np.sort(np.concatenate(train)), duration) for train in trains],
        t_stop=duration,
        truth={
            "members": assemblies,
            "lags": lags,
            "occurrences": moments,
            "background_rates": rates,
            "settings": asdict(settings) | {"members": list(members)},
        },
        layout="simulated recording with planted assemblies",
    )


@dataclass(frozen=True)
class _Settings:
    n_units: int
    minutes: float
    n_assemblies: int
    members: tuple[int, int]
    lag: float
    jitter: float
    participation: float
    overlap: float
    rate: float
    occurrence_rate: float
    comodulation: float
    seed: int

    def check(self) -> None:
        for name, least in (("n_units", 1), ("n_assemblies", 0), ("seed", 0)):
            _check_whole(name, getattr(self, name), least)
        if self.seed >= 2**64:
            raise InputError(f"seed={self.seed}", "at most 2**64 - 1, which files can hold")
        for name in ("minutes", "rate"):
            _check_range(name, getattr(self, name), "a positive number", above=0.0)
        for name in ("lag", "jitter", "occurrence_rate"):
            _check_range(name, getattr(self, name), "zero or a positive number")
        for name in ("participation", "overlap", "comodulation"):
            _check_range(name, getattr(self, name), "a number from 0 to 1", most=1.0)
        if self.lag >= 60.0 * self.minutes:
            raise InputError(f"lag={self.lag:g} s", f"less than {60 * self.minutes:g} s")
        self._check_members()

    def _check_members(self) -> None:
        if len(self.members) != 2:
            raise InputError(f"members={self.members!r}", "the fewest and the most members")
        fewest, most = self.members
        _check_whole("members[0]", fewest, 2)
        _check_whole("members[1]", most, fewest)
        if not self.n_assemblies:
            return
        # The worst case, so that whether it fits does not depend on the seed.
        fresh = max(n - self.shared(n) for n in range(fewest, most + 1))
        needed = most + (self.n_assemblies - 1) * fresh
        if needed > self.n_units:
            raise InputError(
                f"{self.n_units} units for {self.n_assemblies} assemblies of {fewest} to {most} "
                f"members with overlap {self.overlap:g}",
                f"at least {needed} units",
                "give more units, fewer assemblies, fewer members or more overlap",
            )

    def shared(self, size: int) -> int:
        """Members that an assembly of this size takes from earlier ones."""
        return round(self.overlap * size)


def _check_whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ArgumentTypeError(f"{name}={value!r}", "a whole number")
    if value < least:
        raise InputError(f"{name}={value}", f"at least {least}")


def _check_range(
    name: str, value: float, expected: str, *, above: float = -1.0, most: float = math.inf
) -> None:
    if not (math.isfinite(value) and value >= 0 and above < value <= most):
        raise InputError(f"{name}={value!r}", expected)


def _background(
    rates: NDArray[np.float64], duration: float, depth: float, rng: np.random.Generator
) -> list[Trains]:
    """Poisson spikes of each unit, in a list to which assemblies add."""
    knots = np.arange(0.0, duration + 2 * _MODULATION_PERIOD, _MODULATION_PERIOD)
    course = rng.uniform(-1.0, 1.0, len(knots))
    course -= course.mean()
    trains = []
    for rate in rates:
        # Thinning: draw at the highest rate there can be, keep in proportion to the rate now.
        highest = rate * (1 + depth * course.max())
        times = rng.uniform(0.0, duration, rng.poisson(highest * duration))
        now = rate * np.maximum(0.0, 1 + depth * np.interp(times, knots, course))
        trains.append([times[rng.uniform(0.0, highest, len(times)) < now]])
    return trains


def _choose_members(settings: _Settings, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Members of each assembly: some from earlier assemblies, the rest from units never used."""
    fresh = rng.permutation(settings.n_units).astype(np.int64)
    used = np.empty(0, dtype=np.int64)
    assemblies = []
    for _ in range(settings.n_assemblies):
        size = int(rng.integers(settings.members[0], settings.members[1] + 1))
        n_shared = min(settings.shared(size), len(used))
        shared = rng.choice(used, n_shared, replace=False)
        new, fresh = np.split(fresh, [size - n_shared])
        used = np.concatenate([used, new])
        assemblies.append(np.sort(np.concatenate([shared, new])))
    return assemblies


def _draw_lags(size: int, lag: float, rng: np.random.Generator) -> NDArray[np.float64]:
    lags: NDArray[np.float64] = rng.uniform(0.0, lag, size)
    return lags - float(lags.min())


def _moments(rate: float, duration: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.sort(rng.uniform(0.0, duration, rng.poisson(rate * duration)))


def _plant(
    trains: list[Trains],
    assembly: NDArray[np.int64],
    lags: NDArray[np.float64],
    occurrences: NDArray[np.float64],
    settings: _Settings,
    rng: np.random.Generator,
) -> None:
    for unit, lag in zip(assembly.tolist(), lags, strict=True):
        joins = rng.random(len(occurrences)) < settings.participation
        spread = rng.normal(0.0, settings.jitter, int(joins.sum()))
        trains[unit].append(occurrences[joins] + lag + spread)


def _within(times: NDArray[np.float64], duration: float) -> NDArray[np.float64]:
    """Leave out what jitter carried over the ends."""
    return times[(times >= 0) & (times <= duration)]
