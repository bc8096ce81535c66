"""Assemblies of Russo and Durstewitz: pairs that are tested, and grown unit by unit (CAD)."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.comparison.detectors.base import PatternDetector, counts_of
from neurohm.comparison.detectors.elephant import elephant_module, joined, milliseconds
from neurohm.recordings import BinnedSpikes


class CADAssemblies(PatternDetector):
    """Cell assembly detection by agglomeration, as elephant does it.

    Parameters
    ----------
    most_lag : int
        Largest lag between two units, bins.
    reference_lag : int
        Bins between the lag that is tested and the one that it is compared with.
    alpha : float
        Level of the tests, corrected for their number.
    least_occurrences : int
    chunk : int
        Bins in a chunk, over which variances are summed.

    Raises
    ------
    MissingExtraError
        By `fit`, if elephant is not installed.

    References
    ----------
    Russo, Durstewitz (2017). Cell assemblies at multiple time scales with arbitrary lag
    constellations. eLife 6:e19428. doi:10.7554/eLife.19428

    Examples
    --------
    >>> CADAssemblies(most_lag=3).most_lag
    3
    """

    name: ClassVar[str] = "CAD"

    def __init__(
        self,
        most_lag: int = 5,
        reference_lag: int = 2,
        alpha: float = 0.05,
        least_occurrences: int = 1,
        chunk: int = 100,
    ) -> None:
        self.most_lag = whole_number("most_lag", most_lag, 2)
        self.reference_lag = whole_number("reference_lag", reference_lag)
        self.alpha = real_number("alpha", alpha, above=0, below=1)
        self.least_occurrences = whole_number("least_occurrences", least_occurrences)
        self.chunk = whole_number("chunk", chunk, 2)

    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies; see `AssemblyDetector.fit`."""
        detection = elephant_module("cell_assembly_detection")
        conversion = elephant_module("conversion")
        import quantities

        counts, observed = counts_of(binned)
        width = milliseconds(binned)
        trains = conversion.BinnedSpikeTrain(
            joined(counts, observed),
            bin_size=width * quantities.ms,
            t_start=0 * quantities.ms,
        )
        found = detection.cell_assembly_detection(
            trains,
            max_lag=self.most_lag,
            reference_lag=self.reference_lag,
            alpha=self.alpha,
            min_occurrences=self.least_occurrences,
            size_chunks=self.chunk,
        )
        patterns = [
            # lags are of the others behind the first unit
            (one["neurons"], np.rint(np.append(0, one["lags"].rescale("ms").magnitude) / width))
            for one in found
        ]
        return self._keep(patterns, counts.shape[1])
