"""One fit at a time for one output: a file that holds the number of the process that fits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neurohm.exceptions import InputError


def require_free(path: Path) -> None:
    """Raise if another living process holds a lock.

    Parameters
    ----------
    path : Path
        The lock's file; it need not exist.

    Raises
    ------
    InputError
    """
    try:
        process = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    if process != os.getpid() and _is_living(process):
        raise InputError(
            f"{path} says that process {process} fits to the same output",
            "one fit at a time",
            "give another output or wait; if that process is no fit, remove the file",
        )


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock; what dead processes left is taken over.

    Examples
    --------
    >>> with held(Path("fit.h5.lock")):
    ...     require_free(Path("fit.h5.lock"))  # this very process may pass
    ...     print(Path("fit.h5.lock").exists())
    True
    >>> Path("fit.h5.lock").exists()
    False
    """
    require_free(path)
    path.write_text(str(os.getpid()), encoding="ascii")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _is_living(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
