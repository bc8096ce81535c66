"""The variants on a GPU, as far as they go without one: the maths on the CPU, graphs made up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neurohm.backend import cupy_
from neurohm.backend.driver import Driver, Gpu, driver
from neurohm.benchmarks import WORKLOADS, card, workload
from neurohm.benchmarks.chains import Problem, planted_batches, random_chain
from neurohm.benchmarks.clock import CountingClock, Over
from neurohm.benchmarks.gpu import calls_of, launch_steps, product_steps
from neurohm.benchmarks.gpu_table import markdown, work_of
from neurohm.benchmarks.registry import chosen_variants
from neurohm.benchmarks.results import Result, related
from neurohm.benchmarks.torch_device import as_graph, restoring
from neurohm.benchmarks.w1 import in_neurohm as w1_neurohm
from neurohm.benchmarks.w1 import in_torch as w1_torch
from neurohm.benchmarks.w2 import in_neurohm as w2_neurohm
from neurohm.benchmarks.w2 import in_torch as w2_torch
from neurohm.benchmarks.w3 import in_torch as w3_torch
from neurohm.benchmarks.workload import Steps, Variant, in_strides, repeated
from neurohm.exceptions import InputError
from neurohm.kernels.cuda.call import Launch, Multiplication
from neurohm.kernels.cuda.program import GraphProgram

TINY = {"sizes": (12, 6, 3), "rows": 5}
ON_CUDA = [
    pytest.param(work, variant, id=f"{work.name}-{variant.name}", marks=pytest.mark.gpu)
    for work in (WORKLOADS["w1"], WORKLOADS["w2"])
    for variant in work.on("cuda")
    if variant.learns_alike
]


def ran(steps: Steps, number: int) -> None:
    with suppress(Over):
        steps.run(CountingClock(number))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch.*")
@pytest.mark.parametrize(("work", "variant"), ON_CUDA)
def test_every_variant_learns_on_a_gpu(work: workload.Workload, variant: Variant) -> None:
    if (why_not := variant.why_not()) is not None:
        pytest.skip(why_not)
    problem, _ = work.lessons(**TINY)
    steps = variant.make(problem, 1)
    ran(steps, 2)
    for before, after in zip(problem.start.generative, steps.chain().generative, strict=True):
        assert np.isfinite(after).all()
        assert not np.array_equal(before, after)


def test_variants_are_chosen_by_device() -> None:
    for name in ("w1", "w2", "w2-hundred"):
        on_cpu, on_gpu = (chosen_variants(WORKLOADS[name], device=d) for d in ("cpu", "cuda"))
        assert {v.name for v in on_gpu} >= {
            "bound-cuda", "launches-cuda", "neurohm-cuda", "neurohm-cuda-bf16", "torch-cuda",
            "torch-cuda-graph", "jax-cuda",
        }  # fmt: skip
        assert not {v.name for v in on_cpu} & {v.name for v in on_gpu}
        assert {v.name for v in chosen_variants(WORKLOADS[name], device="cuda", peers=False)} == {
            v.name for v in on_gpu if not v.name.startswith(("torch", "jax"))
        }
    with pytest.raises(InputError, match="unknown device 'tpu'; expected 'cpu' or 'cuda'"):
        chosen_variants(WORKLOADS["w1"], device="tpu")


def test_without_a_card_every_variant_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "driver", lambda: Driver(trouble="no driver"))
    assert {v.why_not() for v in WORKLOADS["w1"].on("cuda")} == {"no driver"}
    monkeypatch.setattr(workload, "driver", lambda: Driver((Gpu("H100", 80.0, "9.0"),), (12, 4)))
    missing = Variant("x", w1_neurohm.train, needs=("no_such_module",), device="cuda")
    assert missing.why_not() == "no_such_module not installed"


def test_a_stride_waits_before_its_clock() -> None:
    said: list[str] = []

    def make(problem: Any, threads: int) -> Steps:
        step = repeated(lambda: said.append("step"))
        return Steps(step, problem, wait=lambda: said.append("wait"))

    ran(in_strides(make, lambda problem: 3 * problem)(5, 1), 2)
    assert said == ["step", "step", "step", "wait"] * 2


def made_up(torch: Any, function: Any, undo: Any) -> Any:
    """Return CUDA graphs on the CPU: a capture is undone, and a replay calls the function."""
    given: list[tuple[Any, ...]] = []

    def noting(*arguments: Any) -> Any:
        given.append(arguments)
        return function(*arguments)

    @contextmanager
    def capturing(graph: Any) -> Iterator[None]:
        yield
        undo()
        graph.replay = lambda: function(*given[-1])

    stream = SimpleNamespace(wait_stream=lambda other: None)
    cuda = SimpleNamespace(
        Stream=lambda: stream,
        current_stream=lambda: stream,
        stream=lambda side: nullcontext(),
        CUDAGraph=SimpleNamespace,
        graph=capturing,
    )
    return SimpleNamespace(cuda=cuda), noting, given


@pytest.mark.parametrize(("name", "module"), [("w1", w1_torch), ("w2", w2_torch)])
def test_a_captured_step_learns_as_a_plain_one(
    name: str, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    problem, _ = WORKLOADS[name].lessons(**TINY)

    def as_graph_made_up(torch: Any, function: Any, restore: Any) -> Any:
        stand_in, noting, _ = made_up(torch, function, restore)
        return as_graph(stand_in, noting, restore)

    monkeypatch.setattr(module, "as_graph", as_graph_made_up)
    # the same draws, however often a capture draws
    monkeypatch.setattr(torch, "rand_like", lambda like: torch.full_like(like, 0.5))
    learned = []
    for captured in (False, True):
        steps = module.local(problem, 1, captured=captured)
        ran(steps, 4)
        assert steps.chain is not None
        learned.append(steps.chain())
    for group in ("generative", "recognition"):
        for one, other in zip(getattr(learned[0], group), getattr(learned[1], group), strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7)
    assert not np.array_equal(learned[0].generative[0], problem.start.generative[0])


def test_a_graph_reads_its_own_batch_and_begins_where_it_was() -> None:
    torch = pytest.importorskip("torch")
    weights = torch.ones(3)
    stand_in, noting, given = made_up(torch, lambda x, w: w.add_(x), lambda: weights.fill_(1.0))
    step = as_graph(stand_in, noting, restoring([weights]))
    first = torch.arange(3.0)
    step(first, weights)
    assert len(given) == 4  # three to warm up, one to capture
    assert weights.tolist() == [1.0, 2.0, 3.0]
    step(torch.full((3,), 10.0), weights)
    assert weights.tolist() == [11.0, 12.0, 13.0]
    assert first.tolist() == [0.0, 1.0, 2.0]
    assert len({x.data_ptr() for x, _ in given}) == 1


def test_the_warm_up_is_undone_before_the_capture() -> None:
    torch = pytest.importorskip("torch")
    weights, seen = torch.ones(1), []
    stand_in, noting, _ = made_up(torch, lambda x, w: seen.append(w.item()) or w.add_(x), int)
    as_graph(stand_in, noting, restoring([weights]))(torch.ones(1), weights)
    assert seen == [1.0, 2.0, 3.0, 1.0, 2.0]


def test_scores_are_the_same_on_any_device() -> None:
    torch = pytest.importorskip("torch")
    problem = Problem(random_chain((12, 6, 3)), planted_batches(12, 4, 1), particles=50)
    assert torch.get_default_device().type == "cpu"
    ran(w3_torch.score(problem, 1, device="cpu"), 3)


def test_the_products_of_a_step_are_one_program() -> None:
    steps = product_steps([(3, 4, 5), (2, 2, 2)], samples=7, device="cpu")
    ran(steps, 2)
    assert steps.samples == 7
    assert np.asarray(steps.wait()).all()  # the last product was written


@pytest.mark.parametrize(
    ("name", "module", "products"), [("w1", w1_neurohm, 12), ("w2", w2_neurohm, 14)]
)
def test_the_calls_of_a_step_are_counted_without_a_gpu(
    name: str, module: Any, products: int
) -> None:
    problem, _ = WORKLOADS[name].lessons(**TINY)
    before = [weights.copy() for weights in problem.start.generative]
    calls = calls_of(problem, *module.choices(problem))
    multiplies = [
        isinstance(call, Multiplication) or call.name == "narrow_product" for call in calls
    ]
    assert sum(multiplies) == products
    assert len(calls) > 2 * products
    for weights, kept in zip(problem.start.generative, before, strict=True):
        np.testing.assert_array_equal(weights, kept)


def test_empty_launches_take_the_place_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, _ = WORKLOADS["w1"].lessons(**TINY)
    calls = calls_of(problem, *w1_neurohm.choices(problem))
    launched: list[Launch] = []
    monkeypatch.setattr(Launch, "run", lambda call: launched.append(call))
    monkeypatch.setattr(cupy_, "device_of", lambda array: nullcontext())
    monkeypatch.setattr(GraphProgram, "_captured", lambda program: None)
    steps = launch_steps(calls, 5, device="cpu")
    launched.clear()
    ran(steps, 1)
    assert len(launched) == len(calls)
    assert {(call.name, call.arguments[-1]) for call in launched} == {("fill", 0)}


def test_the_card_is_measured_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "driver", lambda: Driver(trouble="no driver"))
    assert card.facts_of_card() == {"why_not": "no driver"}
    if not driver().gpus:  # there it ends with an error, whose last line is told
        monkeypatch.setattr(card, "driver", lambda: Driver((Gpu("H100", 80.0, "9.0"),), (12, 4)))
        assert "IndexError" in card.facts_of_card()["why_not"]


CARD = {
    "name": "H100", "memory_gb": 80.0, "cuda": "12.4", "libraries": {"torch": "2.9", "jax": None},
    "flop_per_s": {"full": 5e13, "fast": 4e14, "bf16": 8e14}, "launch_us": 5.0, "node_us": 1.5,
}  # fmt: skip
MACHINE = {"gpu": CARD, "libraries": {"numpy": "2.3"}, "neurohm": "0.1.0", "date": "2026-11-27T10"}


def test_a_table_says_what_the_card_allows() -> None:
    work = {"w1": work_of("w1")}
    names = ("bound-cuda", "launches-cuda", "neurohm-cuda", "neurohm-cuda-fast", "torch-cuda")
    results = related(
        [Result("w1", name, 1, median_ms=ms, p10_ms=ms, per_second=1e5 / ms)
         for name, ms in zip(names, (0.05, 0.1, 0.2, 0.15, 0.6), strict=True)]
    )  # fmt: skip
    text = markdown(MACHINE, results, work)
    assert text.startswith("H100, 80 GB, CUDA 12.4; torch 2.9, numpy 2.3, neurohm 0.1.0;")
    assert "64 calls: launched one by one 0.32 ms, as nodes of a graph one after the other" in text
    rows = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in text.splitlines()}
    flop = work["w1"]["flop"]
    assert rows["neurohm-cuda"][3:5] == [f"{flop / 2e-4 / 1e12:.4g}", f"{flop / 2e-4 / 5e13:.2f}"]
    assert rows["neurohm-cuda-fast"][4] == f"{flop / 1.5e-4 / 4e14:.2f}"  # of that precision's rate
    assert rows["torch-cuda"][5:] == ["0.08", "3.00 |"]
    assert rows["launches-cuda"][3] == ""


def test_a_table_without_a_card_says_why() -> None:
    results = [Result("w3", "jax-cuda", 1, why_not="no driver")]
    text = markdown({**MACHINE, "gpu": {"why_not": "no driver"}}, results, {"w3": work_of("w3")})
    assert text.startswith("Not measured: no driver.")
    assert "jax-cuda: no driver" in text


def test_workloads_that_no_gpu_does_have_no_work() -> None:
    assert work_of("w5") == {}
    assert set(work_of("w3")) == {"flop"}
