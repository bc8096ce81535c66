"""The bar of what takes long: on a terminal alone, and not for what is done at once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pytest

from neurohm import progress
from neurohm.likelihood import log_likelihood
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


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)


def scored(**settings) -> np.ndarray:
    return log_likelihood(HelmholtzMachine([6, 4]), np.eye(6), particles=3000, **settings).value


def test_what_takes_long_shows_throughput(on_terminal, impatient) -> None:
    terminal = on_terminal()
    with progress.progress_of(6, "scoring", "rows") as done:
        done.advance(2)
        time.sleep(0.3)
        done.advance(4)
    for words in ("scoring", "6/6", "rows/s"):
        assert words in terminal.getvalue()


def test_a_long_step_shows_what_it_does(on_terminal, impatient) -> None:
    terminal = on_terminal()
    with progress.progress_of(3) as done:
        done.begin("fold 1 of 3: mixture")
        time.sleep(0.3)
        done.begin("fold 2 of 3: mixture")
        time.sleep(0.3)
    for words in ("fold 1 of 3: mixture", "1/3"):
        assert words in terminal.getvalue()
    assert "/s" not in terminal.getvalue()


def test_what_is_done_at_once_shows_nothing(on_terminal) -> None:
    terminal = on_terminal()
    with progress.progress_of(2) as done:
        done.begin("fold 1 of 2")
        done.advance(2)
    assert terminal.getvalue().strip() == ""


@pytest.mark.parametrize("shown", [True, False])
def test_nothing_is_shown_unless_wanted_and_on_a_terminal(
    on_terminal, impatient, capsys, shown: bool
) -> None:
    stream = io.StringIO() if shown else on_terminal()
    with progress.progress_of(1, shown=shown) as done:
        done.begin("fold 1 of 1")
        done.advance()
    assert stream.getvalue() == ""
    assert capsys.readouterr().err == ""


def test_a_bar_changes_no_score(on_terminal, impatient) -> None:
    on_terminal()
    np.testing.assert_array_equal(scored(), scored(progress=False))


def test_every_row_is_counted_once(monkeypatch) -> None:
    counted: list[int] = []
    x = np.repeat(np.eye(6), 60, axis=0)
    monkeypatch.setattr(progress.Progress, "advance", lambda _, more=1: counted.append(more))
    log_likelihood(HelmholtzMachine([6, 4]), x, particles=20)
    assert sum(counted) == len(x)


def test_an_error_takes_the_bar_away(on_terminal, impatient) -> None:
    terminal = on_terminal()

    def fail() -> None:
        with progress.progress_of(5, "scoring") as done:
            done.advance(1)
            time.sleep(0.2)
            done.advance(1 // 0)

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.getvalue().endswith("\x1b[2K")  # the line of the bar is cleared
