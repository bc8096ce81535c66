"""What a fitted machine says of a recording: fields, assemblies, and how well it explains."""

from neurohm.analysis.density_quality import DensityReport, score_rows
from neurohm.analysis.independent import IndependentModel
from neurohm.analysis.layer_dreams import redreamt
from neurohm.analysis.matching import match, shifted_similarity
from neurohm.analysis.moment_report import MomentReport, compare_moments
from neurohm.analysis.moments import Moments
from neurohm.analysis.quality import ScoreReport, score_windows
from neurohm.analysis.receptive_fields import code_fields, generative_fields

__all__ = [
    "DensityReport",
    "IndependentModel",
    "MomentReport",
    "Moments",
    "ScoreReport",
    "code_fields",
    "compare_moments",
    "generative_fields",
    "match",
    "redreamt",
    "score_rows",
    "score_windows",
    "shifted_similarity",
]
