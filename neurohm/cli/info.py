"""``neurohm info``: what a report of a fault should say of the machine."""

from __future__ import annotations

from typing import Any

from neurohm.cli.options import AsJson
from neurohm.cli.printing import show

LIBRARIES = (
    "numpy", "scipy", "numba", "h5py", "pandas", "scikit-learn", "matplotlib", "threadpoolctl",
    "typer", "rich", "brian2",
)  # fmt: skip
EXTRAS = {
    "cuda12": ("cupy-cuda12x",),
    "cuda13": ("cupy-cuda13x",),
    "nwb": ("pynwb",),
    "neo": ("neo",),
    "pynapple": ("pynapple",),
    "parquet": ("pyarrow",),
    "cluster": ("dask", "distributed"),
    "notebooks": ("jupyterlab",),
    "browser": ("playwright",),
}


def info(as_json: AsJson = False) -> None:
    """Show versions, processors, threads and optional parts."""
    facts = gathered()
    show(facts, _rows(facts), as_json=as_json)


def gathered() -> dict[str, Any]:
    """Return versions, processors, threads and optional parts as plain data."""
    import platform

    from neurohm.__about__ import __version__

    return {
        "neurohm": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "cpu": _cpu(),
        "threads": _threads(),
        "blas": _blas(),
        "gpu": _gpu(),
        "devices": {device: _why_not(device) for device in _devices()},
        "extras": {extra: _extra(extra, parts) for extra, parts in EXTRAS.items()},
    }


def _version(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _extra(extra: str, parts: tuple[str, ...]) -> dict[str, Any]:
    versions = {part: _version(part) for part in parts}
    missing = [part for part, found in versions.items() if found is None]
    why = f"{', '.join(missing)} not installed: pip install 'neurohm[{extra}]'" if missing else None
    return {"versions": versions, "why_not": why}


def _cpu() -> str:
    import platform
    from pathlib import Path

    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _threads() -> dict[str, int | None]:
    import os

    import numba

    usable = getattr(os, "sched_getaffinity", None)
    return {
        "cores": os.cpu_count(),
        "usable": len(usable(0)) if usable else os.cpu_count(),
        "numba": numba.get_num_threads(),
    }


def _blas() -> list[dict[str, Any]]:
    """Return each BLAS that NumPy and SciPy bring; while fitting it runs on one thread."""
    import scipy.linalg  # noqa: F401 - brings its own BLAS
    from threadpoolctl import threadpool_info

    keys = ("internal_api", "version", "architecture", "num_threads")
    return [
        {key: pool.get(key) for key in keys}
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    ]


def _gpu() -> dict[str, Any]:
    """Return what NVIDIA's driver says, whether CuPy is installed or not."""
    from dataclasses import asdict

    from neurohm.backend.driver import driver

    found = driver()
    return {
        "driver_cuda": ".".join(map(str, found.cuda)) if any(found.cuda) else None,
        "gpus": [asdict(gpu) for gpu in found.gpus],
        "trouble": found.trouble or None,
    }


def _devices() -> list[str]:
    """Return the names of the CPU, of the first GPU even if there is none, and of all others."""
    from neurohm.backend.driver import driver

    return ["cpu", "cuda", *(f"cuda:{index}" for index in range(1, len(driver().gpus)))]


def _why_not(device: str) -> str | None:
    """Return why a device cannot be used; None if it can."""
    from neurohm.backend import get_backend
    from neurohm.exceptions import NeurohmError

    try:
        get_backend(device)
    except NeurohmError as error:
        return str(error)
    return None


def _rows(facts: dict[str, Any]) -> dict[str, str]:
    threads = facts["threads"]
    return {
        "neurohm": facts["neurohm"],
        "python": f"{facts['python']} on {facts['platform']}",
        **{name: version or "not installed" for name, version in facts["libraries"].items()},
        "cpu": f"{facts['cpu']}, {threads['usable']} of {threads['cores']} cores usable",
        "threads": f"numba {threads['numba']}",
        "blas": "; ".join(
            f"{pool['internal_api']} {pool['version']} ({pool['num_threads']} threads)"
            for pool in facts["blas"]
        ),
        "gpu": _gpu_text(facts["gpu"]),
        **{f"device {name}": why or "usable" for name, why in facts["devices"].items()},
        **{f"extra {name}": _extra_text(extra) for name, extra in facts["extras"].items()},
    }


def _gpu_text(gpu: dict[str, Any]) -> str:
    names = ", ".join(
        f"{one['name']} ({one['memory']:.0f} GiB, compute capability {one['capability']})"
        for one in gpu["gpus"]
    )
    return f"{names}; driver for CUDA {gpu['driver_cuda']}" if names else str(gpu["trouble"])


def _extra_text(extra: dict[str, Any]) -> str:
    installed = ", ".join(f"{name} {version}" for name, version in extra["versions"].items())
    return extra["why_not"] or installed
