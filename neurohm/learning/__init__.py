"""Learning rules: who drives whom, and who learns from what. One rule a file."""

from neurohm.learning.active_sampling import ActiveSampling, JudgedDreams, World, free_energy
from neurohm.learning.base import LearningRule, Phases
from neurohm.learning.bidirectional import Bidirectional
from neurohm.learning.cascade import Cascade
from neurohm.learning.ddc import DDC, DistributedPosterior, Postdiction, RecentPast
from neurohm.learning.goal_seeded import GoalSeeded, practise
from neurohm.learning.locality import LocalityReport, locality_report
from neurohm.learning.multi_level import MultiLevel
from neurohm.learning.particle_schedule import ParticleSchedule
from neurohm.learning.particles import ParticleRule
from neurohm.learning.registry import RULES, as_rule
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.variants import ConfidenceWeighted, Expectation
from neurohm.learning.wake_sleep import WakeSleep

__all__ = [
    "DDC",
    "RULES",
    "ActiveSampling",
    "Bidirectional",
    "Cascade",
    "ConfidenceWeighted",
    "DistributedPosterior",
    "Expectation",
    "GoalSeeded",
    "JudgedDreams",
    "LearningRule",
    "LocalityReport",
    "MultiLevel",
    "ParticleRule",
    "ParticleSchedule",
    "Phases",
    "Postdiction",
    "RecentPast",
    "Reweighted",
    "WakeSleep",
    "World",
    "as_rule",
    "free_energy",
    "locality_report",
    "practise",
]
