"""The spike list of Axion's instruments: settings in the first columns of the rows of spikes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from neurohm.recordings.layouts.names import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cut_wells", "is_axion", "settings_taken", "wells_of"]

# The block after the spikes, one column a well.
_WELLS = (b"\nWell Information", b"\nWell,")


def is_axion(headings: list[str]) -> bool:
    """Whether headings are those of a spike list: settings, time, electrode.

    Examples
    --------
    >>> is_axion(["Investigator", "column 2", "Time (s)", "Electrode", "Amplitude(mV)"])
    True
    """
    return plain(headings[0]) == "investigator" and "electrode" in map(plain, headings)


def cut_wells(text: bytes) -> tuple[bytes, dict[str, dict[str, str]]]:
    r"""Part a spike list into its rows and what it says of the wells after them.

    Parameters
    ----------
    text : bytes
        In UTF-8.

    Returns
    -------
    text : bytes
        Up to the wells.
    wells : dict of str to dict of str to str
        By column (treatment, concentration) and well.

    Examples
    --------
    >>> cut_wells(b"a,b\n1,2\nWell Information\nWell,A1,A2\nTreatment,,drug\n")
    (b'a,b\n1,2\n', {'Treatment': {'A1': '', 'A2': 'drug'}})
    """
    places = [place for start in _WELLS if (place := text.find(start)) >= 0]
    if not places:
        return text, {}
    cut = min(places) + 1
    rows = list(csv.reader(text[cut:].decode("utf-8").splitlines()))
    names = next((row[1:] for row in rows if row and row[0].strip() == "Well"), [])
    found = {
        row[0].strip(): dict(zip(names, row[1:], strict=False))
        for row in rows
        if row and row[0].strip() not in ("", "Well", "Well Information") and any(row[1:])
    }
    return text[:cut], found


def settings_taken(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Take the settings out of the rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        As it is in the file.

    Returns
    -------
    frame : pandas.DataFrame
        Without the columns of settings, and without rows that have no spike.
    settings : dict of str to str
        The name of the section before those that repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Investigator": ["Gain", None], "column 2": ["5", None], "t": [1, 2]})
    >>> settings_taken(frame)[1]
    {'Gain': '5'}
    """
    columns = list(frame.columns)
    first_of_spikes = next(
        (place for place, name in enumerate(columns) if plain(name).startswith("time")), 2
    )
    names = columns[:first_of_spikes]
    settings: dict[str, Any] = {}
    section = ""
    stated = frame[names].dropna(how="all")
    for name, value in zip(stated.iloc[:, 0], stated.iloc[:, -1], strict=True):
        if isinstance(name, str) and (isinstance(value, str) or value == value):
            key = name.strip()
            settings[f"{section} {key}" if key in settings else key] = str(value).strip()
        elif isinstance(name, str):
            section = name.strip()
    return frame.drop(columns=names).dropna(how="all"), settings


def wells_of(frame: pd.DataFrame, wells: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Add the well of each spike's electrode, and what is known of the well.

    Parameters
    ----------
    frame : pandas.DataFrame
    wells : dict of str to dict of str to str
        As `cut_wells` returns them.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Electrode": ["D3_31"]})
    >>> wells_of(frame, {"Treatment": {"D3": "drug"}})["Treatment"].tolist()
    ['drug']
    """
    electrode = next(name for name in frame.columns if plain(name) == "electrode")
    codes, values = frame[electrode].factorize()
    of_each = [str(value).partition("_")[0] for value in values]
    columns = {"well": of_each} | {
        name: [known.get(well, "") for well in of_each] for name, known in wells.items()
    }
    # A row without an electrode is complained of later, by its line.
    taken = {name: [*column, ""] for name, column in columns.items()}
    return frame.assign(
        **{name: [column[code] for code in codes.tolist()] for name, column in taken.items()}
    )
