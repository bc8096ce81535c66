"""The models that a Helmholtz machine is compared with, one a file."""

from neurohm.comparison.baselines.base import Baseline, as_samples

__all__ = ["Baseline", "as_samples"]
