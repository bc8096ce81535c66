"""scikit-learn's callbacks, where this scikit-learn has them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

import neurohm as nh

pytest.importorskip("sklearn.callback")

X = np.tile(np.eye(4), (10, 1))


class Recorder:
    """Writes down which hooks were called, and stops after some epochs."""

    def __init__(self, stop_after: int = 100) -> None:
        self.calls: list[str] = []
        self.scores: list[float] = []
        self.stop_after = stop_after

    def setup(self, estimator, context):
        self.calls.append("setup")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, fitted_estimator=None):
        self.calls.append(f"end {context.task_name}")
        if hasattr(fitted_estimator, "transform") and context.task_name == "epoch":
            self.scores.append(float(np.sum(fitted_estimator.transform(np.eye(4)))))
        return self.calls.count("end epoch") >= self.stop_after

    def teardown(self, estimator, context):
        self.calls.append("teardown")


class Propagated(Recorder):
    """Also goes to the steps of a pipeline."""

    max_propagation_depth = None


EPOCH = ["begin epoch", "end epoch"]
ESTIMATORS = [
    nh.HelmholtzDensity(2, epochs=3, observation="bernoulli"),
    nh.HelmholtzTransformer(2, epochs=3),
    nh.SpikeHelmholtz(2, epochs=3, validation=0.0, lags=1),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_each_epoch_is_a_task(estimator):
    recorder = Recorder()
    model = clone(estimator).set_callbacks(recorder)
    model.fit(X, label=None)
    assert recorder.calls == ["setup", "begin fit", *3 * EPOCH, "end fit", "teardown"]
    assert len(set(recorder.scores)) == 3
    plain = clone(estimator).fit(X, label=None)
    np.testing.assert_array_equal(plain.transform(np.eye(4)), model.transform(np.eye(4)))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_a_callback_can_stop_a_fit(estimator):
    recorder = Recorder(stop_after=2)
    model = clone(estimator).set_callbacks(recorder).fit(X, label=None)
    assert len(model.history_) == 2
    assert recorder.calls == ["setup", "begin fit", *2 * EPOCH, "end fit", "teardown"]


def test_a_callback_is_torn_down_when_a_fit_fails():
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError):
        nh.HelmholtzDensity(2, epochs=3).set_callbacks(recorder).fit(X, callbacks=[Failing()])
    assert recorder.calls[-1] == "teardown"


class Failing(nh.training.Callback):
    """Fails after an epoch."""

    def after_epoch(self, run):
        raise ZeroDivisionError


def test_a_pipeline_hands_callbacks_on():
    recorder = Propagated()
    model = nh.HelmholtzTransformer(2, epochs=2)
    make_pipeline(model).set_callbacks(recorder).fit(X)
    assert recorder.calls.count("end epoch") == 2
