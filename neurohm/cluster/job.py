"""One fit of a sweep: from a recording's file to a row of the table, whatever happens meanwhile."""

from __future__ import annotations

import json
import platform
import time
from pathlib import Path
from typing import Any

from neurohm.cluster.plan import Job
from neurohm.exceptions import NeurohmError
from neurohm.files import atomic_path

SCORES = (
    "nats_per_bin", "independent_nats_per_bin", "gain_bits_per_bin", "gain_bits_per_spike",
    "standard_error",
)  # fmt: skip
BEST_BY = "gain_bits_per_spike"


def result_file(folder: Path, job: Job) -> Path:
    """Return where the row of a job is kept."""
    return folder / "jobs" / f"{job.key}.json"


def model_file(folder: Path, job: Job) -> Path:
    """Return where the model of a job is kept."""
    return folder / "jobs" / f"{job.key}.h5"


def finished(folder: Path, job: Job) -> dict[str, Any] | None:
    """Return the row of a job that was done without error, or None."""
    path = result_file(folder, job)
    if not path.is_file():
        return None
    try:
        row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return None if row.get("error") else row


def run_job(job: Job, folder: Path) -> dict[str, Any]:
    """Fit, score and save; go on from where a worker was lost.

    Parameters
    ----------
    job : Job
    folder : Path
        Of the sweep, which all workers see.

    Returns
    -------
    dict
        A row of the table; an error of neurohm's is told in it.
    """
    row: dict[str, Any] = {"job": job.key, "recording": job.recording, "seed": job.seed}
    row |= {name: _plain(value) for name, value in job.settings.items()}
    begin = time.monotonic()
    try:
        row |= _fitted(job, folder) | {"error": ""}
    except NeurohmError as error:
        row["error"] = str(error)
    row |= {"seconds": round(time.monotonic() - begin, 3), "host": platform.node()}
    with atomic_path(result_file(folder, job)) as temporary:
        temporary.write_text(json.dumps(row, indent=1), encoding="utf-8")
    return row


def _fitted(job: Job, folder: Path) -> dict[str, Any]:
    """Fit and score; the checkpoint of a lost worker is gone on from."""
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import load_recording

    settings: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in job.settings.items()
    }
    model = SpikeHelmholtz(**settings, random_state=job.seed)
    recording = load_recording(job.recording, **job.reading)
    train, test = recording.split(test=job.test)
    path = model_file(folder, job)
    checkpoint = path.with_name(path.name + ".checkpoint")
    model.fit(train, checkpoint=checkpoint, resume=True, label=None)
    report = model.score_report(test, particles=job.score_particles)
    model.save(path)
    return {
        **{name: getattr(report, name) for name in SCORES},
        "epochs": len(model.history_),
        "units": len(model.unit_ids_),
    }


def _plain(value: Any) -> Any:
    """Return a setting as one cell of a table."""
    return value if isinstance(value, str | int | float | None) else str(value)
