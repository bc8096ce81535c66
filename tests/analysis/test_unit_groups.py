"""Units that fire together, or lie together, are one group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import unit_groups
from neurohm.exceptions import InputError


@pytest.fixture(scope="module")
def recording() -> nh.Recording:
    """Six units, the first and the last three of which fire at the same moments."""
    rng = np.random.default_rng(0)
    trains = []
    for _ in range(2):
        common = np.sort(rng.uniform(0.5, 59.5, 100))
        trains += [np.sort(common + rng.uniform(0, 0.01, 100)) for _ in range(3)]
    positions = np.array([[0, 0], [100, 0], [0, 10], [100, 10], [0, 20], [100, 20.0]])
    return replace(nh.Recording.from_trains(trains, t_stop=60.0), positions=positions)


def test_groups(recording: nh.Recording) -> None:
    assert unit_groups(recording, 2).tolist() == [0, 0, 0, 1, 1, 1]
    assert unit_groups(recording, 2, by="position").tolist() == [0, 1, 0, 1, 0, 1]
    assert unit_groups(recording, 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert unit_groups(recording, 1).tolist() == [0] * 6


def test_a_gap_is_no_silence() -> None:
    """Two busy units that go their own ways are not alike because neither was recorded at times."""
    rng = np.random.default_rng(0)
    busy = [np.sort(rng.uniform(0, 60, 2000)) for _ in range(2)]
    follower = busy[1][::20] + 0.001
    recording = nh.Recording.from_trains(
        [*busy, follower], t_stop=600.0, intervals={"observed": [[0.0, 61.0]]}
    )
    assert unit_groups(recording, 2).tolist() == [0, 1, 1]


def test_a_rule_for_windows(recording: nh.Recording) -> None:
    """A unit of the layer is told whether any of a group fired in a stretch of the window."""
    rule = nh.spike_levels(recording, 4, [(2, 2), None], clamp=1)
    machine = nh.HelmholtzMachine([24, 5, 2])
    window = np.zeros((1, 6, 4))
    window[0, 4, 1] = 1
    (cue,) = rule.cues.of(machine, window.reshape(1, -1)).values()
    assert (cue.level > 0.5).tolist() == [[False, False, True, False]]
    assert cue.units.tolist() == [0, 1, 2, 3]


def test_what_does_not_fit(recording: nh.Recording) -> None:
    with pytest.raises(InputError, match="7 groups of 6 units"):
        unit_groups(recording, 7)
    with pytest.raises(InputError, match="by 'name'"):
        unit_groups(recording, 2, by="name")
    with pytest.raises(InputError, match="without positions"):
        unit_groups(replace(recording, positions=None), 2, by="position")
    places = np.array(recording.positions)
    places[2] = np.nan
    with pytest.raises(InputError, match="position is not known"):
        unit_groups(replace(recording, positions=places), 2, by="position")
