"""scikit-learn's own checks of estimators."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import neurohm as nh

QUICK = {"hidden": (3, 2), "epochs": 2, "batch_size": 50}
RECORDINGS = "a matrix becomes a recording, whose checks say the same in other words"
UNLIKE = {
    "check_dtype_object": "counts are numbers, not objects",
    "check_n_features_in_after_fitting": RECORDINGS,
    "check_array_api_input": "what it returns is an array with times, which has no namespace",
    "check_complex_data": RECORDINGS,
    "check_estimators_empty_data_messages": RECORDINGS,
    "check_estimators_nan_inf": RECORDINGS,
    "check_positive_only_tag_during_fit": RECORDINGS,
    "check_fit2d_predict1d": RECORDINGS,
}


class OnCounts(nh.SpikeHelmholtz):
    """The estimator over recordings, given the checks' real numbers as counts."""

    def _as_recording(self, recording):
        if hasattr(recording, "tocsr"):
            recording = recording.tocsr().floor()
        elif np.asarray(recording).dtype.kind == "f":
            recording = np.floor(recording)
        return super()._as_recording(recording)


def reasons(estimator) -> dict[str, str]:
    return UNLIKE if isinstance(estimator, OnCounts) else {}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [
        nh.HelmholtzDensity(**QUICK, score_particles=10),
        nh.HelmholtzTransformer(**QUICK),
        nh.HelmholtzTransformer(**QUICK, layer=1, rule="wake-sleep"),
        OnCounts(**QUICK, lags=1, validation=0.0),
    ],
    expected_failed_checks=reasons,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
