"""What ``neurohm info`` says of GPUs, of drivers that are made up."""

from __future__ import annotations

import pytest

from neurohm.backend import driver as module
from neurohm.backend import select
from neurohm.backend.driver import Driver, Gpu
from neurohm.cli import info

FOUND = Driver((Gpu("H200", 141.0, "9.0"), Gpu("T4", 15.0, "7.5")), (12, 4))
NONE = Driver(trouble="no NVIDIA driver was found")


@pytest.mark.parametrize("found", [FOUND, NONE], ids=["two", "none"])
def test_gpus_are_listed_and_why_they_are_not_used(found: Driver, monkeypatch) -> None:
    monkeypatch.setattr(module, "driver", lambda: found)
    monkeypatch.setattr(select, "driver", lambda: found)
    monkeypatch.setattr(select.cupy_, "load", no_cupy)
    select._cuda.cache_clear()
    facts = info.gathered()
    rows = info._rows(facts)
    assert facts["devices"]["cpu"] is None
    if found is NONE:
        assert list(facts["devices"]) == ["cpu", "cuda"]
        assert rows["gpu"] == "no NVIDIA driver was found"
        assert "no NVIDIA driver was found" in rows["device cuda"]
    else:
        assert list(facts["devices"]) == ["cpu", "cuda", "cuda:1"]
        assert rows["gpu"].startswith("H200 (141 GiB, compute capability 9.0), T4 (15 GiB")
        assert rows["gpu"].endswith("driver for CUDA 12.4")
        assert "pip install 'neurohm[cuda12]'" in rows["device cuda:1"]


def no_cupy() -> None:
    raise ModuleNotFoundError("No module named 'cupy'", name="cupy")
