"""Two workers, and recordings to fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurohm as nh


@pytest.fixture(scope="session")
def client():
    """Two processes of this machine."""
    pytest.importorskip("distributed")
    from neurohm.cluster import engine

    with engine(workers=2) as client:
        yield client


@pytest.fixture(scope="session")
def recording() -> nh.Recording:
    """Two minutes of 12 units with an assembly."""
    return nh.simulate_assemblies(12, 2.0, 1, members=(4, 5), rate=2.0, seed=1)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, recording) -> Path:
    """Two recordings, in files."""
    path = tmp_path_factory.mktemp("recordings")
    recording.save(path / "one.h5")
    nh.simulate_assemblies(10, 1.0, 1, members=(4, 5), rate=2.0, seed=2).save(path / "two.h5")
    return path
