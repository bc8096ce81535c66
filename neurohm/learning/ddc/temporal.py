"""Codes that reach back in time, and their recognition from the code before and new data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve

from neurohm.backend import RandomStream, Site
from neurohm.learning.ddc.encoding import LEAST_DEVIATION, Encoding
from neurohm.learning.ddc.regression import LinearMap, cholesky

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TemporalCode:
    """Functions T_t = decay x T_(t-1) + f(z_t) of a trajectory, for each of several decays.

    Parameters
    ----------
    encoding : Encoding
        f, of hidden activity in one bin.
    decays : tuple of float
        From 0, which holds the present bin alone, to below 1.

    Examples
    --------
    >>> from neurohm.learning.ddc.encoding import encoding_of, standard_of
    >>> from neurohm.populations import Bernoulli
    >>> units = Bernoulli(1)
    >>> f = encoding_of(
    ...     units, standard_of(units, []), kind="complete", functions=0, spread=1, seed=0, place=1
    ... )
    >>> code = TemporalCode(f, (0.0, 0.5))
    >>> code.along(code.start(np.zeros((1, 1))), np.array([[[0.0], [1.0]]]))[0, :, [0, 3]].tolist()
    [[1.0, 0.0], [2.0, 1.0]]
    """

    encoding: Encoding
    decays: tuple[float, ...]

    @property
    def size(self) -> int:
        """Number of functions."""
        return len(self.decays) * self.encoding.size

    def start(self, z: npt.ArrayLike) -> Matrix:
        """Return T of activity that has always been as it is, ``(rows, size)``."""
        f = self.encoding(z)
        return np.concatenate([f / (1 - decay) for decay in self.decays], axis=1)

    def along(self, start: Matrix, z: npt.NDArray[np.floating]) -> Matrix:
        """Return T in each bin.

        Parameters
        ----------
        start : ndarray, (trajectories, size)
            Before the first bin.
        z : ndarray, (trajectories, steps, hidden units)

        Returns
        -------
        ndarray, (trajectories, steps, size)
        """
        rows, steps, units = z.shape
        f = self.encoding(z.reshape(-1, units)).reshape(rows, steps, -1)
        factor = np.repeat(self.decays, self.encoding.size)
        codes, last = np.empty((rows, steps, self.size)), start
        for step in range(steps):
            last = factor * last + np.tile(f[:, step], len(self.decays))
            codes[:, step] = last
        return codes

    def penalty(self, ridge: float, rows: int) -> Matrix:
        """Return the ridge of each function in a regression on so many rows, ``(size,)``."""
        return np.tile(self.encoding.penalty(ridge, rows), len(self.decays))


@dataclass(frozen=True, eq=False)
class Standard:
    """Mean and standard deviation of each column, by which it is centred and scaled."""

    mean: Matrix
    deviation: Matrix

    @classmethod
    def of(cls, values: Matrix) -> Standard:
        """Take them from a sample, ``(rows, columns)``."""
        deviation = values.std(axis=0)
        deviation[deviation < LEAST_DEVIATION] = 1.0
        return cls(values.mean(axis=0), deviation)

    def __call__(self, values: Matrix) -> Matrix:
        """Return standardised values."""
        return np.asarray((values - self.mean) / self.deviation)


class BilinearInputs:
    """Regressors made of the code r_(t-1) and of functions of the new data: both, and products.

    Parameters
    ----------
    code, data : Standard
    encoding : Encoding
        psi, of data.
    products : int
        Products of one function of each. Where there are more pairs than that, so many products
        of random mixtures.
    seed : int
        Of the mixtures.
    """

    def __init__(
        self, code: Standard, data: Standard, encoding: Encoding, products: int, seed: int
    ) -> None:
        self.code, self.data, self.encoding = code, data, encoding
        sizes = len(code.mean), len(data.mean)
        self.mixed = sizes[0] * sizes[1] > products
        self.products = products if self.mixed else sizes[0] * sizes[1]
        rng = RandomStream(seed).generator(Site.ENCODING.of(len(sizes)))
        self._left, self._right = (
            rng.standard_normal((size, products)) / np.sqrt(size) if self.mixed else np.zeros(0)
            for size in sizes
        )

    @property
    def size(self) -> int:
        """Number of regressors, beside the constant."""
        return len(self.code.mean) + len(self.data.mean) + self.products

    def of_data(self, x: npt.NDArray[np.floating]) -> Matrix:
        """Return standardised functions psi of data, ``(trajectories, steps, functions)``."""
        rows, steps, units = x.shape
        return self.data(self.encoding(x.reshape(-1, units))).reshape(rows, steps, -1)

    def __call__(self, before: Matrix, data: Matrix) -> Matrix:
        """Return the regressors of codes before, and of functions of data, ``(rows, size)``."""
        code = self.code(before)
        if self.mixed:
            products = (code @ self._left) * (data @ self._right)
        else:
            products = (code[:, :, None] * data[:, None, :]).reshape(len(code), -1)
        return np.concatenate((code, data, products), axis=1)

    def penalty(self, ridge: float, rows: int) -> Matrix:
        """Return the ridge of each regressor; raw statistics of the data have none."""
        data = self.encoding.penalty(ridge, rows)
        code, products = np.full(len(self.code.mean), ridge), np.full(self.products, ridge)
        return np.concatenate((code, data, products))


@dataclass(frozen=True, eq=False)
class NormalEquations:
    """Means of inputs and targets and of their products, over weighted rows."""

    inputs: Matrix
    targets: Matrix
    moments: Matrix
    products: Matrix

    @classmethod
    def of(cls, inputs: Matrix, targets: Matrix, shares: Matrix | None = None) -> NormalEquations:
        """Take them from rows, each with the same share by default; shares have sum 1."""
        own = np.full(len(inputs), 1 / len(inputs)) if shares is None else shares
        weighed = own[:, None] * inputs
        return cls(own @ inputs, own @ targets, weighed.T @ inputs, weighed.T @ targets)

    def blended(self, newer: NormalEquations, share: float) -> NormalEquations:
        """Return both, the newer with that share."""
        pairs = zip(self._parts(), newer._parts(), strict=True)
        return NormalEquations(*(old + share * (new - old) for old, new in pairs))

    def solve(self, ridge: float | Matrix) -> LinearMap:
        """Return the map of least squares; the ridge is added to the variance of the inputs."""
        factor = cholesky(self.moments - np.outer(self.inputs, self.inputs), ridge)
        right = self.products - np.outer(self.inputs, self.targets)
        solved = np.ascontiguousarray(cho_solve((factor, True), right))
        return LinearMap(self.inputs, solved, self.targets)

    def _parts(self) -> tuple[Matrix, ...]:
        return self.inputs, self.targets, self.moments, self.products


@dataclass(frozen=True, eq=False)
class TemporalRecognition:
    """The code r_t = E[T_t | x_1 ... x_t] from r_(t-1) and x_t, by one linear map of regressors.

    Parameters
    ----------
    regressors : BilinearInputs
    linear : LinearMap
    start : ndarray, (functions,)
        The code before anything is seen.
    least, most : ndarray, (functions,)
        Of the functions among dreams: their means cannot lie beyond.
    """

    regressors: BilinearInputs
    linear: LinearMap
    start: Matrix
    least: Matrix
    most: Matrix

    def step(self, before: Matrix, data: Matrix) -> tuple[Matrix, Matrix]:
        """Return the regressors and the code, ``(rows, ...)``, given functions of data."""
        inputs = self.regressors(before, data)
        return inputs, np.clip(self.linear(inputs), self.least, self.most)

    def along(
        self, x: npt.NDArray[np.floating], before: Matrix | None = None
    ) -> tuple[Matrix, Matrix]:
        """Return regressors and codes of each bin.

        Parameters
        ----------
        x : ndarray, (trajectories, steps, visible units)
        before : ndarray, (trajectories, functions), optional
            Codes before the first bin; of nothing seen, by default.

        Returns
        -------
        inputs : ndarray, (trajectories, steps, regressors)
        codes : ndarray, (trajectories, steps, functions)
        """
        data = self.regressors.of_data(x)
        rows, steps = data.shape[:2]
        inputs = np.empty((rows, steps, self.regressors.size))
        codes = np.empty((rows, steps, len(self.start)))
        before = np.tile(self.start, (rows, 1)) if before is None else before
        for step in range(steps):
            inputs[:, step], before = self.step(before, data[:, step])
            codes[:, step] = before
        return inputs, codes
