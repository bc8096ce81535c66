"""``neurohm bench``: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neurohm.backend.driver import Driver
from neurohm.benchmarks import card, read_results, workload

BUSY = "neurohm: other processes kept"
TINY = ("--no-peers", "--rounds", "1", "--seconds", "0.001")
ENTRY = {"workload", "variant", "threads", "median_ms", "p10_ms", "bound_share", "ratio_to_neurohm"}


def test_json_holds_machine_and_results(call: Any, tmp_path: Path) -> None:
    got = call("bench", "w1", *TINY, "--json", "-o", tmp_path)
    assert got.code == 0
    assert all(line.startswith(BUSY) for line in got.lines)
    assert set(got.result) == {"machine", "results"}
    assert {"cpu", "cores", "libraries", "date", "foreign_load"} <= set(got.result["machine"])
    assert {entry["variant"] for entry in got.result["results"]} == {"bound", "neurohm"}
    for entry in got.result["results"]:
        assert set(entry) >= ENTRY
        if entry["why_not"] is None:
            assert entry["median_ms"] > 0
            assert entry["bound_share"] > 0
            assert entry["ratio_to_neurohm"] > 0
    (written,) = tmp_path.iterdir()
    assert written.name.endswith("-w1.json")
    assert json.loads(written.read_text()) == got.result
    assert len(read_results(written)[1]) == len(got.result["results"])


def test_a_table_is_printed_by_default(call: Any) -> None:
    got = call("bench", "w5", "--variants", "bound,plain-gradient", "--rounds", "1", *TINY[3:])
    assert got.code == 0
    assert all(line.startswith(BUSY) for line in got.lines)
    assert "natural gradient of a layer" in got.out
    assert "of bound" in got.out
    assert "bound" in got.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["w9"], "neurohm: unknown workload 'w9'; expected one of w1"),
        (["w1", "--device", "tpu"], "neurohm: unknown device 'tpu'; expected 'cpu' or 'cuda'"),
        (["w1", "--variants", "fast"], "neurohm: unknown variant 'fast'; expected one of bound"),
        (["w5", "--check"], "neurohm: a check of w5"),
        (["w1", "-o", "nowhere/at/all.json"], "neurohm: output folder nowhere/at does not exist"),
    ],
)
def test_bad_input_is_one_line(call: Any, arguments: list[str], message: str) -> None:
    got = call("bench", *arguments)
    assert (got.code, got.out) == (2, "")
    assert len(got.lines) == 1
    assert got.lines[0].startswith(message)


def test_without_a_gpu_a_line_for_each_workload_says_so(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (workload, card):
        monkeypatch.setattr(module, "driver", lambda: Driver(trouble="no NVIDIA driver was found"))
    got = call("bench", "w1", "w3", "w5", "--device", "cuda")
    assert got.code == 0
    assert got.out.splitlines() == [
        "w1 not measured: no NVIDIA driver was found",
        "w3 not measured: no NVIDIA driver was found",
    ]
    assert got.lines == ["neurohm: w5: no such variant computes on cuda"]
    got = call("bench", "w1", "--device", "cuda", "--json")
    assert got.result["machine"]["gpu"] == {"why_not": "no NVIDIA driver was found"}
    assert {entry["median_ms"] for entry in got.result["results"]} == {None}
