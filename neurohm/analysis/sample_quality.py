"""How good and how diverse generated samples are, beside real ones.

Quality and diversity are told apart: a model that draws one perfect sample over and over has a high
precision and no recall. Likelihood needs no features; everything here does, and holds for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError

Array = npt.NDArray[np.float64]
_COMPONENTS = 50  # of the principal components that are features by default
_AT_ONCE = 512  # rows whose distances are held at a time
_VENDI = 2000  # samples, at most, of which the Vendi score is taken


@dataclass(frozen=True)
class SampleQuality:
    """Measures of generated samples beside real ones.

    Parameters
    ----------
    frechet : float
        Distance between normal distributions of both, squared; biased up by few samples.
    kernel_distance : float
        Squared maximum mean discrepancy with a cubic kernel, unbiased (it can be negative).
    precision, recall : float
        Share of the generated samples within reach of a real one (its distance to the k-th nearest
        other), and the reverse.
    density, coverage : float
        Mean number of real samples that a generated one is within reach of, over k; and the share
        of real samples that have a generated one within reach.
    vendi : float
        Effective number of different samples among the generated ones.
    pairwise : float
        Mean distance between two generated samples, over that between two real ones; ``nan`` if
        these are all the same.
    memorisation : float
        Median distance of generated samples to the nearest of those learned from, over that of
        fresh real samples: near 1 is good, near 0 are copies; ``nan`` if none are given, or most
        fresh ones are among them, as of few patterns.
    features : str
        What it holds for.
    n_real, n_generated, neighbours : int
        The latter is k.

    References
    ----------
    Heusel et al. (2017), NeurIPS (Frechet); Binkowski et al. (2018), ICLR (kernel distance);
    Kynkaanniemi et al. (2019), NeurIPS (precision, recall); Naeem et al. (2020), ICML (density,
    coverage); Friedman, Dieng (2023), TMLR (Vendi score).
    """

    frechet: float
    kernel_distance: float
    precision: float
    recall: float
    density: float
    coverage: float
    vendi: float
    pairwise: float
    memorisation: float
    features: str
    n_real: int
    n_generated: int
    neighbours: int

    def to_dict(self) -> dict[str, Any]:
        """Return the measures as plain data."""
        return asdict(self)


def sample_quality(
    real: npt.ArrayLike,
    generated: npt.ArrayLike,
    *,
    learned_from: npt.ArrayLike | None = None,
    features: Callable[[Array], npt.ArrayLike] | None = None,
    neighbours: int = 5,
) -> SampleQuality:
    """Measure generated samples beside real ones that were not learned from.

    Parameters
    ----------
    real : array_like, (n_real, n_units)
    generated : array_like, (n_generated, n_units)
        As many as there are real ones, best thousands, where several models are compared.
    learned_from : array_like, (n, n_units), optional
        The training samples, to see whether some were learned by heart.
    features : callable, optional
        From samples to features; by default the first 50 principal components of the real ones.
    neighbours : int
        k.

    Returns
    -------
    SampleQuality

    Raises
    ------
    InputError, ArgumentTypeError
        If there are no more samples than neighbours, or numbers of columns differ.

    Examples
    --------
    >>> real = np.random.default_rng(0).random((200, 6))
    >>> quality = sample_quality(real, real)
    >>> quality.precision, quality.recall, round(quality.frechet, 6)
    (1.0, 1.0, 0.0)
    """
    k = whole_number("neighbours", neighbours)
    given = {"real": real, "generated": generated, "learned from": learned_from}
    samples = {name: _samples(name, x, k) for name, x in given.items() if x is not None}
    if len({x.shape[1] for x in samples.values()}) > 1:
        shapes = ", ".join(f"{x.shape[1]} ({name})" for name, x in samples.items())
        raise InputError(f"samples of different numbers of columns: {shapes}", "the same for all")
    of, described = _features(samples["real"], features)
    r, g = of(samples["real"]), of(samples["generated"])
    reach_real, reach_generated = _reach(r, k), _reach(g, k)
    within = _within(g, r, reach_real)
    copies = np.nan
    if "learned from" in samples:
        known = of(samples["learned from"])
        copies = _ratio(float(np.median(_nearest(g, known))), float(np.median(_nearest(r, known))))
    return SampleQuality(
        frechet=frechet_distance(r, g),
        kernel_distance=kernel_distance(r, g),
        precision=float((within[0] > 0).mean()),
        recall=float((_within(r, g, reach_generated)[0] > 0).mean()),
        density=float(within[0].mean() / k),
        coverage=float(within[1].mean()),
        vendi=vendi_score(g),
        pairwise=_ratio(_pairwise(g), _pairwise(r)),
        memorisation=copies,
        features=described,
        n_real=len(r),
        n_generated=len(g),
        neighbours=k,
    )


def frechet_distance(real: Array, generated: Array) -> float:
    """Return |m_r - m_g|^2 + tr(C_r + C_g - 2 (C_r C_g)^1/2), of features.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((50, 3))
    >>> round(frechet_distance(x, x + [1.0, 0.0, 2.0]), 6)
    5.0
    """
    shift = real.mean(axis=0) - generated.mean(axis=0)
    first, second = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (real, generated))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    common = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(shift @ shift + np.trace(first) + np.trace(second) - 2 * common)


def kernel_distance(real: Array, generated: Array) -> float:
    """Return the squared maximum mean discrepancy with the kernel (x y / d + 1)^3, unbiased.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((400, 3))
    >>> abs(kernel_distance(x[:200], x[200:])) < 0.2 < kernel_distance(x[:200], x[200:] + 1)
    True
    """

    def kernel(one: Array, other: Array) -> Array:
        return np.asarray((one @ other.T / one.shape[1] + 1) ** 3)

    def among(x: Array) -> float:
        values = kernel(x, x)
        return float((values.sum() - np.trace(values)) / (len(x) * (len(x) - 1)))

    return among(real) + among(generated) - 2 * float(kernel(real, generated).mean())


def vendi_score(samples: Array) -> float:
    """Return the effective number of different samples: exp of the entropy of their similarities.

    Similarities are cosines of centred features; of more than 2000 samples, every n-th is taken.

    Examples
    --------
    >>> round(vendi_score(np.eye(4) - 0.25), 6), round(vendi_score(np.ones((4, 3))), 6)
    (3.0, 1.0)
    """
    x = samples[:: -(-len(samples) // _VENDI)]
    x = x - x.mean(axis=0)
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    x = np.divide(x, norm, out=np.zeros_like(x), where=norm > 1e-12)
    values = np.linalg.eigvalsh(x.T @ x if x.shape[1] < len(x) else x @ x.T)
    total = values.sum()
    if total <= 0:
        return 1.0
    share = np.maximum(values / total, 1e-15)
    return float(np.exp(-(share * np.log(share)).sum()))


def _samples(name: str, x: npt.ArrayLike, neighbours: int) -> Array:
    matrix = np.asarray(x, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) <= neighbours or not np.isfinite(matrix).all():
        raise InputError(
            f"{name} samples of shape {matrix.shape}",
            f"finite numbers, more than {neighbours} rows, as many as there are neighbours",
        )
    return matrix


def _features(
    real: Array, given: Callable[[Array], npt.ArrayLike] | None
) -> tuple[Callable[[Array], Array], str]:
    """Return what makes features of samples, and its name."""
    if given is not None:
        name = getattr(given, "__name__", type(given).__name__)
        return (lambda x: np.asarray(given(x), dtype=np.float64)), name
    count, mean = min(_COMPONENTS, *real.shape), real.mean(axis=0)
    vectors = np.linalg.svd(real - mean, full_matrices=False)[2][:count]
    return (lambda x: np.asarray((x - mean) @ vectors.T)), f"{count} principal components"


def _squared(some: Array, all_of: Array) -> Array:
    """Return squared distances, ``(some, all)``."""
    square = (some**2).sum(axis=1)[:, None] + (all_of**2).sum(axis=1) - 2 * some @ all_of.T
    return np.asarray(np.maximum(square, 0.0))


def _parts(x: Array) -> list[Array]:
    return [x[first : first + _AT_ONCE] for first in range(0, len(x), _AT_ONCE)]


def _reach(x: Array, neighbours: int) -> Array:
    """Return the squared distance of each sample to the k-th nearest other one."""
    return np.concatenate(
        [np.partition(_squared(part, x), neighbours, axis=1)[:, neighbours] for part in _parts(x)]
    )


def _within(some: Array, centres: Array, reach: Array) -> tuple[Array, Array]:
    """Return within how many reaches each sample lies, and whether each reach holds one."""
    slack = reach * (1 + 1e-9) + 1e-12
    inside = [_squared(part, centres) <= slack for part in _parts(some)]
    held = np.any([part.any(axis=0) for part in inside], axis=0)
    return np.concatenate([part.sum(axis=1) for part in inside]).astype(float), held


def _nearest(some: Array, known: Array) -> Array:
    """Return the distance of each sample to the nearest known one."""
    least = np.concatenate([_squared(part, known).min(axis=1) for part in _parts(some)])
    return np.asarray(np.sqrt(least))


def _ratio(own: float, other: float) -> float:
    """Return how many times another distance one is; nan of none."""
    return own / other if other > 0 else np.nan


def _pairwise(x: Array) -> float:
    """Return the mean distance between two different samples."""
    total = sum(float(np.sqrt(_squared(part, x)).sum()) for part in _parts(x))
    return total / (len(x) * (len(x) - 1))
