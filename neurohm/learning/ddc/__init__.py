"""Learning with a distributed distributional code (DDC)."""

from neurohm.learning.ddc.posterior import DistributedPosterior
from neurohm.learning.ddc.rule import DDC

__all__ = ["DDC", "DistributedPosterior"]
