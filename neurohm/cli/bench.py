"""``neurohm bench``: how fast neurohm is here, beside other libraries and the products alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.errors import FAILED
from neurohm.cli.options import AsJson
from neurohm.cli.printing import note, on_terminal, show

if TYPE_CHECKING:
    from neurohm.benchmarks import Result, Workload
    from neurohm.benchmarks.arena import Progress
    from neurohm.benchmarks.check import Learned

    Wanted = Sequence[tuple[Workload, Any]]
    """Workloads with their variants."""

BUSY = 0.3
"""Cores that others may keep busy before the figures are doubted."""


@dataclass(frozen=True)
class VariantOptions:
    """Which variants of a workload are measured."""

    variants: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Only these, such as bound,neurohm,jax-jit.")
    ] = None
    peers: Annotated[bool, typer.Option(help="Measure other libraries, too.")] = True
    device: Annotated[
        str, typer.Option(help="cpu; or cuda, for the variants of w1, w2 and w3 on a GPU.")
    ] = "cpu"

    def of(self, workloads: Sequence[str]) -> Wanted:
        """Return workloads with their variants, and note those that have none.

        Parameters
        ----------
        workloads : sequence of str
            Their names; empty for the usual ones.

        Returns
        -------
        list of tuple
        """
        from neurohm.benchmarks import chosen
        from neurohm.benchmarks.registry import chosen_variants

        names, wanted = None if self.variants is None else self.variants.split(","), []
        for workload in chosen(workloads):
            some = chosen_variants(workload, names, peers=self.peers, device=self.device)
            if some:
                wanted.append((workload, some))
            else:
                note(f"{workload.name}: no such variant computes on {self.device}")
        return wanted


@dataclass(frozen=True)
class VisitOptions:
    """How often and how long each variant is measured."""

    repeats: Annotated[
        int, typer.Option(min=1, help="Whole measurements; the median of them is shown.")
    ] = 1
    rounds: Annotated[
        int | None,
        typer.Option(min=1, help="Visits to each variant; by default as the workload has it."),
    ] = None
    seconds: Annotated[
        float | None,
        typer.Option(min=0.0, help="Of a visit; by default as the workload has it.", metavar="S"),
    ] = None

    def measured(self, wanted: Wanted) -> Iterator[Result]:
        """Measure workloads one after the other.

        Parameters
        ----------
        wanted : list of tuple
            As `VariantOptions.of` returns it.

        Yields
        ------
        Result
            Of each variant.
        """
        from neurohm.benchmarks import measure

        with _progress(len(wanted)) as progress_of:
            for place, (workload, variants) in enumerate(wanted):
                yield from measure(
                    workload, variants=variants, **asdict(self), progress=progress_of(place)
                )


def bench(
    which: VariantOptions,
    visits: VisitOptions,
    workloads: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORKLOAD]...",
            help="w1 wake-sleep, w2 reweighted, w3 log-likelihood, w4 spikes from a file, w5 "
            "natural gradient, fit: these by default; w1-dreams, w2-dreams, w2-hundred, "
            "w4-million, or all.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Instead: do all variants learn equally well?")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="JSON file to write, or a folder to write one into."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how fast learning is on this machine: single steps, each variant in its own process.

    Other libraries are measured where they are installed. Nothing else should run meanwhile.
    """
    from neurohm.benchmarks.card import facts_of_card
    from neurohm.benchmarks.processor import machine_facts
    from neurohm.benchmarks.results import document, write_results

    wanted = which.of(workloads or ())
    machine = machine_facts() | ({"gpu": facts_of_card()} if which.device != "cpu" else {})
    output = _file_to_write(output, machine, wanted)
    if check:
        _check(machine, wanted, as_json)
        return
    results = list(visits.measured(wanted))
    content = document(machine, results)
    if output is not None:
        write_results(output, content)
    if as_json:
        show(content, {}, as_json=True)
    else:
        _print_tables(results)
    if (load := content["machine"]["foreign_load"] or 0.0) > BUSY:
        note(f"other processes kept {load:.1f} cores busy meanwhile: measure again without them")


def _file_to_write(output: Path | None, machine: dict[str, Any], wanted: Wanted) -> Path | None:
    """Return the file for the results, if any, named by them where a folder was given."""
    from neurohm.benchmarks.results import file_name
    from neurohm.files import check_writable

    if output is None:
        return None
    if output.is_dir():
        output = output / file_name(machine, [workload.name for workload, _ in wanted])
    check_writable(output)
    return output


def _check(machine: dict[str, Any], wanted: Wanted, as_json: bool) -> None:
    """Show what each variant learned; end with an error if one learned otherwise."""
    from neurohm.benchmarks.check import check

    with _progress(len(wanted)) as progress_of:
        learned = [
            result
            for place, (workload, variants) in enumerate(wanted)
            for result in check(workload, variants=variants, progress=progress_of(place))
        ]
    rows = {f"{result.workload} {result.variant}": _learned_text(result) for result in learned}
    content = {"machine": machine, "check": [asdict(result) for result in learned]}
    show(content, rows, as_json=as_json)
    if any(result.agrees is False for result in learned):
        note("not all variants learn equally well")
        raise typer.Exit(FAILED)


def _learned_text(learned: Learned) -> str:
    if learned.held_out is None or learned.start is None:
        return learned.why_not or "not measured"
    text = (
        f"{learned.start:.3f} -> {learned.held_out:.3f} nats held out after {learned.steps} steps"
    )
    if learned.difference is None:
        return text
    verdict = "agrees" if learned.agrees else "DIFFERS"
    return f"{text}, {verdict} ({100 * learned.difference:+.2f} % of the gain)"


def _print_tables(results: Sequence[Result]) -> None:
    """Print a table for each workload."""
    from rich.console import Console
    from rich.table import Table

    from neurohm.benchmarks.table import HEAD, cells, title_of

    console = Console(width=None if sys.stdout.isatty() else 140)
    for name in dict.fromkeys(result.workload for result in results):
        own = [result for result in results if result.workload == name]
        if (why_not := _common_trouble(own)) is not None:
            console.print(f"{name} not measured: {why_not}")
            continue
        table = Table(
            title=f"{name}: {title_of(name)}", title_justify="left", box=None, pad_edge=False
        )
        for place, head in enumerate(HEAD):
            table.add_column(head, justify="left" if place == 0 else "right", no_wrap=place == 0)
        for result in own:
            style = "bold" if result.variant.startswith("neurohm") else None
            table.add_row(*cells(result), style=style)
        console.print(table)


def _common_trouble(results: Sequence[Result]) -> str | None:
    """Return why nothing was measured, if it is the same for all."""
    troubles = {result.why_not for result in results}
    return troubles.pop() if len(troubles) == 1 else None


@contextmanager
def _progress(workloads: int) -> Iterator[Callable[[int], Progress]]:
    """Give what tells a bar of each workload how far it is; quiet where stderr is no terminal."""
    if not on_terminal():
        yield lambda place: lambda what, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    # Drawn seldom: it takes the time of what is measured.
    with Bar(*columns, console=console, transient=True, refresh_per_second=1) as bar:
        task = bar.add_task("", total=workloads)

        def progress_of(place: int) -> Progress:
            return lambda what, share: bar.update(task, completed=place + share, description=what)

        yield progress_of
