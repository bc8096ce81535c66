"""Recordings whose units were observed at different times, on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import neurohm as nh


@pytest.fixture
def partly(tmp_path: Path) -> Path:
    """A minute of 8 units, one lost after 40 s, one seen for 0.1 s."""
    recording = nh.simulate_assemblies(8, 1.0, 1, members=(3, 4), seed=3)
    spans = [[[0.0, 60.0]]] * 8
    spans[2], spans[5] = [[0.0, 40.0]], [[5.0, 5.1]]
    replace(recording, observed_by_unit=spans, truth=None).save(tmp_path / "partly.h5")
    return tmp_path / "partly.h5"


def test_inspect_says_who_costs_what(call: Callable, partly: Path) -> None:
    told = call("inspect", partly)
    assert told.code == 0
    assert "observed for 0.1 s to 60 s each, 0.1 s of 60 s in all of them; without 1: 5" in told.out


def test_a_fit_without_enough_shared_time_names_the_units(call: Callable, partly: Path) -> None:
    told = call("fit", partly, "-o", partly.with_name("fit.h5"))
    assert told.code == 2
    assert len(told.lines) == 1
    assert "only 0.1 s of 60 s in which all 8 units were observed" in told.err
    assert 'leave out unit 5, and it is 40 s of 60 s: select(where="unit != 5")' in told.err


def test_a_fit_leaves_time_out_and_says_so_once(call: Callable, partly: Path) -> None:
    options = ("--where", "unit != 5", "--lags", "2", "--hidden", "2", "--epochs", "1")
    told = call("fit", partly, "-o", partly.with_name("fit.h5"), *options, "--score-particles", "5")
    assert told.code == 0
    warned = [line for line in told.lines if "left out" in line]
    assert len(warned) == 1
    assert "20 s of 60 s are left out: not all 7 units were observed in them" in warned[0]
    assert "over 31 s" in told.err  # 40 s without the scored 8 s and the gap
    scored = call("score", partly.with_name("fit.h5"), partly, *options[:2], "--particles", "5")
    assert "20 s of 60 s are left out" in scored.err
    assert "2,000 bins" in scored.out
    summed = call(
        "score",
        partly.with_name("fit.h5"),
        partly,
        *options[:2],
        "--particles",
        "5",
        "--missing",
        "sum-out",
    )
    assert "3,000 bins, 95.2% of their entries" in summed.out
    assert "left out" not in summed.err


def test_converted_files_keep_it(call: Callable, partly: Path) -> None:
    assert call("convert", partly, partly.with_suffix(".npz")).code == 0
    one, other = (nh.load_recording(partly.with_suffix(s)) for s in (".h5", ".npz"))
    assert one.fingerprint() == other.fingerprint()
