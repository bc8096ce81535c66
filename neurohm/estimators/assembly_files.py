"""Tables of assemblies in files: HDF5 to be loaded again, CSV for spreadsheets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.__about__ import __version__
from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError
from neurohm.files import as_path, atomic_path, check_readable, open_hdf5
from neurohm.storage import Tree, read_tree, write_tree
from neurohm.storage.tree import checksum

if TYPE_CHECKING:
    import h5py
    import pandas as pd

FORMAT = "neurohm-assemblies"
VERSION = 1

_REQUIRED = ("members", "lags", "times", "field")
_SETTINGS = ("bin_size", "time_unit", "unit_ids")
_OF_MEMBERS = (  # a number for each member
    "lags",
    "participation",
    "lag_spread",
    "member_recurrence",
    "participation_a",
    "participation_b",
    "participation_p",
)
_JOINED = ("members", *_OF_MEMBERS, "hidden_units", "times")


def save_assemblies(path: str | os.PathLike[str], table: pd.DataFrame) -> None:
    """Write a table of assemblies; the file appears complete or not at all.

    Parameters
    ----------
    path : path
        ``.h5`` or ``.hdf5``: the whole table with its settings, for `load_assemblies`. ``.csv``: a
        row an assembly for spreadsheets, without fields and settings; several values in a cell
        have spaces between them. It cannot be loaded again.
    table : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it; further columns may hold
        numbers or text.

    Raises
    ------
    InputError, ArgumentTypeError
        If the name ends otherwise, or it is another table.
    MissingFileError
        If the folder is not there or may not be written.

    Examples
    --------
    >>> import tempfile
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(recording, refit=False)
    >>> path = tempfile.mkdtemp() + "/assemblies.h5"
    >>> save_assemblies(path, table)
    >>> load_assemblies(path).equals(table)
    True
    """
    write = writer_of(path)
    check_table(table)
    with atomic_path(path) as temporary:
        write(temporary, table)


def load_assemblies(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Load a table of assemblies.

    Parameters
    ----------
    path : path
        What `save_assemblies` or ``neurohm assemblies -o`` wrote, HDF5.

    Returns
    -------
    DataFrame
        As it was saved. In ``attrs``, tuples other than those of ``left_out`` are lists.

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is not there, not a table of assemblies, of another version, or changed since
        it was written.
    """
    if check_readable(path).suffix.lower() == ".csv":
        raise FileFormatError(
            f"{path} is a table for spreadsheets, which holds no fields and settings",
            f"a {FORMAT} file",
            "save the assemblies under a name that ends in .h5 too",
        )
    with open_hdf5(path) as file:
        _require_own(path, file)
        try:
            intact = checksum(file["assemblies"]) == file.attrs["checksum"]
            table = _table(read_tree(file["assemblies"])) if intact else None
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise FileFormatError(
                f"{path} is damaged ({error})", "a whole file of assemblies"
            ) from error
    if table is None:
        raise FileFormatError(
            f"{path} does not match its checksum", "an unchanged file", "restore a copy"
        )
    return table


def writer_of(path: str | os.PathLike[str]) -> Callable[[Path, pd.DataFrame], None]:
    """Return what writes a table under a name.

    Raises
    ------
    InputError
        If the name does not end in one of the known suffixes.

    Examples
    --------
    >>> writer_of("assemblies.xlsx")
    Traceback (most recent call last):
    ...
    neurohm.exceptions.InputError: file of assemblies assemblies.xlsx; expected a name that ends \
in .h5, .hdf5, .csv
    """
    writers = {".h5": _write_hdf5, ".hdf5": _write_hdf5, ".csv": _write_csv}
    suffix = as_path(path).suffix.lower()
    if suffix not in writers:
        raise InputError(f"file of assemblies {path}", "a name that ends in " + ", ".join(writers))
    return writers[suffix]


def check_table(table: Any) -> None:
    """Raise unless all that there is to know of assemblies is in a table and fits together.

    Parameters
    ----------
    table : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.

    Raises
    ------
    InputError, ArgumentTypeError
    """
    columns = getattr(table, "columns", ())
    missing = [name for name in _REQUIRED if name not in columns]
    if missing or not set(_SETTINGS) <= set(table.attrs):
        lacks = f"a table without {missing[0]!r}" if missing else "a table without its settings"
        if not hasattr(table, "columns"):
            lacks = f"assemblies of type {type(table).__name__}"
        raise ArgumentTypeError(lacks, "the table that model.assemblies(recording) returns")
    units = table.attrs["unit_ids"]
    known = set(units)
    for label, row in table.iterrows():
        if any(len(row[name]) != len(row["members"]) for name in _OF_MEMBERS if name in columns):
            raise InputError(f"assembly {label!r}", "as many lags as members")
        if not known.issuperset(row["members"]):
            raise InputError(f"assembly {label!r}", "members among attrs['unit_ids']")
        if np.ndim(row["field"]) != 2 or len(row["field"]) != len(units):
            raise InputError(f"the field of assembly {label!r}", f"{len(units)} units x lags")


# ---- HDF5


def _write_hdf5(path: Path, table: pd.DataFrame) -> None:
    import h5py

    tree = _tree(table)  # what cannot be written is known before the file is begun
    # In memory: HDF5 crashes on full disks.
    with h5py.File("assemblies", "w", driver="core", backing_store=False) as file:
        content = file.create_group("assemblies")
        write_tree(content, tree)
        file.attrs["format"] = FORMAT
        file.attrs["version"] = VERSION
        file.attrs["neurohm_version"] = __version__
        file.attrs["checksum"] = checksum(content)
        file.flush()
        path.write_bytes(file.id.get_file_image())


def _tree(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table as a tree: one list of all assemblies' members, of their lags, and so on."""
    tree: dict[str, Any] = {
        "columns": [[str(name), str(dtype)] for name, dtype in table.dtypes.items()],
        "labels": _plain("labels", table.index),
        "name": table.index.name,
        "settings": np.array(_as_json(table.attrs)),
        "members": _plain("members", [unit for row in table["members"] for unit in row]),
        "members_index": _ends(table["members"]),
        "times": _joined(table["times"]),
        "times_index": _ends(table["times"]),
        "field": {str(i): np.asarray(f, np.float64) for i, f in enumerate(table["field"])},
        "other": {},
    }
    for name in table.columns:
        if name in _OF_MEMBERS:
            tree[name] = _joined(table[name])
        elif name == "hidden_units":
            tree[name] = np.array([_as_json(units) for units in table[name]], dtype=np.str_)
        elif name not in _REQUIRED:
            tree["other"][_storable(name)] = _plain(name, table[name])
    return tree


def _table(tree: Tree) -> pd.DataFrame:
    """Return the table that a tree describes."""
    import pandas as pd

    ends = tree["members_index"][:-1]
    values: dict[str, list[Any]] = {name: column.tolist() for name, column in tree["other"].items()}
    for name in ("members", *_OF_MEMBERS):
        if name in tree:
            values[name] = [tuple(part.tolist()) for part in np.split(tree[name], ends)]
    values["times"] = np.split(tree["times"], tree["times_index"][:-1])
    values["field"] = [tree["field"][str(i)] for i in range(len(tree["labels"]))]
    if "hidden_units" in tree:
        values["hidden_units"] = [_tuples(json.loads(text)) for text in tree["hidden_units"]]
    labels = tree["labels"].tolist()
    in_order = labels == list(range(len(labels)))
    index = pd.RangeIndex(len(labels)) if in_order else pd.Index(labels)
    series = {
        # of no assembly, to cut at no end leaves one part
        name: pd.Series(values[name][: len(labels)], index=index, dtype=dtype)
        for name, dtype in tree["columns"]
    }
    table = pd.DataFrame(series, index=index.rename(tree["name"]))
    table.attrs = json.loads(tree["settings"].item())
    if isinstance(left_out := table.attrs.get("left_out"), dict):
        table.attrs["left_out"] = {reason: _tuples(names) for reason, names in left_out.items()}
    return table


def _require_own(path: str | os.PathLike[str], file: h5py.File) -> None:
    """Raise unless a file states that it is of assemblies, and of this version."""
    stated = file.attrs.get("format")
    if stated != FORMAT:
        what = stated if isinstance(stated, str) else "an HDF5 file of another kind"
        raise FileFormatError(
            f"{path} is {what}",
            f"a {FORMAT} file",
            "give the file that `neurohm assemblies -o` or `save_assemblies` wrote",
        )
    if (version := file.attrs.get("version")) != VERSION:
        raise FileFormatError(
            f"{path} is of version {version}",
            f"version {VERSION}, which neurohm {__version__} reads",
            f"use the neurohm that wrote it ({file.attrs.get('neurohm_version', 'unknown')})",
        )


def _ends(rows: Iterable[Sequence[Any]]) -> npt.NDArray[np.int64]:
    return np.cumsum([len(row) for row in rows], dtype=np.int64)


def _joined(rows: Iterable[Any]) -> npt.NDArray[np.float64]:
    return np.array([value for row in rows for value in row], dtype=np.float64)


def _plain(name: str, values: Iterable[Any]) -> npt.NDArray[Any]:
    """Return numbers, or texts, as an array that files hold."""
    listed = list(values)
    array = np.asarray(listed)
    all_alike = array.dtype.kind in "biuf" or all(isinstance(value, str) for value in listed)
    if array.ndim != 1 or not all_alike:
        raise ArgumentTypeError(
            f"column {name!r} of {array.dtype} values", "numbers, or text", "leave the column out"
        )
    return array


def _storable(name: Any) -> str:
    """Return the name of a column, if it can be one in a file."""
    if not isinstance(name, str) or not name.strip(".") or "/" in name:
        raise InputError(f"a column named {name!r}", "text without '/'", "rename it")
    return name


def _as_json(value: Any) -> str:
    def of_other(other: Any) -> Any:
        if not isinstance(other, np.ndarray | np.generic):
            raise ArgumentTypeError(
                f"a setting of type {type(other).__name__}", "numbers, text, and lists of them"
            )
        return other.tolist()

    return json.dumps(value, default=of_other)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


# ---- CSV


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    import pandas as pd

    columns = {
        name: [_cell(row) for row in table[name]] if name in _JOINED else table[name]
        for name in table.columns
        if name != "field"
    }
    flat = pd.DataFrame(columns, index=table.index)
    flat.to_csv(path, index_label=str(table.index.name or "assembly"), lineterminator="\n")


def _cell(values: Iterable[Any]) -> str:
    """Return values with spaces between them; a code as its units joined by plus signs.

    Examples
    --------
    >>> _cell((0.0, 1.5)), _cell(((1, 4), (2,))), _cell(["a", "b 1"])
    ('0 1.5', '1+4 2', 'a "b 1"')
    """
    return " ".join(map(_word, values))


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple):
        return "+".join(map(str, value))
    text = str(value)
    return f'"{text}"' if any(map(str.isspace, text)) else text
