"""The machine: what it is, how busy it is, and holding threads to its cores."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from neurohm.__about__ import __version__

LIBRARIES = ("numpy", "numba", "scipy", "torch", "jax", "scikit-learn")
ON_A_GPU = ("cupy-cuda12x", "cupy-cuda13x", "torch", "jax")
THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""The variables in which libraries look for a number of threads."""


def machine_facts() -> dict[str, Any]:
    """Return what a result depends on: processor, cores, memory, versions and date."""
    return {
        "cpu": processor_name(),
        "cores": len(usable_cores()),
        "memory_gb": round(_memory_bytes() / 1e9, 1),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "neurohm": __version__,
        "libraries": versions(LIBRARIES),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def processor_name() -> str:
    """Return the model of the processor."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def usable_cores() -> list[int]:
    """Return the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity else list(range(os.cpu_count() or 1))


def hold_to(core: int) -> None:
    """Hold the calling thread, and those that it starts, to a core, where that can be done.

    Parameters
    ----------
    core : int
        One of `usable_cores`, asked for before any thread was held.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def busy_seconds() -> float:
    """Return the time that all cores together were busy, or taken by other guests, since boot."""
    counters = Path("/proc/stat")
    if not counters.exists():
        return 0.0
    user, nice, system, _idle, _wait, *rest = map(int, counters.read_text().split(None, 9)[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Return the processor time of this process, and of those that it started and saw end."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def peak_memory() -> float:
    """Return the most memory that this process, or one that it started, ever had, bytes.

    Zero where that cannot be known.
    """
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    everyone = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return float(max(resource.getrusage(who).ru_maxrss for who in everyone) * unit)


def limited_to(threads: int, device: str = "cpu") -> dict[str, str]:
    """Return an environment in which libraries take that many threads, and JAX that device.

    On a GPU it takes memory as it needs it, and not most of it beforehand.
    """
    count = str(threads)
    xla = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    return {
        **os.environ,
        **dict.fromkeys(THREADS, count),
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {xla}".strip(),
        "JAX_PLATFORMS": device,
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def versions(distributions: Sequence[str]) -> dict[str, str | None]:
    """Return the version of each distribution, None where it is not installed."""
    return {name: _version(name) for name in distributions}


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _memory_bytes() -> float:
    if not hasattr(os, "sysconf"):  # Windows
        return 0.0
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
