"""Notes on a fit as it goes on; where stderr is a terminal, a bar shows the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neurohm.cli.printing import note, on_terminal
from neurohm.training import Callback, Run

SECONDS_BETWEEN_NOTES = 30.0


class Notes(Callback):
    """Say when learning begins, and now and then how far it is.

    Parameters
    ----------
    text : str
        What is learned from.
    discard : Path, optional
        A file that is of no more use once learning has begun.
    """

    def __init__(self, text: str, *, discard: Path | None = None) -> None:
        self.text = text
        self.discard = discard
        self._said = 0.0

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Say that learning begins; nothing was wrong with the input, then."""
        if self.discard is not None:
            self.discard.unlink(missing_ok=True)
        note(f"{self.text}: {_share(run)} {run.epochs} epochs")
        self._said = time.monotonic()
        yield

    def after_epoch(self, run: Run) -> None:
        """Say how far it is, if a note is due."""
        if on_terminal() or time.monotonic() - self._said < SECONDS_BETWEEN_NOTES:
            return
        column = "held_out" if "held_out" in run.history else "bound"
        score = f"{column} {run.history[column][-1]:.5g} nats per window"
        note(f"epoch {run.position.epoch} of {run.epochs}: {score}")
        self._said = time.monotonic()


def _share(run: Run) -> str:
    return f"resuming after {run.position.epoch} of" if run.position.step else "at most"
