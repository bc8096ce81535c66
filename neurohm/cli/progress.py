"""What is said when learning begins; where stderr is a terminal, a bar shows the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neurohm.cli.printing import note
from neurohm.training import Callback, Run, remove_checkpoint


class Notes(Callback):
    """Say when learning begins, and of what.

    Parameters
    ----------
    text : str
        What is learned from.
    discard : Path, optional
        A checkpoint that is of no more use once learning has begun.
    """

    def __init__(self, text: str, *, discard: Path | None = None) -> None:
        self.text = text
        self.discard = discard

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Say that learning begins; nothing was wrong with the input, then."""
        if self.discard is not None:
            remove_checkpoint(self.discard)
        note(f"{self.text}: {_share(run)} {run.epochs} epochs")
        yield


def _share(run: Run) -> str:
    return f"resuming after {run.position.epoch} of" if run.position.step else "at most"
