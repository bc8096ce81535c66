"""What every test has: no windows, one stream of examples, the real recordings where they are."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["MPLBACKEND"] = "Agg"  # before anything imports matplotlib; subprocesses inherit it

import hypothesis
import numpy as np
import pytest

import neurohm

ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("neurohm", derandomize=True, deadline=None)
hypothesis.settings.load_profile("neurohm")


def quicken_brian2() -> None:
    """Let Brian2, where it is imported, compile nothing and not write down each step of it."""
    if brian2 := sys.modules.get("brian2"):
        brian2.prefs.codegen.target = "numpy"
        logging.getLogger("brian2").setLevel(logging.WARNING)


class DoctestFolder:
    """Runs every doctest in an empty folder, so that examples may save files by plain names."""

    @pytest.fixture(autouse=True)
    def _doctest_folder(self, request: pytest.FixtureRequest) -> None:
        if isinstance(request.node, pytest.DoctestItem):
            folder = request.getfixturevalue("tmp_path")
            request.getfixturevalue("monkeypatch").chdir(folder)


def pytest_configure(config: pytest.Config) -> None:
    # Registered as a plugin, not as a fixture of this folder: doctests lie in the package.
    config.pluginmanager.register(DoctestFolder(), "neurohm-doctest-folder")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings: $NEUROHM_DATA, or ../shared/data beside the project."""
    folder = Path(os.environ.get("NEUROHM_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real recordings at {folder} (set NEUROHM_DATA)")
    return folder


@pytest.fixture(scope="session")
def subprocess_environment() -> dict[str, str]:
    """An environment in which subprocesses find the neurohm that the tests use."""
    home = str(Path(neurohm.__file__).parents[1])
    inherited = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([home, inherited] if inherited else [home]),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def neurohm_command() -> list[str]:
    """How the command line is called: the installed script, or the same by the interpreter."""
    script = shutil.which("neurohm", path=str(Path(sys.executable).parent))
    if script:
        return [script]
    return [sys.executable, "-c", "from neurohm.cli import main; main()"]


@pytest.fixture
def run_neurohm(
    neurohm_command: list[str], subprocess_environment: dict[str, str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``neurohm ARGUMENTS...`` in an empty folder; returns the completed process."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        settings = {
            "cwd": tmp_path,
            "env": subprocess_environment,
            "stdin": subprocess.DEVNULL,
            "capture_output": True,
            "text": True,
            "timeout": 600,
            **options,
        }
        return subprocess.run([*neurohm_command, *map(str, arguments)], check=False, **settings)

    return run


@pytest.fixture(scope="session")
def normal_machine() -> Callable[..., neurohm.HelmholtzMachine]:
    """Make a machine of any populations and edges with all parameters drawn from N(0, 1)."""

    def make(
        populations: Sequence[object] = (3, 2, 2), *, seed: int = 0, **options: object
    ) -> neurohm.HelmholtzMachine:
        machine = neurohm.HelmholtzMachine(populations, **{"dtype": "float64", **options})
        rng = np.random.default_rng(seed)
        for array in machine.parameters().values():
            array[...] = rng.standard_normal(array.shape)
        for pathway in (machine.generative, machine.recognition):
            for internal in pathway.internals:
                if internal.parameter.triangular:  # there are no other synapses
                    internal.weights[...] = np.triu(internal.weights, 1)
        return machine

    return make
