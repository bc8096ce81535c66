"""Ratios within a repeat, medians over repeats, and the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neurohm.benchmarks.results import (
    Result,
    Run,
    better,
    combined,
    document,
    read_results,
    write_results,
)
from neurohm.exceptions import FileFormatError, MissingFileError


def run(*steps: float, samples: int = 10) -> Run:
    """A run of one slice."""
    return Run(samples, 1.0, [{"steps": list(steps), "cpu": 1.0, "foreign": 0.0, "memory": 1e6}])


def test_times_are_of_the_unit_of_work() -> None:
    (result,) = combined("w", 20, [[("neurohm", 1, run(0.003, 0.001, 0.002))]])
    assert result.median_ms == pytest.approx(4.0)  # twenty samples, ten a step
    assert result.p10_ms == pytest.approx(2.0)
    assert result.per_second == pytest.approx(5000)
    assert (result.steps, result.repeats) == (3, 1)


def test_ratios_are_taken_within_a_repeat_and_then_their_median() -> None:
    repeats = [
        [("bound", 1, run(b)), ("neurohm", 1, run(n)), ("jax", 1, run(j))]
        for b, n, j in ((1.0, 2.0, 4.0), (10.0, 10.0, 80.0), (1.0, 4.0, 12.0))
    ]
    bound, own, peer = combined("w", 10, repeats)
    assert own.bound_share == pytest.approx(0.5)  # of 1/2, 1, 1/4
    assert peer.ratio_to_neurohm == pytest.approx(3.0)  # of 2, 8, 3
    assert (bound.bound_share, own.ratio_to_neurohm) == (1.0, 1.0)
    assert own.repeats == 3


def test_shares_are_of_the_bound_with_as_many_threads_and_ratios_of_neurohms_better() -> None:
    names = (("bound", 1, 2.0), ("bound", 2, 1.0), ("neurohm", 1, 4.0), ("neurohm", 2, 2.0))
    entries = [(name, threads, run(time)) for name, threads, time in names]
    results = combined("w", 10, [[*entries, ("jax", 2, run(6.0))]])
    assert [r.bound_share for r in results] == pytest.approx([1, 1, 0.5, 0.5, 1 / 6])
    assert results[2].ratio_to_neurohm == pytest.approx(2.0)
    assert results[4].ratio_to_neurohm == pytest.approx(3.0)


def test_what_was_not_measured_has_no_numbers() -> None:
    entries = [("neurohm", 1, run(1.0)), ("jax", 1, Run(why_not="jax not installed"))]
    peer = combined("w", 10, [entries])[1]
    assert (peer.median_ms, peer.ratio_to_neurohm, peer.steps) == (None, None, 0)
    assert peer.why_not == "jax not installed"


def test_the_better_number_of_threads_is_quoted_for_peers_only() -> None:
    results = [
        Result("w", name, threads, median_ms=time)
        for name, threads, time in (
            ("neurohm", 1, 2.0), ("neurohm", 2, 1.0), ("jax", 1, 3.0), ("jax", 2, 5.0),
        )
    ]  # fmt: skip
    assert [(r.variant, r.threads) for r in better(results)] == [
        ("neurohm", 1), ("neurohm", 2), ("jax", 1),
    ]  # fmt: skip


def test_results_are_read_as_written(tmp_path: Path) -> None:
    results = combined("w", 10, [[("neurohm", 1, run(1.0)), ("jax", 1, Run(why_not="no"))]])
    path = tmp_path / "results.json"
    write_results(path, document({"cpu": "x"}, results))
    machine, again = read_results(path)
    assert machine == {"cpu": "x", "foreign_load": 0.0}
    assert again == results


@pytest.mark.parametrize("content", ["{}", "no json", json.dumps({"machine": {}, "results": [1]})])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(FileFormatError, match="no file of benchmark results"):
        read_results(path)
    with pytest.raises(MissingFileError):
        read_results(tmp_path / "missing.json")
