"""Nothing is said until someone asks."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError


@pytest.fixture(autouse=True)
def _silent_afterwards():
    yield
    nh.set_log_level("silent")
    logging.getLogger("neurohm").setLevel(logging.NOTSET)


def train() -> None:
    nh.train(nh.HelmholtzMachine([4, 2]), np.eye(4), epochs=2)


def test_epochs_are_told_when_asked_for(capsys):
    train()
    assert capsys.readouterr().err == ""
    nh.set_log_level("info")
    nh.set_log_level("info")  # twice is once
    train()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("neurohm: epoch 1 of 2: bound -")
    nh.set_log_level("debug")
    train()
    assert "RecordedStep" in capsys.readouterr().err
    nh.set_log_level("silent")
    train()
    assert capsys.readouterr().err == ""


def test_programs_with_logging_of_their_own_get_it(caplog):
    with caplog.at_level(logging.INFO, logger="neurohm"):
        train()
    assert [record.name for record in caplog.records] == ["neurohm", "neurohm"]


def test_unknown_levels():
    with pytest.raises(InputError, match="'silent', 'warning', 'info', 'debug'"):
        nh.set_log_level("loud")
