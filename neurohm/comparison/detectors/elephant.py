"""Counts as the library elephant takes them, where it is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import MissingExtraError
from neurohm.recordings import BinnedSpikes

_IN_BINS = 1000.0  # milliseconds that stand for a bin of unknown width


def elephant_module(name: str) -> Any:
    """Import a module of elephant.

    Parameters
    ----------
    name : str
        Such as ``"spade"``.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        If elephant is not installed.
    """
    try:
        return import_module(f"elephant.{name}")
    except ImportError as error:
        raise MissingExtraError(
            f"no elephant ({error})",
            "the library elephant, which holds CAD and SPADE",
            "pip install elephant",
        ) from error


def milliseconds(binned: Any) -> float:
    """Return the width of a bin, milliseconds; a second where it is not known.

    Examples
    --------
    >>> milliseconds(np.zeros((3, 2)))
    1000.0
    """
    if isinstance(binned, BinnedSpikes) and binned.time_unit == "s":
        return 1000.0 * binned.bin_size
    return _IN_BINS


def joined(
    counts: npt.NDArray[np.float64], observed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Return the counts of observed time, laid end to end, unit by unit, ``(n_units, n_bins)``."""
    return np.ascontiguousarray(counts[observed].T.astype(np.int64))
