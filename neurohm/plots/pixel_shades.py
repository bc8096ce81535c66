"""In which colours pixels are drawn: probabilities, counts, or real numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Normalize

from neurohm.plots.style import DIVERGING, SEQUENTIAL

_ROBUST = 99.5  # percentile of the absolute values at which the colours end


@dataclass(frozen=True)
class PixelShades:
    """A colour map and the values at its ends.

    Parameters
    ----------
    colours : str
        Name of the colour map.
    low, high : float
        Values at its ends.
    extend : {"neither", "both", "max"}
        At which end values lie beyond the colours.

    Examples
    --------
    >>> PixelShades.of(np.array([0.0, 0.3, 1.0]))
    PixelShades(colours='Greys', low=0.0, high=1.0, extend='neither')
    >>> PixelShades.of(np.array([-2.0, 0.5])).low < 0
    True
    """

    colours: str
    low: float
    high: float
    extend: str = "neither"

    @classmethod
    def of(cls, images: npt.NDArray[Any]) -> PixelShades:
        """Return shades that tell all these pixels apart.

        Grey from 0, white, to 1, black, if all lie there; grey to nearly the largest value if none
        is negative; else blue for negative ones and red for positive ones.

        Parameters
        ----------
        images : ndarray
            Pixels, in any shape.
        """
        sizes = np.abs(images)
        if images.min() >= 0 and images.max() <= 1:
            return cls(SEQUENTIAL, 0.0, 1.0)
        limit = float(np.percentile(sizes, _ROBUST)) or float(sizes.max())
        beyond = bool(sizes.max() > limit)
        if images.min() >= 0:
            return cls(SEQUENTIAL, 0.0, limit, "max" if beyond else "neither")
        return cls(DIVERGING, -limit, limit, "both" if beyond else "neither")

    @property
    def are_grey_probabilities(self) -> bool:
        """Whether these are the shades of probabilities, which need no colour bar."""
        return self.colours == SEQUENTIAL and self.high == 1.0 and self.extend == "neither"

    def scaled(self, images: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return where pixels lie between both ends, from 0 to 1."""
        return np.asarray(Normalize(self.low, self.high, clip=True)(images), dtype=np.float64)
