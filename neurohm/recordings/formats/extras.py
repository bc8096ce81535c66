"""Libraries that are not needed but for some formats."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from neurohm.exceptions import MissingExtraError

__all__ = ["library"]


def library(name: str, extra: str, purpose: str) -> Any:
    """Import a library of an extra.

    Parameters
    ----------
    name : str
        The module.
    extra : str
        The extra that brings it.
    purpose : str
        What it is needed for, for the message.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        If it cannot be imported.

    Examples
    --------
    >>> library("json", "nwb", "writing NWB").__name__
    'json'
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtraError(
            f"{purpose} needs {name}, which cannot be imported ({error})",
            f"the extra {extra!r}",
            f"pip install 'neurohm[{extra}]'",
        ) from error
