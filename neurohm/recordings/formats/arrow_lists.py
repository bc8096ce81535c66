"""Arrow tables with a row for each unit, and a list of its spike times in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, UNITS, first_of

__all__ = ["arrays_of_units"]


def arrays_of_units(table: Any) -> dict[str, NDArray[Any]] | None:
    """Return the times of all units, the end of each, and other columns, as arrays.

    Parameters
    ----------
    table : pyarrow.Table

    Returns
    -------
    dict of str to ndarray, or None
        None if no column holds lists of numbers that are called like times, or are the only ones.
    """
    import pyarrow.types as kinds

    lists = [field.name for field in table.schema if _is_list(field.type, kinds)]
    name = first_of(TIMES_OR_SAMPLES, lists) or (lists[0] if len(lists) == 1 else None)
    if name is None:
        return None
    values = table[name].combine_chunks()
    lengths = values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    arrays = {name: values.flatten().to_numpy(zero_copy_only=False)}
    arrays[f"{name}_index"] = np.cumsum(lengths).astype(np.int64)
    single = [field.name for field in table.schema if not kinds.is_nested(field.type)]
    unit = first_of(UNITS, single)
    for column in single:
        array = table[column].to_pandas().to_numpy()
        known = "unit_ids" if column == unit else column
        arrays[known] = np.array(list(map(str, array))) if array.dtype.kind == "O" else array
    return arrays


def _is_list(kind: Any, kinds: Any) -> bool:
    is_list = any(
        is_kind(kind) for is_kind in (kinds.is_list, kinds.is_large_list, kinds.is_fixed_size_list)
    )
    return is_list and (kinds.is_integer(kind.value_type) or kinds.is_floating(kind.value_type))
