"""The arena with variants that do next to nothing, and the check that variants learn alike."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from neurohm.benchmarks import WORKLOADS, arena, measure
from neurohm.benchmarks.check import check
from neurohm.benchmarks.processor import limited_to
from neurohm.benchmarks.workload import Steps, Variant, Workload, repeated
from neurohm.exceptions import InputError

WORKER = """
import sys
from neurohm.benchmarks import registry
sys.path.insert(0, {folder!r})
from {module} import DUMMY
registry.WORKLOADS["dummy"] = DUMMY
from neurohm.benchmarks import worker
worker.main()
"""


def noisy(problem: Any, threads: int) -> Steps:
    """Prints, as libraries do; the pipe must not mind."""
    return Steps(repeated(lambda: print("a library says something")), problem)


def broken(problem: Any, threads: int) -> Steps:
    """Cannot be made."""
    raise RuntimeError("out of order")


def breaking(problem: Any, threads: int) -> Steps:
    """Fails after a while."""
    left = iter(range(5))
    return Steps(repeated(lambda: next(left)), problem)


def ten() -> int:
    return 10


DUMMY = Workload(
    "dummy",
    "nothing",
    ten,
    (
        Variant("bound", noisy, threads=(1,)),
        Variant("neurohm", noisy, threads=(1, 1000)),
        Variant("broken", broken, threads=(1,)),
        Variant("breaking", breaking, threads=(1,)),
        Variant("missing", noisy, needs=("no_such_module",)),
    ),
    unit=20,
    seconds=0.0,
)


@pytest.fixture
def dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers know the workload of this file."""
    here = Path(__file__)
    code = WORKER.format(folder=str(here.parent), module=here.stem)

    def command(task: dict[str, Any]) -> list[str]:
        return [sys.executable, "-c", code, json.dumps(task)]

    monkeypatch.setattr(arena, "worker_command", command)


@pytest.mark.usefixtures("dummies")
def test_variants_are_measured_in_turn_and_failures_told() -> None:
    said: list[tuple[str, float]] = []
    results = measure(DUMMY, rounds=2, repeats=1, progress=lambda *state: said.append(state))
    found = {(r.variant, r.threads): r for r in results}
    own = found["neurohm", 1]
    assert (own.steps, own.repeats) == (2, 1)  # a step a slice, two rounds
    assert own.ratio_to_neurohm == 1.0
    assert own.median_ms is not None
    assert own.bound_share is not None
    assert "1000 cores" in str(found["neurohm", 1000].why_not)
    assert found["broken", 1].why_not == "failed: RuntimeError: out of order"
    assert "StopIteration" in str(found["breaking", 1].why_not)
    assert found["missing", 1].why_not == "no_such_module not installed"
    assert [r.variant for r in results if r.variant == "missing"] == ["missing"]
    assert [share for _, share in said] == sorted(share for _, share in said)


def test_variants_that_follow_the_same_rule_learn_alike() -> None:
    w1 = WORKLOADS["w1"]
    size = {"sizes": (30, 10, 4), "rows": 50}
    variants = [w1.variant("numpy-float32")]
    # Gains of eight seeds had a standard deviation of 0.7 %, so differences of two have 1 %: the
    # tolerance is eight of those, a false alarm in 1e15.
    alike = check(w1, variants=variants, steps=300, size=size, tolerance=0.08)
    assert [result.variant for result in alike] == ["neurohm", "numpy-float32"]
    for result in alike:
        assert result.agrees, result
        assert result.held_out is not None
        assert result.start is not None
        assert result.held_out > result.start + 1


def test_workloads_without_lessons_cannot_be_checked() -> None:
    with pytest.raises(InputError, match="a check of w5"):
        check(WORKLOADS["w5"])


def test_a_process_gets_the_threads_that_it_is_to_have() -> None:
    assert limited_to(2)["OPENBLAS_NUM_THREADS"] == "2"
    assert "multi_thread_eigen=false" in limited_to(1)["XLA_FLAGS"]
