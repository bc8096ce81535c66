"""Whether someone looks at new figures through pyplot: in a notebook, or in windows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType

import matplotlib
from matplotlib.backends.registry import BackendFilter, backend_registry

_hidden = ContextVar("hidden", default=False)


@contextmanager
def hidden() -> Iterator[None]:
    """Make figures that are shown nowhere, such as those inside a report.

    Examples
    --------
    >>> with hidden():
    ...     print(showing_pyplot())
    None
    """
    token = _hidden.set(True)
    try:
        yield
    finally:
        _hidden.reset(token)


def showing_pyplot() -> ModuleType | None:
    """Return pyplot where it shows figures: the user has it, or a notebook a backend for it.

    The first call loads the backend, which changes settings, such as that it shows figures at
    once. It must not be inside `matplotlib.rc_context`, which would take these back.

    Returns
    -------
    module or None
    """
    if _hidden.get() or not {"matplotlib.pyplot", "ipykernel"} & sys.modules.keys():
        return None
    silent = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
    if matplotlib.get_backend().lower() in silent:
        return None
    import matplotlib.pyplot as plt

    # loads the backend, if that is not done
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    return plt
