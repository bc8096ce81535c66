"""Assemblies as frequent spike patterns, tested against dithered spikes (SPADE)."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.comparison.detectors.base import PatternDetector, counts_of
from neurohm.comparison.detectors.elephant import elephant_module, joined, milliseconds
from neurohm.recordings import BinnedSpikes


class SPADEAssemblies(PatternDetector):
    """Spike pattern detection and evaluation, as elephant does it.

    Parameters
    ----------
    window : int
        Length of a pattern at most, bins.
    least_members : int
        Spikes of a pattern, and units, at least.
    least_occurrences : int
    surrogates : int
        Copies with dithered spikes; a thousand are advised.
    dither : int
        By how many bins a spike is moved at most, to either side.
    alpha : float
        Level of the test of signatures, by false discovery rate.
    random_state : int

    Raises
    ------
    MissingExtraError
        By `fit`, if elephant is not installed.

    References
    ----------
    Stella, Quaglio, Torre, Grün (2019). 3d-SPADE: Significance evaluation of spatio-temporal
    patterns of various temporal extents. BioSystems 185:104022.
    doi:10.1016/j.biosystems.2019.104022

    Examples
    --------
    >>> SPADEAssemblies(surrogates=200).surrogates
    200
    """

    name: ClassVar[str] = "SPADE"

    def __init__(
        self,
        window: int = 5,
        least_members: int = 3,
        least_occurrences: int = 10,
        surrogates: int = 100,
        dither: int = 5,
        alpha: float = 0.05,
        random_state: int = 0,
    ) -> None:
        self.window = whole_number("window", window)
        self.least_members = whole_number("least_members", least_members, 2)
        self.least_occurrences = whole_number("least_occurrences", least_occurrences, 2)
        self.surrogates = whole_number("surrogates", surrogates)
        self.dither = whole_number("dither", dither)
        self.alpha = real_number("alpha", alpha, above=0, below=1)
        self.random_state = whole_number("random_state", random_state, 0)

    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies; see `AssemblyDetector.fit`."""
        module = elephant_module("spade")
        import quantities

        counts, observed = counts_of(binned)
        width = milliseconds(binned)
        with _quiet_and_seeded(self.random_state):
            result = module.spade(
                _trains(joined(counts, observed), width),
                bin_size=width * quantities.ms,
                winlen=self.window,
                min_spikes=self.least_members,
                min_neu=self.least_members,
                min_occ=self.least_occurrences,
                n_surr=self.surrogates,
                dither=self.dither * width * quantities.ms,
                alpha=self.alpha,
                psr_param=[2, 2, self.least_members],
            )
        patterns = [
            (one["neurons"], np.rint(np.append(0, one["lags"].rescale("ms").magnitude) / width))
            for one in result["patterns"]
        ]
        return self._keep(patterns, counts.shape[1])


def _trains(counts: npt.NDArray[np.int64], width: float) -> list[Any]:
    """Return spike trains with a spike at the centre of each bin that has any."""
    import neo
    import quantities

    stop = counts.shape[1] * width
    return [
        neo.SpikeTrain(
            (np.flatnonzero(unit) + 0.5) * width, units=quantities.ms, t_start=0.0, t_stop=stop
        )
        for unit in counts
    ]


@contextlib.contextmanager
def _quiet_and_seeded(seed: int) -> Iterator[None]:
    """Let a library that prints and draws from NumPy's global state do so without a trace."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
