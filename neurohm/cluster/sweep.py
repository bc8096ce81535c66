"""A sweep: many fits of many recordings, in one table, with the best model of each."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurohm.cluster.engine import EXTRA, engine
from neurohm.cluster.job import BEST_BY, finished, model_file, run_job
from neurohm.cluster.plan import Job, SweepPlan
from neurohm.files import atomic_path, check_writable
from neurohm.locks import held
from neurohm.logs import LOG
from neurohm.recordings.formats.extras import library

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SweepResult:
    """What a sweep gives.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each fit: recording, settings, seed, scores, error.
    best : dict of str to Path
        Model file with the highest score by recording.
    folder : Path
    """

    table: pd.DataFrame
    best: dict[str, Path]
    folder: Path

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        best = {name: str(path) for name, path in self.best.items()}
        return {"table": str(self.folder / "table.csv"), "best": best, "fits": rows}

    def __repr__(self) -> str:
        failed = int((self.table["error"] != "").sum())
        return f"SweepResult({len(self.table)} fits, {failed} failed, {len(self.best)} recordings)"


def sweep(
    plan: SweepPlan | str | os.PathLike[str],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    threads: int = 1,
    report: Callable[[int, int, dict[str, Any]], None] | None = None,
) -> SweepResult:
    """Fit every recording with every setting and seed; go on where an earlier call was stopped.

    What is done is in the folder of the plan: a fit that was finished is not done again, one
    whose worker was lost goes on from its checkpoint, one that failed is tried again.

    Parameters
    ----------
    plan : SweepPlan or path
        A path of a YAML file is read by `SweepPlan.read`.
    scheduler : str, optional
        Address of a scheduler of Dask's, whose workers see the same files under the same names;
        by default processes of this machine.
    workers : int, optional
        Processes of this machine.
    threads : int
        Cores that each process may use.
    report : callable, optional
        Called with the number of fits done, that of all, and the row of the last one.

    Returns
    -------
    SweepResult

    Raises
    ------
    MissingExtraError
        If Dask is not installed (extra ``cluster``).
    InputError
        If the plan cannot be used, or another sweep writes to its folder.
    """
    if not isinstance(plan, SweepPlan):
        plan = SweepPlan.read(plan)
    folder = Path(plan.output).resolve()
    _make(folder)
    jobs = plan.jobs()
    with held(folder / "sweep.lock"):
        rows = {job.key: row for job in jobs if (row := finished(folder, job)) is not None}
        left = [job for job in jobs if job.key not in rows]
        if left:
            with engine(scheduler, workers=workers, threads=threads) as client:
                for row in _results(client, left, folder):
                    rows[row["job"]] = row
                    LOG.info("fit %d of %d: %s", len(rows), len(jobs), row["error"] or "done")
                    if report is not None:
                        report(len(rows), len(jobs), row)
        return _gathered(plan, jobs, rows, folder)


def _results(client: Any, jobs: list[Job], folder: Path) -> Any:
    """Yield rows as fits end; a fit whose worker is lost is sent to another."""
    distributed = library("distributed", EXTRA, "a sweep")
    futures = client.map(run_job, jobs, folder=folder, pure=False, retries=2)
    for future in distributed.as_completed(futures):
        yield future.result()


def _gathered(
    plan: SweepPlan, jobs: list[Job], rows: dict[str, dict[str, Any]], folder: Path
) -> SweepResult:
    """Write the table, and put the best models in a folder of their own."""
    import pandas as pd

    table = pd.DataFrame([rows[job.key] for job in jobs])
    with atomic_path(folder / "table.csv") as temporary:
        table.to_csv(temporary, index=False)
    best = _keep_best(jobs, rows, folder)
    if plan.keep == "best":
        for job in jobs:
            model_file(folder, job).unlink(missing_ok=True)
    return SweepResult(table, best, folder)


def _score(row: dict[str, Any]) -> float:
    """Return the score of a fit; one that is no number is worse than any other."""
    score = float(row[BEST_BY])
    return -math.inf if math.isnan(score) else score


def _keep_best(jobs: list[Job], rows: dict[str, dict[str, Any]], folder: Path) -> dict[str, Path]:
    """Put the best model of each recording in a folder of its own, and remove earlier ones."""
    best = {}
    for recording in dict.fromkeys(job.recording for job in jobs):
        own = [job for job in jobs if job.recording == recording and not rows[job.key]["error"]]
        if own:
            first = max(own, key=lambda job: _score(rows[job.key]))
            best[recording] = folder / "best" / f"{Path(recording).stem}-{first.key}.h5"
            _keep(folder, first, best[recording])
    for other in set((folder / "best").glob("*.h5")) - set(best.values()):
        other.unlink()
    return best


def _keep(folder: Path, job: Job, target: Path) -> None:
    """Copy a model, unless it lies there already; one that was once left out is fitted again."""
    if target.is_file():
        return
    source = model_file(folder, job)
    if not source.is_file():
        run_job(job, folder)
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)


def _make(folder: Path) -> None:
    """Make the folders of a sweep.

    Raises
    ------
    MissingFileError
        If they cannot be.
    """
    if not folder.is_dir():
        check_writable(folder)
    for part in (folder, folder / "jobs", folder / "best"):
        part.mkdir(exist_ok=True)
    check_writable(folder / "table.csv")
