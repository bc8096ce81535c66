"""Text files with a row for each spike: CSV, TSV and their like, plain or gzipped."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording
from neurohm.recordings.tables.axion import cut_wells, is_axion, settings_taken, wells_of
from neurohm.recordings.tables.dialect import Dialect, find_dialect, lines_of
from neurohm.recordings.tables.lines import trains_in_lines, words_in_lines
from neurohm.recordings.tables.long_table import LongTable
from neurohm.recordings.tables.table_recording import recording_of_table
from neurohm.recordings.tables.wide_table import recording_of_trains, recording_of_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TextTable"]

_GZIP = b"\x1f\x8b"
_BOM, _UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
# Texts that are something else, though they begin legibly.
_OTHERS = (b"MATLAB", b"%PDF", b"PK", b"{", b"<", b"ARROW1", b"PAR1")
_SNIFFED = 2**16  # bytes that tell how a table is written
# A table of spikes shrinks about tenfold: what grows by more than this is none.
_MOST_GROWTH, _UNSUSPICIOUS = 200, 2**26


class TextTable:
    """A table with a row for each spike, as text.

    Columns are separated by commas, tabs, semicolons, bars or blanks. Those with the times and the
    units are found by their headings, or named (`time_column`, `unit_column`).
    """

    name = "a table in a text file (CSV, TSV)"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it is legible text, maybe compressed, of another kind than is known."""
        if start.startswith(_GZIP):
            try:
                with gzip.open(path) as file:
                    start = file.read(len(start))
            except (OSError, EOFError, zlib.error):
                return False
        return _is_text(start)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the table, or a spike train a line, and make a recording of it."""
        source = str(path)
        text, note = _in_utf8(_content(path), source)
        text, wells = cut_wells(text) if b"nvestigator" in text[:200] else (text, {})
        dialect = find_dialect(_first_lines(text))
        are_named = options.time_column is not None or options.unit_column is not None
        trains = None if are_named else trains_in_lines(text, dialect)
        if trains is not None:
            names = [str(place) for place in range(len(trains))]
            what = f"a text with the spike times of each unit in a line{note}"
            return recording_of_trains(trains, names, what, options, source)
        words = words_in_lines(text)
        if words is not None:
            return recording_of_words(words, f"a text with a word in a line{note}", options, source)
        return recording_of_table(_table(text, note, wells, dialect, source), options, source)


def _is_text(start: bytes) -> bool:
    if not start or start.startswith(_OTHERS):
        return False
    if start.startswith(_UTF_16):
        return True
    return not re.search(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]", start)


def _table(
    text: bytes, note: str, wells: dict[str, Any], dialect: Dialect | None, source: str
) -> LongTable:
    if dialect is None:
        raise FileFormatError(
            f"'{source}': a text without columns of numbers, or with a single one",
            "a row for each spike, with time and unit; or a column, or a line, for each unit",
            "separate columns by commas or tabs",
        )
    frame = _frame(text, dialect, source)
    if b'"' in text:
        _check_quotations(frame, dialect, source)
    metadata: dict[str, Any] = {}
    what = f"a text table ({dialect.called} between columns{note})"
    if is_axion(dialect.headings):
        frame, metadata = settings_taken(frame)
        frame = wells_of(frame, wells)
        what = "an Axion spike list"
    frame = frame.dropna(how="all")
    numbers = frame.index.to_numpy() + dialect.skipped + 1
    frame = frame if dialect.has_headings else _named_by_content(frame)
    return LongTable(
        columns={str(name): frame[name].reset_index(drop=True) for name in frame.columns},
        what=what,
        row=lambda place: f"line {numbers[place]}",
        metadata=metadata,
    )


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(_GZIP):
        return content
    most = max(_UNSUSPICIOUS, _MOST_GROWTH * len(content))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            content = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileFormatError(
            f"'{path}' is damaged or cut off ({error})", "a complete gzip file", "copy it again"
        ) from error
    if len(content) > most:
        raise FileFormatError(
            f"'{path}' grows to more than {most // 2**20} MiB when unpacked",
            "a table of spikes",
            "unpack it yourself if it is one",
        )
    return content


def _in_utf8(content: bytes, source: str) -> tuple[bytes, str]:
    """The text in UTF-8, and a note where it was in another encoding."""
    note = ""
    if content.startswith(_UTF_16):
        note = ", UTF-16"
        try:
            content = content.decode("utf-16").encode("utf-8")
        except UnicodeError:
            raise FileFormatError(
                f"'{source}' is damaged or cut off (it begins as UTF-16)", "a complete text"
            ) from None
    content = content.removeprefix(_BOM)
    if not (content.isascii() or _is_utf8(content)):
        content, note = content.decode("latin-1").encode("utf-8"), ", Latin-1"
    if (place := content.find(b"\x00")) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise FileFormatError(
            f"'{source}', line {line}: a zero byte", "text", "copy or write it again"
        )
    return content, note


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_lines(text: bytes) -> list[str]:
    lines = lines_of(text[:_SNIFFED].decode("utf-8", "replace"))
    return lines[:-1] if len(text) > _SNIFFED else lines


def _frame(text: bytes, dialect: Dialect, source: str) -> pd.DataFrame:
    """The rows by their place below the skipped lines; blank ones are missing values."""
    import pandas as pd

    try:
        with warnings.catch_warnings():
            # Of a row longer than the headings the rest would be left out.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(
                io.BytesIO(text),
                sep=dialect.separator,
                header=None,
                names=dialect.headings,
                index_col=False,
                skiprows=dialect.skipped,
                skip_blank_lines=False,
                skipinitialspace=True,
                keep_default_na=False,
                na_values=[""],
                decimal=dialect.decimal,
                low_memory=False,
                **_exact(pd.__version__),
            )
            return frame
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise FileFormatError(
            f"'{source}': {_complaint(error, text, dialect)}",
            f"rows of {len(dialect.headings)} fields, as the first ones have",
            "mend or remove that line",
        ) from None
    except (ValueError, OverflowError, UnicodeError) as error:
        raise FileFormatError(
            f"'{source}': {str(error).splitlines()[0]}", "a table with a row for each spike"
        ) from None


def _check_quotations(frame: pd.DataFrame, dialect: Dialect, source: str) -> None:
    """Raise if a quotation goes over several lines: it would take the spikes of these with it."""
    for name in frame.columns[frame.dtypes.map(lambda dtype: dtype.kind not in "biuf")]:
        broken = frame[name].astype(str).str.contains(r"[\r\n]").to_numpy()
        if broken.any():
            raise FileFormatError(
                f"'{source}': a quotation mark in line {int(broken.argmax()) + dialect.skipped + 1}"
                " is closed in another line",
                "a row in each line",
                "mend that line",
            )


def _exact(version: str) -> dict[str, Any]:
    """What makes pandas read numbers to the last bit: needed before 3.1, no longer taken after."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return {"float_precision": "round_trip"} if (major, minor) < (3, 1) else {}


def _complaint(error: Exception, text: bytes, dialect: Dialect) -> str:
    """What a parser says, with the line of the file."""
    said = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if said:
        return f"line {said[2]} has {said[3]} fields"
    said = re.search(r"EOF inside string starting at row (\d+)", str(error))
    if said:
        return f"a quotation mark in line {int(said[1]) + 1} is never closed"
    for place, line in enumerate(lines_of(text.decode("utf-8"))[dialect.skipped :]):
        fields = len(dialect.split(line))
        if fields > len(dialect.headings):
            return f"line {place + dialect.skipped + 1} has {fields} fields"
    return str(error).splitlines()[0].lower() or "no rows"


def _named_by_content(frame: pd.DataFrame) -> pd.DataFrame:
    """Call two columns without headings time and unit, if only one of them can be times."""
    if frame.shape[1] != 2:
        return frame
    may_be_times = [
        frame[name].dtype.kind == "f" and bool((frame[name] != np.floor(frame[name])).any())
        for name in frame.columns
    ]
    if sum(may_be_times) != 1:
        return frame
    return frame.set_axis(["time" if times else "unit" for times in may_be_times], axis=1)
