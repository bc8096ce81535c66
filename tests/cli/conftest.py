"""Calling the command line, and small files to call it with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import pytest

import neurohm as nh
from neurohm.cli import main

SMALL = ("--lags", "2", "--hidden", "4", "--epochs", "2", "--score-particles", "20")


@dataclass(frozen=True)
class Call:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()

    @property
    def result(self) -> Any:
        def refuse(constant: str) -> None:
            raise ValueError(f"{constant} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Call]:
    """Run ``neurohm ARGUMENTS...`` in this process."""

    def run(*arguments: object) -> Call:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Call(end.value.code, out, err)

    return run


@pytest.fixture(scope="session")
def recording_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of 12 units with an assembly."""
    path = tmp_path_factory.mktemp("recording") / "recording.h5"
    nh.simulate_assemblies(12, 2.0, 1, members=(4, 5), seed=1).save(path)
    return path


@pytest.fixture(scope="session")
def model_file(recording_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the recording, fitted by the command line."""
    path = tmp_path_factory.mktemp("model") / "fit.h5"
    with pytest.raises(SystemExit) as end:
        main(["fit", str(recording_file), "-o", str(path), *SMALL])
    assert end.value.code == 0
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, Any]], Path]:
    """Write datasets to an HDF5 file."""

    def writer(contents: Mapping[str, Any]) -> Path:
        path = tmp_path / "input" / "file.h5"
        path.parent.mkdir(exist_ok=True)
        with h5py.File(path, "w") as file:
            for name, value in contents.items():
                file[name] = value
        return path

    return writer
