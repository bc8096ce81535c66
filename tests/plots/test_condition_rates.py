from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots import condition_rates


@pytest.fixture
def compared():
    table = pd.DataFrame(
        {
            "rate_a": [10.0, 0.0], "rate_low_a": [7.0, 0.0], "rate_high_a": [14.0, 1.0],
            "rate_b": [4.0, 8.0], "rate_low_b": [2.0, 5.0], "rate_high_b": [7.0, 12.0],
            "change": ["less often", "appears"],
        }
    )  # fmt: skip
    table.attrs = {"conditions": ["rest", "run"], "compared_at": 0.05, "time_unit": "s"}
    return table


def test_rates_intervals_and_changes(compared):
    axes = condition_rates(compared)
    first = axes.containers[0]
    assert first.lines[0].get_xdata().tolist() == [10.0, 0.0]
    ends = np.array([segment[:, 0] for segment in first.lines[2][0].get_segments()])
    assert ends.tolist() == [[7.0, 14.0], [0.0, 1.0]]
    assert [text.get_text() for text in axes.texts] == ["less often", "appears"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["rest", "run"]
    assert axes.get_xlabel() == "Occurrences per minute (95 % interval)"
    assert axes.figure.to_png().startswith(b"\x89PNG")


def test_into_given_axes(compared):
    axes = Figure().subplots()
    assert condition_rates(compared, axes=axes) is axes


def test_other_tables(compared):
    with pytest.raises(ArgumentTypeError, match="two conditions"):
        condition_rates(compared.drop(columns="change"))
    with pytest.raises(InputError, match="without an assembly"):
        condition_rates(compared.iloc[:0])
