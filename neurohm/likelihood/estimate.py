"""What an estimate of the log-likelihood says of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class LogLikelihood:
    """An estimate of log p(x), one entry a row.

    Parameters
    ----------
    value : ndarray of float64, (rows,)
        Nats. On average below log p(x), and the closer the more particles.
    standard_error : ndarray of float64, (rows,)
        Of the value, by the spread of the weights (nats); ``nan`` with one particle, zero where
        the value is exact.
    effective_sample_size : ndarray of float64, (rows,)
        From 1 to ``particles``: how many particles carry the estimate.
    particles : int
    kind : str
        ``"importance"``; with one particle it is a ``"bound"``, the negative free energy; without
        a hidden population, ``"exact"``.
    """

    value: npt.NDArray[np.float64]
    standard_error: npt.NDArray[np.float64]
    effective_sample_size: npt.NDArray[np.float64]
    particles: int
    kind: str

    @property
    def mean(self) -> float:
        """Mean over the rows (nats)."""
        return float(self.value.mean())

    @property
    def mean_standard_error(self) -> float:
        """Standard error of the mean (nats), the rows being a sample: ``nan`` with one row.

        It is the spread of the rows' values, which holds the noise of their estimates as well.
        """
        rows = self.value.size
        return float(self.value.std(ddof=1) / np.sqrt(rows)) if rows > 1 else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95% confidence interval of the mean (nats): 1.96 standard errors to each side."""
        half = 1.96 * self.mean_standard_error
        return self.mean - half, self.mean + half

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as plain data."""
        plain = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in asdict(self).items()}
        return {**plain, "mean": self.mean, "mean_standard_error": self.mean_standard_error}

    def __repr__(self) -> str:
        rows, error = self.value.size, self.mean_standard_error
        spread = f" ± {error:.4f}" if rows > 1 else ""
        return (
            f"LogLikelihood(mean={self.mean:.4f}{spread} nats over {rows} rows, "
            f"kind={self.kind!r}, particles={self.particles}, "
            f"effective sample size {self.effective_sample_size.mean():.1f})"
        )
