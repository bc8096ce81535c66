"""Log Z by annealed importance sampling, as exactly as is asked for, with its standard error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from neurohm.exceptions import NumericalError

FEWEST, MOST_STEPS = 256, 2**16
PILOT, PART = 256, 512  # chains
SPREAD = 0.1  # of weights, relative to their mean, that is small enough for more chains to do
UNSEEN = 2  # times that spread is too much: the first chains had not met rare large weights

Anneal = Callable[[npt.NDArray[np.float64], int, int], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class LogPartition:
    """The logarithm of a sum over all states.

    Parameters
    ----------
    value : float
        Nats.
    standard_error : float
        Nats; 0 where it is exact.
    kind : {"exact", "annealed"}
    chains, steps : int
        By which it was estimated.

    Examples
    --------
    >>> LogPartition(1.25)
    LogPartition(1.2500, exact)
    >>> LogPartition(1.25, 0.01, "annealed", 1000, 200)
    LogPartition(1.2500 ± 0.0100, annealed, chains=1000, steps=200)
    """

    value: float
    standard_error: float = 0.0
    kind: str = "exact"
    chains: int = 0
    steps: int = 0

    def __repr__(self) -> str:
        if self.kind == "exact":
            return f"LogPartition({self.value:.4f}, exact)"
        return (
            f"LogPartition({self.value:.4f} ± {self.standard_error:.4f}, {self.kind}, "
            f"chains={self.chains}, steps={self.steps})"
        )

    def to_dict(self) -> dict[str, float | int | str]:
        """Return the numbers by name."""
        return dict(vars(self))


def annealed_log_partition(
    anneal: Anneal, tolerance: float, *, most_chains: int = 2**18
) -> LogPartition:
    """Estimate log Z from chains that go from a known distribution to the model.

    Parameters
    ----------
    anneal : callable
        ``anneal(betas, first, chains)`` returns the log-weights of chains number `first` and after,
        (chains,), with log Z of the known distribution added; ``betas``, (steps + 1,), go from 0 to
        1. Chains of other numbers are independent.
    tolerance : float
        Standard error to be reached, nats.
    most_chains : int
        At which it is given up.

    Returns
    -------
    LogPartition
        exp(value) is unbiased, but for chains being added until the error is small enough.

    Raises
    ------
    NumericalError
        If weights are no numbers, or chains of 65536 steps do not come close to the model.

    Notes
    -----
    A few chains find the number of steps first: doubled until weights differ by less than a
    tenth of their mean. Their logarithm is then nearly normal, and its mean and spread are known
    from a thousand of chains. These chains are not used for the estimate. Where the following ones
    differ by more than twice as much, rare large weights have turned up, and all is begun anew
    with twice the steps; one so rare that no chain meets it no error bar knows of.

    References
    ----------
    Neal (2001). Annealed importance sampling. Statistics and Computing 11:125.
    https://doi.org/10.1023/A:1008923215028
    """
    steps = FEWEST
    while True:
        spread = _spread(anneal(_betas(steps), 0, PILOT))
        if spread <= SPREAD:
            log_weights = _log_weights(anneal, steps, tolerance, most_chains)
            spread = _spread(log_weights)
            if spread <= UNSEEN * SPREAD:
                break
        if steps >= MOST_STEPS:
            raise NumericalError(
                f"weights that differ by {spread:.2g} of their mean after {steps} annealing steps",
                f"{SPREAD} or less",
                "the model has states that chains do not leave: use stronger regularisation",
            )
        steps *= 2
    value = float(logsumexp(log_weights) - np.log(log_weights.size))
    error = spread / math.sqrt(log_weights.size)
    return LogPartition(value, error, "annealed", log_weights.size, steps)


def _log_weights(
    anneal: Anneal, steps: int, tolerance: float, most_chains: int
) -> npt.NDArray[np.float64]:
    """Return log-weights of so many chains that their mean is known, or their spread too large."""
    log_weights, first = np.empty(0), PILOT
    while log_weights.size < most_chains:
        more = anneal(_betas(steps), first, PART)
        log_weights, first = np.concatenate([log_weights, more]), first + PART
        spread = _spread(log_weights)
        if spread <= tolerance * math.sqrt(log_weights.size) or spread > UNSEEN * SPREAD:
            break
    return log_weights


def _betas(steps: int) -> npt.NDArray[np.float64]:
    """Return inverse temperatures, evenly spaced."""
    return np.linspace(0, 1, steps + 1)


def _spread(log_weights: npt.NDArray[np.float64]) -> float:
    """Return the standard deviation of weights, relative to their mean."""
    if not np.isfinite(log_weights).all():
        raise NumericalError("annealing weights that are no numbers", "finite parameters")
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.std(ddof=1) / weights.mean())
