"""How well a machine has grasped a world: what it dreams, against what is well formed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.worlds import BitWorld, binary_rows
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood.visible import LARGEST_VISIBLE, exact_distribution
from neurohm.machine import HelmholtzMachine
from neurohm.populations import all_states

FLOOR = 1e-8
LARGEST_EXACT = 14


@dataclass(frozen=True)
class Grasp:
    """What a machine dreams in a world.

    Parameters
    ----------
    accuracy : float
        Probability that a dream is well formed, every layer drawn.
    thresholded_accuracy : float
        The same with visible units on exactly where they are on with probability above one half.
        It is near one long before the machine's own distribution is right: compare like with like.
    effective_support : float
        exp(entropy) of the dreams that are well formed: how many patterns are in use.
    effective_dreams : float
        exp(entropy) of all dreams.
    entropy : float
        Of all dreams, nats.
    divergence_from_data : float
        KL(data || dreams), nats; infinite where dreams lack a pattern.
    divergence_from_dreams : float
        KL(dreams || data), nats, with probabilities of the data held to at least 1e-8.
    missing : int
        Well-formed patterns of which fewer than one is expected among 10 000 dreams.
    false : float
        Patterns that are not well formed, expected among 10 000 dreams, each counted once.
    n_patterns : int
        Well-formed patterns.
    kind : str
        ``"exact"``, or ``"sampled"`` of that many dreams.
    samples : int
    """

    accuracy: float
    thresholded_accuracy: float
    effective_support: float
    effective_dreams: float
    entropy: float
    divergence_from_data: float
    divergence_from_dreams: float
    missing: int
    false: float
    n_patterns: int
    kind: str
    samples: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the measures by name."""
        return asdict(self)

    def __repr__(self) -> str:
        return (
            f"Grasp(accuracy {self.accuracy:.4f}, thresholded {self.thresholded_accuracy:.4f}, "
            f"{self.effective_support:.1f} of {self.n_patterns} patterns in use, {self.kind})"
        )


def grasp(
    machine: HelmholtzMachine,
    world: BitWorld,
    data: npt.ArrayLike | None = None,
    *,
    samples: int | None = None,
    seed: int = 0,
) -> Grasp:
    """Measure what a machine dreams against a world.

    Parameters
    ----------
    machine : HelmholtzMachine
    world : BitWorld
    data : array_like, (rows, units), optional
        What divergences are measured from; by default every well-formed pattern once.
    samples : int, optional
        Dreams to estimate from; by default everything is exact up to 14 bits, and 100 000 dreams
        are drawn beyond. The entropy of a sample is too low where patterns are many.
    seed : int

    Returns
    -------
    Grasp

    Raises
    ------
    InputError
        If machine and world differ in size, data are no patterns of it, or it accepts nothing.

    Examples
    --------
    >>> import neurohm as nh
    >>> blank = nh.HelmholtzMachine([10, 3], initial=nh.machine.Zeros())
    >>> grasp(blank, nh.agents.RhythmWorld(10))
    Grasp(accuracy 0.2500, thresholded 0.0000, 256.0 of 256 patterns in use, exact)
    """
    require_same_size(machine, world)
    rows = None if data is None else binary_rows(data, world.n_units)
    if samples is None and world.n_units <= LARGEST_EXACT:
        sharp = exact_distribution(machine, thresholded=True)
        return _measured(exact_distribution(machine), sharp, world, rows, "exact", 0)
    count = whole_number("samples", 100_000 if samples is None else samples)
    if world.n_units > LARGEST_VISIBLE:
        raise InputError(f"a world of {world.n_units} bits", f"at most {LARGEST_VISIBLE}")
    drawn = np.asarray(machine.dream(count, seed=seed))
    return _measured(_shares(drawn), None, world, rows, "sampled", count)


def require_same_size(machine: HelmholtzMachine, world: BitWorld) -> None:
    """Refuse a machine of another size than the world.

    Raises
    ------
    InputError
        Which says both.
    """
    if machine.visible.size != world.n_units:
        raise InputError(
            f"{machine.visible.size} visible units in a world of {world.n_units} bits",
            "the same number",
        )


def _measured(
    dreams: npt.NDArray[np.float64],
    sharp: npt.NDArray[np.float64] | None,
    world: BitWorld,
    data: npt.NDArray[np.int8] | None,
    kind: str,
    samples: int,
) -> Grasp:
    """Return the measures of a distribution over all visible states."""
    every = all_states(world.n_units, "int8")
    good = world.accepts(every)
    if not good.any():
        raise InputError(f"{world!r}, which accepts nothing", "at least one pattern")
    target = good / good.sum() if data is None else _shares(data)
    accuracy = _share(dreams[good])
    with np.errstate(divide="ignore"):
        log_dreams = np.log(dreams)
    some, drawn = target > 0, dreams > 0
    from_data = target[some] @ (np.log(target[some]) - log_dreams[some])
    from_dreams = dreams[drawn] @ (log_dreams[drawn] - np.log(np.maximum(target[drawn], FLOOR)))
    return Grasp(
        accuracy=accuracy,
        thresholded_accuracy=float("nan") if sharp is None else _share(sharp[good]),
        effective_support=float(np.exp(_entropy(dreams[good] / max(accuracy, 1e-300)))),
        effective_dreams=float(np.exp(_entropy(dreams))),
        entropy=_entropy(dreams),
        divergence_from_data=float(from_data),
        divergence_from_dreams=float(from_dreams),
        missing=int((dreams[good] < 1e-4).sum()),
        false=float((-np.expm1(-1e4 * dreams[~good])).sum()),
        n_patterns=int(good.sum()),
        kind=kind,
        samples=samples,
    )


def _share(p: npt.NDArray[np.float64]) -> float:
    """Return the sum of probabilities, which rounding may take beyond 1."""
    return min(1.0, float(p.sum()))


def _entropy(p: npt.NDArray[np.float64]) -> float:
    held = p[p > 0]
    return float(-(held @ np.log(held)))


def _shares(rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the share that each state has of some rows, in the order of `all_states`."""
    units = rows.shape[1]
    codes = rows.astype(np.int64) @ (1 << np.arange(units)[::-1])
    return np.bincount(codes, minlength=1 << units) / len(rows)
