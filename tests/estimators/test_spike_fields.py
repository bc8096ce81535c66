"""To what hidden units respond, of recordings: windows are cut, planted responses are found."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.recordings import Windows, bin_spikes


@pytest.fixture(scope="module")
def recording() -> nh.Recording:
    return nh.simulate_assemblies(n_units=8, minutes=4, n_assemblies=1, members=(4, 5))


@pytest.fixture(scope="module")
def model(recording: nh.Recording) -> nh.SpikeHelmholtz:
    fitted = nh.SpikeHelmholtz(hidden=(3, 2), lags=3, epochs=2).fit(recording)
    weights = fitted.machine_.parameters()["recognition/visible->hidden1"]
    weights[...] = 0
    weights.reshape(8, 3, 3)[5, 1, 0] = 4.0  # unit 5, middle lag, drives hidden unit 0
    fitted.machine_.parameters()["recognition/hidden1"][...] = -3.0
    return fitted


def test_windows_are_cut_and_rates_are_in_hertz(model, recording) -> None:
    found = nh.recognition_fields(model, recording)
    assert found.values.shape == found.significant.shape == (3, 8, 3)
    assert found.significant[0, 5, 1]
    assert np.abs(found.values[0]).argmax() == 5 * 3 + 1
    windows = Windows(bin_spikes(recording, model.bin_size_), 3, stride=3)
    rows = windows.dense(np.arange(len(windows)))
    rows = np.minimum(rows, 1) if model.observation_ == "bernoulli" else rows
    direct = nh.recognition_fields(model.machine_, rows)
    np.testing.assert_allclose(found.values.reshape(3, 24), direct.values / model.bin_size_)
    assert found.measure.startswith("Hz")
    assert found.to_dict()["unit_ids"] == recording.unit_ids.tolist()


def test_units_without_a_response_have_no_significant_field(model, recording) -> None:
    """Hidden units 1 and 2 are driven by nothing: their activity does not vary."""
    assert not nh.recognition_fields(model, recording).significant[1:].any()


def test_whitened_it_is_the_weights_that_are_found(model, recording) -> None:
    found = nh.recognition_fields(model, recording, whitened=True, ridge=1e-6)
    values = found.values[0] / np.abs(found.values[0]).max()
    assert values[5, 1] == 1
    values[5, 1] = 0
    assert np.abs(values).max() < 0.1


def test_fewer_windows_are_spread_over_the_recording(model, recording) -> None:
    some = nh.recognition_fields(model, recording, windows=50)
    assert some.significant.sum() <= nh.recognition_fields(model, recording).significant.sum()
    upper = nh.recognition_fields(model, recording, 2)
    assert upper.values.shape == (2, 8, 3)
    assert "2 units of layer 2" in repr(upper)


def test_a_model_of_images_will_do() -> None:
    images = nh.load_images("digits", binarise="fixed")
    model = nh.HelmholtzDensity(hidden=4, epochs=1).fit(images.train[:200])
    found = nh.recognition_fields(model, images.train[:100])
    expected = nh.analysis.recognition_fields(model.machine_, images.train[:100])
    np.testing.assert_array_equal(found.values, expected.values)


def test_what_does_not_fit(model, recording) -> None:
    with pytest.raises(InputError, match="layer 3"):
        nh.recognition_fields(model, recording, 3)
    with pytest.raises(InputError, match="2 windows"):
        nh.recognition_fields(model, recording.between(0, 0.13))
