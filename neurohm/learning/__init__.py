"""Learning rules: who drives whom, and who learns from what. One rule a file."""

from neurohm.learning.base import LearningRule, Phases
from neurohm.learning.bidirectional import Bidirectional
from neurohm.learning.cascade import Cascade
from neurohm.learning.ddc import DDC, DistributedPosterior
from neurohm.learning.locality import LocalityReport, locality_report
from neurohm.learning.multi_level import MultiLevel
from neurohm.learning.particle_schedule import ParticleSchedule
from neurohm.learning.particles import ParticleRule
from neurohm.learning.registry import RULES, as_rule
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep

__all__ = [
    "DDC",
    "RULES",
    "Bidirectional",
    "Cascade",
    "DistributedPosterior",
    "LearningRule",
    "LocalityReport",
    "MultiLevel",
    "ParticleRule",
    "ParticleSchedule",
    "Phases",
    "Reweighted",
    "WakeSleep",
    "as_rule",
    "locality_report",
]
