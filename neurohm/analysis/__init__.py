"""What a fitted machine says of a recording: fields, assemblies, and how well it explains."""

from neurohm.analysis.calibration import Calibration, calibrate, predicted_counts
from neurohm.analysis.correlations import ResponseCorrelations, response_correlations
from neurohm.analysis.decoding import Decoding, decode, decode_unseen
from neurohm.analysis.density_quality import DensityReport, score_rows
from neurohm.analysis.discrepancy import Discrepancy, RelativeDiscrepancy, mmd, relative_mmd
from neurohm.analysis.fields import (
    Fields,
    dreamt_fields,
    linear_fields,
    most_exciting,
    recognition_fields,
)
from neurohm.analysis.gabor import GaborFits, fit_gabors
from neurohm.analysis.independent import IndependentModel
from neurohm.analysis.information import (
    Information,
    information_about,
    mutual_information,
)
from neurohm.analysis.layer_dreams import redreamt
from neurohm.analysis.match_score import match_gain
from neurohm.analysis.matching import match, shifted_similarity
from neurohm.analysis.moment_report import MomentReport, compare_moments
from neurohm.analysis.moments import Moments
from neurohm.analysis.psth import PSTH, psth
from neurohm.analysis.quality import ScoreReport, score_windows
from neurohm.analysis.receptive_fields import code_fields, generative_fields
from neurohm.analysis.regenerated import regenerated
from neurohm.analysis.responses import Responses, responses_of
from neurohm.analysis.sample_quality import SampleQuality, sample_quality
from neurohm.analysis.tuning import Tuning, tuning_of
from neurohm.analysis.unit_groups import unit_groups

__all__ = [
    "PSTH",
    "Calibration",
    "Decoding",
    "DensityReport",
    "Discrepancy",
    "Fields",
    "GaborFits",
    "IndependentModel",
    "Information",
    "MomentReport",
    "Moments",
    "RelativeDiscrepancy",
    "ResponseCorrelations",
    "Responses",
    "SampleQuality",
    "ScoreReport",
    "Tuning",
    "calibrate",
    "code_fields",
    "compare_moments",
    "decode",
    "decode_unseen",
    "dreamt_fields",
    "fit_gabors",
    "generative_fields",
    "information_about",
    "linear_fields",
    "match",
    "match_gain",
    "mmd",
    "most_exciting",
    "mutual_information",
    "predicted_counts",
    "psth",
    "recognition_fields",
    "redreamt",
    "regenerated",
    "relative_mmd",
    "response_correlations",
    "responses_of",
    "sample_quality",
    "score_rows",
    "score_windows",
    "shifted_similarity",
    "tuning_of",
    "unit_groups",
]
