"""How much neurohm says of what it does, through Python's `logging`.

Nothing is shown until it is asked for. Programs that have logging of their own set up need no more
than the logger ``"neurohm"``.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from neurohm.exceptions import InputError

LEVELS = {
    "silent": logging.CRITICAL + 1,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
LOG = logging.getLogger("neurohm")
LOG.addHandler(logging.NullHandler())


def set_log_level(level: str) -> None:
    """Show what neurohm does, on stderr.

    Parameters
    ----------
    level : str
        ``"silent"``, ``"warning"``, ``"info"`` (an epoch of learning, a fit of a sweep) or
        ``"debug"`` (also how a step is carried out).

    Raises
    ------
    InputError
        If there is no such level.

    Examples
    --------
    >>> set_log_level("info")
    >>> LOG.isEnabledFor(logging.INFO)
    True
    >>> set_log_level("silent")
    """
    if level not in LEVELS:
        raise InputError(f"log level {level!r}", "one of " + ", ".join(map(repr, LEVELS)))
    for handler in [h for h in LOG.handlers if isinstance(h, _OnStderr)]:
        LOG.removeHandler(handler)
    if level != "silent":
        handler = _OnStderr()
        handler.setFormatter(logging.Formatter("neurohm: %(message)s"))
        LOG.addHandler(handler)
    LOG.setLevel(LEVELS[level])


class _OnStderr(logging.StreamHandler[Any]):
    """Writes to what is stderr at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        """Ignore a stream that is given: it is always the present stderr."""
