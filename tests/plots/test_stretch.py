from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots.stretch import chosen_stretch, liveliest


def test_default_stretch_is_lively_and_observed():
    quiet, burst = np.arange(0.0, 100.0, 0.5), np.linspace(71.0, 71.5, 80)
    trains = [np.sort(np.concatenate([quiet, burst]))]
    recording = nh.Recording.from_trains(trains, t_stop=100.0)
    start = liveliest(recording, 10.0, 0.02)
    assert start < 71.0 < 71.5 < start + 10.0
    gap = nh.Recording.from_trains(
        trains, t_stop=100.0, intervals={"observed": [[0, 65], [80, 100]]}
    )
    start = liveliest(gap, 10.0, 0.02)
    assert start + 10 <= 65.0 or start >= 80.0


def test_the_stretch_is_inside_the_recording():
    recording = nh.Recording.from_trains([[1.0]], t_start=1.0, t_stop=11.0)
    assert chosen_stretch(recording, 8.0, 5.0, None) == (8.0, 11.0)
    assert chosen_stretch(recording, None, 50.0, lambda length: 11.0 - length) == (1.0, 11.0)


@pytest.mark.parametrize("start", [0.5, 11.0])
def test_a_start_outside_of_the_recording(start):
    recording = nh.Recording.from_trains([[1.0]], t_start=1.0, t_stop=11.0)
    with pytest.raises(InputError, match="a moment from 1 to 11"):
        chosen_stretch(recording, start, 5.0, None)
    with pytest.raises(InputError, match="a positive number"):
        chosen_stretch(recording, 5.0, 0.0, None)
