from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import code_patterns


@pytest.fixture(scope="module")
def cascade(recording):
    return nh.SpikeCascade(3, lags=5, rule="wake-sleep", max_units=2, epochs=2).fit(recording)


def test_a_panel_shows_what_is_expected_under_its_code(cascade, recording):
    scores = cascade.match_scores(recording)
    panels = [panel for panel in code_patterns(cascade, recording).flat if panel.images]
    assert len(panels) == len(scores)
    for panel, code in zip(panels, scores["code"], strict=True):
        shown = panel.images[0].get_array()
        np.testing.assert_array_equal(shown, cascade.patterns([code])[0])
        assert panel.images[0].get_extent() == [-25.0, 25.0, 11.5, -0.5]


def test_into_axes_and_as_many_as_asked_for(cascade, recording):
    axes = nh.plots.canvas.one_panel(None, 3.0, width=5.0)
    panels = code_patterns(cascade, recording, most=1, axes=axes)
    assert sum(bool(panel.images) for panel in panels.flat) == 1
    assert nh.plots.canvas.figure_of(panels) is axes.figure


def test_without_hidden_units_there_is_one_code(recording):
    cascade = nh.SpikeCascade(3, lags=5, max_units=1, starts=1).fit(recording)
    assert sum(bool(panel.images) for panel in code_patterns(cascade, recording).flat) >= 1


def test_no_panels_are_refused(cascade, recording):
    with pytest.raises(InputError, match="at least one panel"):
        code_patterns(cascade, recording, most=0)
