"""The command line: ``neurohm COMMAND``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from neurohm.cli.errors import STOPPED

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process, as `neurohm.cli.app.main` does.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    try:
        from neurohm.cli.app import main as run  # takes a moment, in which one may be stopped
    except KeyboardInterrupt:
        print("neurohm: stopped", file=sys.stderr)
        raise SystemExit(STOPPED) from None
    run(arguments)
