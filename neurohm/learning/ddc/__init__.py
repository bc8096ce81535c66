"""Learning with a distributed distributional code (DDC)."""

from neurohm.learning.ddc.postdiction import Postdiction
from neurohm.learning.ddc.posterior import DistributedPosterior
from neurohm.learning.ddc.recent_past import RecentPast
from neurohm.learning.ddc.rule import DDC

__all__ = ["DDC", "DistributedPosterior", "Postdiction", "RecentPast"]
