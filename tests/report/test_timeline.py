"""What a report's script draws: the recording's own spikes, the model's own activity."""

from __future__ import annotations

import json
from base64 import b64decode

import numpy as np
import pytest

import neurohm as nh
from neurohm.plots.occurrences import taking_part
from neurohm.report import timeline as timeline_module
from neurohm.report.html import timeline_of
from neurohm.report.timeline import timeline

TYPES = {"Float32Array": "<f4", "Uint8Array": "u1", "Uint16Array": "<u2", "Uint32Array": "<u4"}


def decoded(array):
    return np.frombuffer(b64decode(array["data"]), TYPES[array["type"]])


@pytest.fixture(scope="module")
def recording():
    return nh.simulate_assemblies(n_units=16, minutes=1.0, n_assemblies=2, members=(4, 5))


@pytest.fixture(scope="module")
def model(recording):
    return nh.SpikeHelmholtz(hidden=(4, 2), lags=3, epochs=2).fit(recording)


@pytest.fixture(scope="module")
def assemblies(recording, table_of):
    truth = recording.truth
    return table_of(recording, truth["members"], truth["lags"], truth["occurrences"])


def test_has_every_spike_in_its_row(recording, model):
    content = timeline(recording, model)
    assert content["whole"]
    assert (content["start"], content["stop"]) == (0.0, 60.0)
    times, rows = decoded(content["times"]), decoded(content["rows"])
    assert np.all(np.diff(times) >= 0)
    assert sorted(content["units"], key=int) == recording.unit_ids.astype(str).tolist()
    ends = np.concatenate([[0], recording.spike_times_index])
    for row, name in enumerate(content["units"]):
        unit = recording.unit_ids.astype(str).tolist().index(name)
        expected = recording.spike_times[ends[unit] : ends[unit + 1]]
        np.testing.assert_allclose(times[rows == row], expected, atol=1e-5)


def test_has_the_hidden_activity_of_each_window(recording, model):
    content = timeline(recording, model)
    levels = decoded(content["activity"]).reshape(6, -1)
    assert np.all(levels[:, :2] == 255)  # no window of three bins ends there
    assert content["hidden"][4:] == ["0 of layer 2", "1 of layer 2"]
    windows = model.transform(recording)
    for row, name in enumerate(content["hidden"]):
        unit, _, _, layer = name.split()
        values = windows.values[:, int(unit) + (4 if layer == "2" else 0)]
        np.testing.assert_allclose(levels[row, 2:] / 254, values, atol=0.5 / 254)


def test_has_the_assemblies_and_their_spikes(recording, model, assemblies):
    content = timeline(recording, model, assemblies)
    times = [each["times"] for each in content["assemblies"]]
    for found, expected in zip(times, recording.truth["occurrences"], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    members = {str(unit) for row in assemblies["members"] for unit in row}
    assert set(content["units"][: len(members)]) == members
    drawn = timeline_module.assemblies_of(assemblies, recording.unit_ids)
    owners = np.bincount(decoded(content["owners"]), minlength=3)
    expected = np.bincount(taking_part(recording, drawn, 0.02) + 1, minlength=3)
    assert owners.tolist() == expected.tolist()


@pytest.mark.parametrize(("name", "most"), [("_MOST_SPIKES", 500), ("_MOST_ACTIVITY", 6 * 1000)])
def test_long_recordings_are_cut_round_what_is_shown_first(
    recording, model, monkeypatch, name, most
):
    monkeypatch.setattr(timeline_module, name, most)
    monkeypatch.setattr(timeline_module, "_FIRST_BINS", 100)
    content = timeline(recording, model)
    assert not content["whole"]
    assert content["start"] <= content["first"] < content["last"] <= content["stop"]
    assert content["stop"] - content["start"] < 30
    assert len(decoded(content["times"])) <= max(500, most)
    inside = (recording.spike_times >= content["start"]) & (recording.spike_times < content["stop"])
    assert len(decoded(content["times"])) == inside.sum()


def test_names_cannot_end_the_data():
    content = {"units": ["</script><script>alert(1)</script>", "<!--", "&lt;"]}
    held = timeline_of(content, "")
    data = held.partition('id="timeline-data">')[2].removesuffix("</script>")
    assert not set("<>&") & set(data)
    assert json.loads(data) == content


def test_long_names_are_cut(recording, model):
    named = model.__class__(hidden=2, lags=1, epochs=1)
    trains = {f"{unit}{'x' * 300}": [0.1 * unit + 0.05, 3.0] for unit in range(4)}
    few = nh.Recording.from_trains(trains, t_stop=5.0)
    units = timeline(few, named.fit(few))["units"]
    assert {len(name) for name in units} == {80}
    assert all(name.endswith("…") for name in units)
