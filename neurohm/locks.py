"""One process at a time for one output: a file that is locked, and says by whom."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from neurohm.exceptions import InputError, WriteError

__all__ = ["held", "require_free"]


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
        file = path.open("rb+")
    except OSError:
        return
    with file:
        holder = _number(file)
        if holder != os.getpid() and not _lock(file, holder):
            raise _taken(path, holder)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock; what dead processes left is taken over.

    The operating system lets go of it when its process ends, however that comes about. On file
    systems without locks the process number in the file has to do.

    Raises
    ------
    InputError
        If another process, or another thread, holds it.
    WriteError
        If its file cannot be made.

    Examples
    --------
    >>> with held(Path("fit.h5.lock")):
    ...     require_free(Path("fit.h5.lock"))  # this very process may pass
    ...     print(Path("fit.h5.lock").exists())
    True
    >>> Path("fit.h5.lock").exists()
    False
    """
    file = _acquired(path)
    try:
        with contextlib.suppress(OSError):  # a full disk: the number is only there to be told
            file.truncate(0)
            file.seek(0)
            file.write(str(os.getpid()).encode("ascii"))
            file.flush()
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: nobody else's is removed
        with contextlib.suppress(OSError):  # a full disk; nothing in it is of use any more
            file.close()


def _acquired(path: Path) -> IO[bytes]:
    """Return the lock's file, open and locked."""
    while True:
        try:
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "rb+")
        except OSError as error:
            raise WriteError.of(path, error) from error
        holder = _number(file)
        if not _lock(file, holder):
            file.close()
            raise _taken(path, holder)
        if _is_at(file, path):
            return file
        file.close()  # whoever held it has just removed the file: it locks nothing


def _lock(file: IO[bytes], holder: int | None) -> bool:
    """Lock a file if it is free."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # Windows, or a file system without locks
        return not _is_living(holder)
    return True


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _number(file: IO[bytes]) -> int | None:
    """Return the number of the process that wrote a lock's file."""
    try:
        return int(file.read(32))
    except ValueError:
        return None


def _is_living(process: int | None) -> bool:
    if process is None or process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _taken(path: Path, holder: int | None) -> InputError:
    who = "another process" if holder is None else f"process {holder}"
    return InputError(
        f"{path} says that {who} fits to the same output",
        "one fit at a time",
        "give another output or wait",
    )
