"""How assemblies are looked for: the settings of a search, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.estimators.spikes import SpikeHelmholtz

SHORTEST_JITTER = 5  # bins


@dataclass(frozen=True)
class Search:
    """How assemblies are looked for; see `SpikeHelmholtz.assemblies`."""

    layer: int = 1
    of: str = "units"
    surrogates: int = 199
    alpha: float = 0.01
    jitter: float | None = None
    least_members: int = 2
    least_occurrences: int = 10
    refit: bool = True
    folds: int = 4
    stability: bool = True
    n_jobs: int = -1
    sharpen: bool = False

    def __post_init__(self) -> None:
        for name, least in (
            ("surrogates", 1), ("least_members", 2), ("least_occurrences", 1), ("folds", 2),
        ):  # fmt: skip
            whole_number(name, getattr(self, name), least)
        real_number("alpha", self.alpha, above=0, below=1)
        if self.n_jobs != -1:
            whole_number("n_jobs", self.n_jobs, mend="or give -1, as many as there are cores")
        if self.of not in ("units", "codes"):
            raise InputError(f"assemblies of {self.of!r}", "'units' or 'codes'")
        if 1 / (self.surrogates + 1) > self.alpha:
            raise InputError(
                f"{self.surrogates} surrogates, whose smallest p-value is "
                f"{1 / (self.surrogates + 1):.3g}, for alpha {self.alpha:g}",
                f"at least {int(np.ceil(1 / self.alpha - 1e-9)) - 1} surrogates",
            )

    def jitter_bins(self, model: SpikeHelmholtz, observed: npt.NDArray[np.bool_]) -> int:
        """Return the window in which spikes are jittered, in bins."""
        size = model.bin_size_
        if self.jitter is None:
            window = max(SHORTEST_JITTER, int(model.lags))
        else:
            window = round(real_number("jitter", self.jitter, above=0) / size)
        edges = np.flatnonzero(np.diff(observed.astype(np.int8), prepend=0, append=0))
        longest = int(np.diff(edges.reshape(-1, 2), axis=1).max(initial=0))
        unit = "s" if model.time_unit_ == "s" else "bins"
        if window < 2:
            raise InputError(
                f"jitter of {self.jitter:g} {unit}, less than two bins of {size:g} {unit}",
                f"at least {2 * size:g} {unit}",
                "within one bin nothing would change",
            )
        if 2 * window > longest:
            raise InputError(
                f"jitter window of {window * size:g} {unit} for a recording whose longest observed "
                f"stretch is {longest * size:g} {unit}",
                "at least two windows in it",
                "give a shorter jitter=, or a longer recording",
            )
        return window
