"""``neurohm sweep``: many fits, in one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from neurohm.cli.options import AsJson
from neurohm.cli.printing import note, show


def sweep(
    config: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIG",
            help="YAML file: recordings (paths or patterns), settings, grid (lists of settings to "
            "combine), seeds, output, test, score_particles, reading, keep.",
        ),
    ],
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Of a scheduler of Dask's, such as tcp://head:8786. By default processes of this "
            "machine.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes of this machine.", show_default="its cores")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Cores that each process may use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Fit every recording with every setting and seed; keep the table and the best models.

    Call it again to go on where it was stopped: what is done is not done again.
    """
    from neurohm.cluster import SweepPlan
    from neurohm.cluster import sweep as run_sweep

    plan = SweepPlan.read(config)
    note(f"{len(plan.jobs())} fits of {len(plan.recordings)} recordings, in {plan.output}")
    result = run_sweep(plan, scheduler=scheduler, workers=workers, threads=threads, report=_told)
    failed = int((result.table["error"] != "").sum())
    rows = {
        "fits": f"{len(result.table)}" + (f", {failed} failed (see the table)" if failed else ""),
        "table": str(result.folder / "table.csv"),
        **{f"best of {Path(name).name}": str(path) for name, path in result.best.items()},
    }
    show(result.to_dict(), rows, as_json=as_json)


def _told(done: int, of: int, row: dict[str, Any]) -> None:
    """Say that a fit is done, and how well it went."""
    gain = row.get("gain_bits_per_spike")
    outcome = row["error"] or f"{gain:.4g} bits per spike over independent"
    note(f"{done} of {of}: {Path(row['recording']).name}, seed {row['seed']}: {outcome}")
