"""Learning rules: who drives whom, and who learns from what. One rule a file."""

from neurohm.learning.base import LearningRule, Phases
from neurohm.learning.locality import LocalityReport, locality_report
from neurohm.learning.registry import RULES, as_rule
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep

__all__ = [
    "RULES",
    "LearningRule",
    "LocalityReport",
    "Phases",
    "Reweighted",
    "WakeSleep",
    "as_rule",
    "locality_report",
]
