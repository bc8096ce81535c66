from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.report import render_report
from neurohm.report.assemblies import about_assemblies


@pytest.fixture(scope="module")
def recording():
    recording = nh.simulate_assemblies(n_units=16, minutes=1.0, n_assemblies=2, members=(4, 5))
    return replace(recording, positions=100.0 * np.indices((4, 4)).reshape(2, -1).T)


@pytest.fixture(scope="module")
def assemblies(recording, table_of):
    truth = recording.truth
    table = table_of(recording, truth["members"], truth["lags"], truth["occurrences"])
    table["strength"], table["p_value"] = [12.3456, 5.0], [0.005, 0.01]
    table["stability_seeds"], table["stability_halves"] = [np.nan, np.nan], [0.9, np.nan]
    table.attrs["left_out"] = {"not significant": (3, 4), "no field": (7,)}
    return table


def pictures(page):
    """What the pictures show."""
    return re.findall(r'<img [^>]*alt="(.*?)"', page)


def text_of(page):
    return re.sub("<.*?>", " ", page)


def rows(page):
    """Cells of the table, row by row."""
    lines = page.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")
    return [re.findall("<td.*?>(.*?)</td>", line) for line in lines[:-1]]


def test_table_of_assemblies(recording, assemblies):
    page = about_assemblies(assemblies, recording)
    first, second = rows(page)
    order = np.argsort(assemblies["lags"][0])
    assert first[0] == "0"
    assert first[1] == ", ".join(str(assemblies["members"][0][i]) for i in order)
    assert first[2] == ", ".join(f"{1000 * assemblies['lags'][0][i]:.0f}" for i in order)
    occurrences = [f"{number:,}" for number in assemblies["occurrences"]]
    assert first[3:] == ["12.3", occurrences[0], "0.005", "0.9"]
    assert second[3:] == ["5", occurrences[1], "0.01", "–"]
    assert "2 assemblies." in text_of(page)
    assert "Lags (ms)" in text_of(page)
    assert "no assembly: 2 (not significant), 1 (no field)" in text_of(page)


def test_pictures_of_assemblies(recording, assemblies):
    assert len(pictures(about_assemblies(assemblies, recording))) == 4
    placeless = replace(recording, positions=None)
    shown = pictures(about_assemblies(assemblies, placeless))
    assert len(shown) == 3
    assert not any("electrode" in alt for alt in shown)
    (matrix,) = pictures(about_assemblies(assemblies, None))
    assert "units by assemblies" in matrix


def test_no_assembly_is_a_sentence(recording, assemblies):
    page = about_assemblies(assemblies.iloc[:0], recording)
    assert "No assembly was found" in text_of(page)
    assert "not significant" in text_of(page)
    assert "<table" not in page
    assert pictures(page) == []


def test_many_assemblies_and_members_are_cut(recording, table_of):
    members = [list(range(16))] * 34
    table = table_of(recording, members, [[0.001 * i for i in range(16)]] * 34, [[1.0]] * 34)
    page = about_assemblies(table, None)
    assert len(rows(page)) == 30
    assert "The first 30 of 34 assemblies." in text_of(page)
    many = nh.simulate_assemblies(n_units=25, minutes=1.0, n_assemblies=0)
    page = about_assemblies(table_of(many, [list(range(25))], [[0.0] * 25], [[1.0]]), None)
    assert rows(page)[0][1].endswith("19, …")
    assert "1 assembly." in text_of(page)


def test_report_with_assemblies(recording, assemblies):
    model = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=1).fit(recording)
    page = render_report(model, recording, assemblies=assemblies)
    assert "<h2>Assemblies</h2>" in page
    assert len(pictures(page)) == 9
    assert "<h2>Assemblies</h2>" not in render_report(model, recording)
    with pytest.raises(ArgumentTypeError, match=r"model\.assemblies"):
        render_report(model, recording, assemblies=recording.units)
    other = replace(recording, unit_ids=np.array([f"u{i}" for i in range(16)]))
    with pytest.raises(InputError, match="an assembly with the unit"):
        about_assemblies(assemblies, other)
