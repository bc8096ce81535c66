"""What a fitted machine says of a recording: receptive fields, and how well it explains."""

from neurohm.analysis.independent import IndependentModel
from neurohm.analysis.quality import ScoreReport, score_windows
from neurohm.analysis.receptive_fields import generative_fields

__all__ = ["IndependentModel", "ScoreReport", "generative_fields", "score_windows"]
