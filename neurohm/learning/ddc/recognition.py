"""Recognition as regression: from data to the means of encoding functions, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.learning.ddc.encoding import Encoding
from neurohm.learning.ddc.gradient import Expectations, Statistic
from neurohm.learning.ddc.kernel import KernelRidge
from neurohm.learning.ddc.regression import LinearMap, Ridge, held_out_r_squared

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Code:
    """What recognition makes of data.

    Parameters
    ----------
    data : ndarray, (rows, functions)
        Functions psi of the data themselves.
    means : list of ndarray, (rows, functions)
        r_l = E[T_l(z_l) | x] of each hidden population.
    shrink : ndarray, (rows,)
        Factor of the deviations of psi from their mean in dreams: below 1 for data that are farther
        out than dreams ever are.
    """

    data: Matrix
    means: list[Matrix]
    shrink: Matrix


@dataclass(frozen=True, eq=False)
class Recognition:
    """Regressions on the codes of dreams.

    Parameters
    ----------
    encodings : sequence of Encoding
        Of each population, visible first.
    ridges : sequence of Ridge
        With the functions of each population as inputs.
    maps : sequence of LinearMap
        From the functions of each population to those of the next.
    reach : float
        Leverage beyond which data are farther out than dreams; infinite without a guard.
    newest : slice
        The rows of the dreams of the last step.
    """

    encodings: Sequence[Encoding]
    ridges: Sequence[Ridge]
    maps: Sequence[LinearMap]
    reach: float
    newest: slice

    @classmethod
    def of(
        cls,
        encodings: Sequence[Encoding],
        codes: Sequence[Matrix],
        *,
        ridge: float,
        data_ridge: float,
        guard: float | None,
        newest: slice = slice(None),
        shares: Matrix | None = None,
        moments: Sequence[Matrix] | None = None,
        products: Sequence[Matrix] | None = None,
    ) -> Recognition:
        """Fit to the codes of dreams, visible first.

        Parameters
        ----------
        encodings : sequence of Encoding
        codes : sequence of ndarray, (dreams, functions)
        ridge, data_ridge : float
            Of the functions of hidden populations, and of those of data.
        guard : float or None
            How many times as far out as the outermost dream data may be.
        newest : slice
            Dreams that guard and monitors look at.
        shares : ndarray, (dreams,), optional
            Of the dreams, with sum 1; all alike by default.
        moments : sequence of ndarray, optional
            Mean products of the functions, if known.
        products : sequence of ndarray, optional
            Mean products of the functions of each population with those of the next, if known.
        """
        known: Sequence[Matrix | None] = moments or [None] * len(codes)
        ridges = [
            Ridge(
                code,
                encodings[layer].penalty(ridge if layer else data_ridge, len(code)),
                shares,
                known[layer],
            )
            for layer, code in enumerate(codes)
        ]
        crossed: Sequence[Matrix | None] = products or [None] * len(codes)
        maps = [ridges[i].map(codes[i + 1], crossed[i]) for i in range(len(codes) - 1)]
        reach = np.inf
        if guard is not None:
            reach = guard * float(ridges[0].leverage(codes[0][newest]).max())
        return cls(encodings, ridges, maps, reach, newest)

    def code(self, x: npt.ArrayLike) -> Code:
        """Return r_1 = W_1 psi(x) and r_(l+1) = W_(l+1) [r_l; 1], of data ``(rows, units)``."""
        data = self.encodings[0](x)
        shrink = np.ones(len(data))
        if np.isfinite(self.reach):
            leverage = np.maximum(self.ridges[0].leverage(data), 1e-300)
            shrink = np.minimum(1.0, np.sqrt(self.reach / leverage))
        means = [self.maps[0](data, shrink)]
        for linear in self.maps[1:]:
            means.append(linear(means[-1]))
        return Code(data, means, shrink)

    def means(self, code: Code) -> list[Matrix]:
        """Return the mean activity of each hidden population, ``(rows, units)``."""
        pairs = zip(self.encodings[1:], code.means, strict=True)
        return [encoding.raw(means) for encoding, means in pairs]

    def r_squared(self, layer: int, targets: Matrix, linear: LinearMap | None = None) -> float:
        """Return the held-out R^2 of targets regressed on the functions of a population."""
        fit = self.ridges[layer]
        leverage = fit.leverage(fit.inputs[self.newest])
        return held_out_r_squared(fit, targets, leverage, self.newest, linear)


def by_codes(recognition: Recognition, code: Code, x: Matrix) -> Expectations:
    """Return the weights of the form of exponential families (ExpFam).

    Statistics of a hidden population are expected given its own code, what its drive predicts given
    the code of the population above; those of the data are known.
    """
    ridges = recognition.ridges
    own = [fit.weights(means) for fit, means in zip(ridges[1:], code.means, strict=True)]

    def clamped(statistic: Statistic) -> Matrix:
        return ridges[1].weighted(code.means[0], statistic(x) / len(x))

    shares = ridges[0].shares
    return Expectations([shares, *own], [*own, shares], clamped)


def by_log_probability(recognition: Recognition, code: Code, x: Matrix) -> Expectations:
    """Return the weights of gradients that are regressed whole, on a population's own code."""
    ridges = recognition.ridges
    data = ridges[0].weights(code.data, code.shrink)
    own = [fit.weights(means) for fit, means in zip(ridges[1:], code.means, strict=True)]
    return Expectations([data, *own], [data, *own])


def directly(recognition: Recognition, code: Code, x: Matrix) -> Expectations:
    """Return the weights of targets that are regressed on functions of the data."""
    return of_data(recognition.ridges[0], len(recognition.ridges), code.data, x, code.shrink)


def of_data(
    fit: Ridge | KernelRidge, layers: int, points: Matrix, x: Matrix, shrink: Matrix | None = None
) -> Expectations:
    """Return the weights of one regression on data that serves all layers."""
    data = fit.weights(points, shrink)

    def clamped(statistic: Statistic) -> Matrix:
        return fit.weighted(points, statistic(x) / len(x), shrink)

    return Expectations([data] * layers, [data] * (layers - 1) + [fit.shares], clamped)
