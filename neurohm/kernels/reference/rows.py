"""Rows that serve several rows."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def spread(values: Array, rows: int) -> Array:
    """Let each row serve as many consecutive rows as there are particles."""
    return values if values.shape[0] == rows else np.repeat(values, rows // values.shape[0], axis=0)
