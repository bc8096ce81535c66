"""The bar of a long comparison: on a terminal alone, and not for what is done at once."""

from __future__ import annotations

import io
import time

import pytest

from neurohm.comparison import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    return lambda: monkeypatch.setattr("sys.stderr", stream) or stream


def test_a_long_step_shows_what_it_does(terminal, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    stream = terminal()
    with progress.stepping(3) as begin:
        begin("fold 1 of 3: mixture")
        time.sleep(0.5)
        begin("fold 2 of 3: mixture")
        time.sleep(0.3)
    assert "fold 1 of 3: mixture" in stream.getvalue()
    assert "1/3" in stream.getvalue()


def test_what_is_done_at_once_shows_nothing(terminal):
    stream = terminal()
    with progress.stepping(2) as begin:
        begin("fold 1 of 2")
        begin("fold 2 of 2")
    assert stream.getvalue().strip() == ""


@pytest.mark.parametrize("shown", [True, False])
def test_nothing_is_shown_unless_wanted_and_on_a_terminal(terminal, monkeypatch, capsys, shown):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    stream = io.StringIO() if shown else terminal()
    with progress.stepping(1, shown=shown) as begin:
        begin("fold 1 of 1")
    assert stream.getvalue() == ""
    assert capsys.readouterr().err == ""
