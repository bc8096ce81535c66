"""The bar of a long score: on a terminal alone, and not for what is done at once."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest

from neurohm.likelihood import log_likelihood, progress
from neurohm.machine import HelmholtzMachine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch) -> Callable[[], Terminal]:
    """Let stderr be a terminal; to be called in the test, since pytest sets it before."""

    def attach() -> Terminal:
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        return terminal

    return attach


def scored(**settings) -> np.ndarray:
    return log_likelihood(HelmholtzMachine([6, 4]), np.eye(6), particles=3000, **settings).value


def test_a_long_score_shows_throughput(on_terminal, monkeypatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    terminal = on_terminal()
    value = scored()
    assert "scoring" in terminal.getvalue()
    assert "rows/s" in terminal.getvalue()
    np.testing.assert_array_equal(value, scored(progress=False))


@pytest.mark.parametrize("patience", [60.0, -1.0])
def test_a_short_or_a_silent_score_shows_nothing(on_terminal, monkeypatch, patience: float) -> None:
    monkeypatch.setattr(progress, "PATIENCE", patience)
    terminal = on_terminal()
    scored(progress=patience > 0)
    assert terminal.getvalue() == ""


def test_without_a_terminal_nothing_is_shown(capsys, monkeypatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    scored()
    assert capsys.readouterr().err == ""


def test_every_row_is_counted_once(monkeypatch) -> None:
    counted = []
    x = np.repeat(np.eye(6), 60, axis=0)

    class Counting:
        def __enter__(self):
            return counted.append

        def __exit__(self, *_) -> None:
            return None

    monkeypatch.setattr("neurohm.likelihood.importance.scoring", lambda *_, **__: Counting())
    log_likelihood(HelmholtzMachine([6, 4]), x, particles=20)
    assert sum(counted) == len(x)


def test_an_error_takes_the_bar_away(on_terminal, monkeypatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    terminal = on_terminal()

    def fail() -> None:
        with progress.scoring(5) as advance:
            advance(1)
            advance(1 // 0)

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.getvalue().endswith("\x1b[2K")  # the line of the bar is cleared
