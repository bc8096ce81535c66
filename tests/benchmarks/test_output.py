"""Table and picture of stored results."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurohm as nh
from neurohm.benchmarks import Result, read_results
from neurohm.benchmarks.picture import speed_figure
from neurohm.benchmarks.results import document, related, write_results
from neurohm.benchmarks.table import HEAD, cells, markdown

MACHINE = {
    "cpu": "Some Processor", "cores": 2, "python": "3.11", "neurohm": "0.1",
    "libraries": {"numpy": "2.3", "torch": None}, "date": "2026-11-22T10:00:00",
}  # fmt: skip


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    times = {
        ("bound", 1): 2.0, ("bound", 2): 1.5, ("neurohm", 1): 2.5, ("neurohm", 2): 2.0,
        ("numpy-float32", 1): 4.0, ("numpy-float32", 2): 3.5, ("torch-local", 1): 6.0,
    }  # fmt: skip
    results = [
        result
        for workload in ("w1", "w2", "w5")
        for result in related(
            [
                *(Result(workload, n, t, median_ms=ms, p10_ms=ms) for (n, t), ms in times.items()),
                Result(workload, "jax-jit", 1, why_not="jax not installed"),
            ]
        )
    ]
    path = tmp_path / "results.json"
    write_results(path, document(MACHINE, results))
    return path


def test_the_table_quotes_the_better_number_of_threads(stored: Path) -> None:
    text = markdown(*read_results(stored))
    assert text.startswith("Some Processor, 2 cores, Python 3.11, neurohm 0.1, numpy 2.3; 2026-11")
    assert text.count("### ") == 3
    assert "| numpy-float32 | 2 | 3.5 | 3.5 |  | 0.43 | 1.75 |" in text
    assert "| numpy-float32 | 1 |" not in text
    assert "| neurohm | 1 | 2.5" in text
    assert "| neurohm | 2 | 2 " in text
    assert "| jax-jit: jax not installed |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {len(HEAD) + 1}


def test_every_row_has_all_cells() -> None:
    for result in (Result("w", "a", 1), Result("w", "a", 1, median_ms=12345.0)):
        assert len(cells(result)) == len(HEAD)


def test_the_picture_has_a_panel_for_each_workload(stored: Path, tmp_path: Path) -> None:
    _, results = read_results(stored)
    figure = speed_figure(results)
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in panels] == ["W1", "W2", "W5"]
    names = [text.get_text() for text in panels[0].get_yticklabels()]
    assert names == ["neurohm", "numpy-float32", "torch-local"]
    assert [bar.get_width() for bar in panels[0].patches] == pytest.approx([1.0, 1.75, 3.0])
    nh.plots.save(panels[0], tmp_path / "speed.png")
    assert (tmp_path / "speed.png").read_bytes()[:4] == b"\x89PNG"
