"""Normal numbers of random bits, one 32-bit word each, in double precision.

References
----------
Wichura (1988). Algorithm AS 241: the percentage points of the normal distribution. Applied
Statistics 37:477; the rational approximations of PPND16, good to about one part
in 1e16.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.kernels.cpu.scalar import FAST

CENTRE = 0.425
"""How far from one half the approximation of the centre reaches."""


@njit(inline="always", **FAST)
def is_central(word):  # type: ignore[no-untyped-def]
    """Return whether `central_normal` serves a word: 85 of a hundred times."""
    return abs(_from_half(word)) <= CENTRE


@njit(inline="always", **FAST)
def central_normal(word):  # type: ignore[no-untyped-def]
    """Return the normal number of a word in the centre; loops over words vectorise."""
    q = _from_half(word)
    r = CENTRE * CENTRE - q * q
    above = 2509.0809287301226727
    above = above * r + 33430.575583588128105
    above = above * r + 67265.770927008700853
    above = above * r + 45921.953931549871457
    above = above * r + 13731.693765509461125
    above = above * r + 1971.5909503065514427
    above = above * r + 133.14166789178437745
    above = above * r + 3.387132872796366608
    below = 5226.495278852854561
    below = below * r + 28729.085735721942674
    below = below * r + 39307.89580009271061
    below = below * r + 21213.794301586595867
    below = below * r + 5394.1960214247511077
    below = below * r + 687.1870074920579083
    below = below * r + 42.313330701600911252
    below = below * r + 1.0
    return q * above / below


@njit(**FAST)
def outer_normal(word):  # type: ignore[no-untyped-def]
    """Return the normal number of a word outside the centre.

    No word lies further out than 6.4 deviations, where a third approximation would be due.
    """
    q = _from_half(word)
    r = math.sqrt(-math.log(0.5 - abs(q))) - 1.6
    above = 7.7454501427834140764e-4
    above = above * r + 0.0227238449892691845833
    above = above * r + 0.24178072517745061177
    above = above * r + 1.27045825245236838258
    above = above * r + 3.64784832476320460504
    above = above * r + 5.7694972214606914055
    above = above * r + 4.6303378461565452959
    above = above * r + 1.42343711074968357734
    below = 1.05075007164441684324e-9
    below = below * r + 5.475938084995344946e-4
    below = below * r + 0.0151986665636164571966
    below = below * r + 0.14810397642748007459
    below = below * r + 0.68976733498510000455
    below = below * r + 1.6763848301838038494
    below = below * r + 2.05319162663775882187
    below = below * r + 1.0
    x = above / below
    return x if q > 0.0 else -x


@njit(inline="always", **FAST)
def _from_half(word):  # type: ignore[no-untyped-def]
    """Return a uniform number in (-1/2, 1/2), exact in double precision."""
    return (np.float64(word) + 0.5) * 2.0**-32 - 0.5
