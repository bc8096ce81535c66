"""Maximum mean discrepancy: how different two samples are, and which of two is nearer a third."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from neurohm.backend import as_stream
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.learning.ddc.kernel import median_distance, squared_distances

Matrix = npt.NDArray[np.float64]

# Samples of which the median distance is taken.
SAMPLE = 1000
FEWEST = 2
_ROUNDING = 1e-12  # of a mean of kernels, which are at most 1


@dataclass(frozen=True)
class Discrepancy:
    """The squared maximum mean discrepancy of two samples.

    Parameters
    ----------
    value : float
        Unbiased, so that it can be negative; 0 in the mean for samples of one distribution.
    p_value : float
        Share of permutations of the samples with as large a value; ``nan`` without any.
    width : float
        Of the kernel ``exp(-|x - y|^2 / (2 width^2))``.
    permutations, n_first, n_second : int
    """

    value: float
    p_value: float
    width: float
    permutations: int
    n_first: int
    n_second: int

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class RelativeDiscrepancy:
    """Which of two samples is nearer a reference.

    Parameters
    ----------
    first, second : float
        Squared discrepancy of each from the reference, unbiased.
    difference, standard_error : float
        First minus second.
    p_value : float
        Of the first's being no nearer than the second: small where the first is nearer.
    width : float
        Of the kernel.
    n_samples : int
        Of each of the three.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    p_value: float
    width: float
    n_samples: int

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


def mmd(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    width: float | None = None,
    permutations: int = 500,
    seed: int = 0,
) -> Discrepancy:
    """Return the squared maximum mean discrepancy (MMD) of two samples, and test it.

    The kernel is ``exp(-|x - y|^2 / (2 width^2))``. Compare values of one width only.

    Parameters
    ----------
    first, second : array_like, (rows, n_units)
        A thousand rows or more, best; time and memory grow with the square.
    width : float, optional
        By default the median distance within both samples together.
    permutations : int
        Of the test; 0 for none.
    seed : int

    Returns
    -------
    Discrepancy

    Raises
    ------
    InputError, ArgumentTypeError
        If the samples do not fit each other, or have fewer than two rows.

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf, Smola (2012). A kernel two-sample test. Journal of Machine
    Learning Research 13:723.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((2, 200, 3))
    >>> mmd(x, y, seed=1).p_value > 0.05, mmd(x, y + 1, seed=1).p_value < 0.01
    (True, True)
    """
    x, y = _samples(first=first, second=second)
    count = whole_number("permutations", permutations, 0)
    both = np.concatenate((x, y))
    chosen = _width(width, both)
    kernel = _kernel(both, both, chosen)
    np.fill_diagonal(kernel, 0)
    is_first = np.arange(len(both)) < len(x)
    value = float(_values(kernel, is_first[:, None].astype(np.float64))[0])
    p_value = float("nan")
    if count:
        rng = as_stream(seed).generator(0)
        shuffled = rng.permuted(np.tile(is_first, (count, 1)), axis=1).T
        others = _values(kernel, shuffled.astype(np.float64))
        p_value = float((1 + (others >= value - _ROUNDING).sum()) / (count + 1))
    return Discrepancy(value, p_value, chosen, count, len(x), len(y))


def relative_mmd(
    reference: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    width: float | None = None,
) -> RelativeDiscrepancy:
    """Test whether one sample is nearer a reference than another, by their MMD.

    Parameters
    ----------
    reference, first, second : array_like, (rows, n_units)
        As many rows of each are used as the smallest has.
    width : float, optional
        Of the kernel; by default the median distance within the reference.

    Returns
    -------
    RelativeDiscrepancy

    Raises
    ------
    InputError, ArgumentTypeError
        If the samples do not fit each other, or have fewer than two rows.

    References
    ----------
    Bounliphone, Belilovsky, Blaschko, Antonoglou, Gretton (2016). A test of relative similarity for
    model selection in generative models. ICLR. arXiv:1511.04581.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y, z = rng.standard_normal((3, 300, 2))
    >>> relative_mmd(x, y, z + 1).p_value < 0.001
    True
    """
    samples = _samples(reference=reference, first=first, second=second)
    rows = min(map(len, samples))
    x, y, z = (sample[:rows] for sample in samples)
    chosen = _width(width, x)
    core = [_core(x, other, chosen) for other in (y, z)]
    values = [float(matrix.sum() / (rows * (rows - 1))) for matrix in core]
    influence = (core[0] - core[1]).sum(axis=1) / (rows - 1)
    error = float(2 * influence.std(ddof=1) / np.sqrt(rows))
    difference = values[0] - values[1]
    p_value = float(norm.cdf(difference / error)) if error > 0 else 0.5
    return RelativeDiscrepancy(values[0], values[1], difference, error, p_value, chosen, rows)


def _core(x: Matrix, y: Matrix, width: float) -> Matrix:
    """Return k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i), zero on the diagonal."""
    crossed = _kernel(x, y, width)
    core = _kernel(x, x, width) + _kernel(y, y, width) - crossed - crossed.T
    np.fill_diagonal(core, 0)
    return np.asarray(core)


def _values(kernel: Matrix, is_first: Matrix) -> Matrix:
    """Return the squared discrepancy of each division of the rows into two samples."""
    first = is_first.sum(axis=0)
    second = len(kernel) - first
    among = kernel @ is_first
    within = (is_first * among).sum(axis=0)
    across = among.sum(axis=0) - within
    rest = kernel.sum() - within - 2 * across
    return np.asarray(
        within / (first * (first - 1))
        + rest / (second * (second - 1))
        - 2 * across / (first * second)
    )


def _kernel(x: Matrix, y: Matrix, width: float) -> Matrix:
    return np.asarray(np.exp(-squared_distances(x, y) / (2 * width**2)))


def _width(width: float | None, sample: Matrix) -> float:
    if width is not None:
        return real_number("width", width, above=0)
    step = -(-len(sample) // SAMPLE)
    return median_distance(sample[::step])


def _samples(**given: npt.ArrayLike) -> list[Matrix]:
    """Return samples as matrices of the same number of columns."""
    found = {name: np.asarray(sample, dtype=np.float64) for name, sample in given.items()}
    for name, sample in found.items():
        if sample.ndim != 2 or len(sample) < FEWEST or not np.isfinite(sample).all():
            raise InputError(
                f"{name} sample of shape {sample.shape}",
                "finite numbers, at least two rows of some units",
            )
    if len({sample.shape[1] for sample in found.values()}) > 1:
        columns = ", ".join(f"{sample.shape[1]} ({name})" for name, sample in found.items())
        raise InputError(f"samples of different numbers of columns: {columns}", "the same for all")
    return list(found.values())
