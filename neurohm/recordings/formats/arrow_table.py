"""Feather and Parquet files with a row for each spike, or for each unit, through pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from neurohm.exceptions import FileFormatError, MissingExtraError
from neurohm.recordings.formats.arrow_lists import arrays_of_units
from neurohm.recordings.formats.numpy_file import read_arrays
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.remainder import plain_value
from neurohm.recordings.recording import Recording
from neurohm.recordings.tables.long_table import LongTable
from neurohm.recordings.tables.table_recording import recording_of_table

__all__ = ["ArrowTable"]

_PARQUET = b"PAR1"
_FEATHER = b"ARROW1"
# What libraries write into a schema for themselves.
_INTERNAL = {"pandas", "ARROW:schema", "huggingface", "org.apache.spark.sql.parquet.row.metadata"}


class ArrowTable:
    """A table in a Feather (Arrow IPC) or a Parquet file: a row for each spike, or each unit."""

    name = "a Feather or Parquet table"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it begins as such files do."""
        return start.startswith((_PARQUET, _FEATHER))

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the table, and make a recording of it."""
        called, arrow = _read(path)
        metadata = _metadata(arrow)
        arrays = arrays_of_units(arrow)
        if arrays is None:
            return recording_of_table(_table(called, arrow, metadata), options, str(path))
        stated = {name: np.asarray(_number_or_text(value)) for name, value in metadata.items()}
        what = f"a {called} table with a list for each unit"
        return read_arrays((stated | arrays).items(), what, options, str(path))


def _metadata(arrow: Any) -> dict[str, Any]:
    stated = {
        name.decode("utf-8", "replace"): plain_value(value)
        for name, value in (arrow.schema.metadata or {}).items()
    }
    return {name: value for name, value in stated.items() if name not in _INTERNAL and value != ""}


def _number_or_text(value: Any) -> Any:
    """Return metadata, which such files keep as text, as a number where it is one."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _table(called: str, arrow: Any, metadata: dict[str, Any]) -> LongTable:
    names = _distinct(arrow.column_names)
    frame = arrow.rename_columns(names).to_pandas(ignore_metadata=True)
    return LongTable(
        columns={name: frame[name] for name in names},
        what=f"a {called} table",
        metadata=metadata,
    )


def _read(path: Path) -> tuple[str, Any]:
    """Return the kind of file, and its table, checked in every value that points into it."""
    try:
        import pyarrow
        from pyarrow import feather, parquet
    except ImportError as error:
        raise MissingExtraError(
            f"'{path}' is a Feather or Parquet table, and pyarrow is not installed",
            "pyarrow",
            "pip install 'neurohm[parquet]'",
        ) from error
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    called = "Parquet" if is_parquet else "Feather"
    try:
        if is_parquet:
            # From an open file: a path could be taken for a folder of parts.
            with path.open("rb") as file:
                table = parquet.ParquetFile(file).read()
        else:
            table = feather.read_table(path, memory_map=False)
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(
            f"'{path}' is damaged or cut off ({text})",
            f"a complete {called} file",
            "copy or write it again",
        ) from error
    return called, table


def _distinct(names: list[str]) -> list[str]:
    """Names of columns, marked where they repeat."""
    found: list[str] = []
    for name in names:
        while name in found:
            name += "'"
        found.append(name)
    return found
