"""Whether a recording is of the units that a model was fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.recordings.validation import named_units


def in_model_order(
    recording: Recording, unit_ids: npt.NDArray[Any], time_unit: str, *, named: bool = True
) -> Recording:
    """Return a recording with its units in a model's order.

    Parameters
    ----------
    recording : Recording
    unit_ids : ndarray, (n_units,)
        Of the model.
    time_unit : str
        ``"s"`` or ``"bin"``, of the model.
    named : bool
        Whether the recording's units have names of their own; a matrix's are told by position.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If the units are not the same; the message names those that are missing or too many.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> recording = nh.Recording.from_trains({"b": [0.2], "a": [0.1]}, t_stop=1.0)
    >>> in_model_order(recording, np.array(["a", "b"]), "s").unit_ids.tolist()
    ['a', 'b']
    """
    ours, theirs = unit_ids.tolist(), recording.unit_ids.tolist()
    if named and set(ours) != set(theirs):
        raise _other_units(ours, theirs)
    if len(ours) != len(theirs):
        raise InputError(
            f"a matrix of {len(theirs)} units", f"{len(ours)}, as the model was fitted to"
        )
    if recording.time_unit != time_unit:
        raise InputError(
            f"a recording with time in {recording.time_unit}",
            f"time in {time_unit}, as the model was fitted to",
            "give its bin width when loading",
        )
    return recording if not named or ours == theirs else recording.select_units(unit_ids)


def _other_units(ours: Sequence[Any], theirs: Sequence[Any]) -> InputError:
    known, given = set(ours), set(theirs)
    missing = [unit for unit in ours if unit not in given]
    unknown = [unit for unit in theirs if unit not in known]
    differences = []
    if missing:
        differences.append(f"without {named_units(missing)} of the model")
    if unknown:
        differences.append(f"with {named_units(unknown)} that the model does not know")
    mend = "fit again, or name the units alike"
    if not missing:
        mend = (
            "select the same units: recording.select_units(model.unit_ids_); on the command line, "
            "by the options of the fit (--units, --where, --min-rate)"
        )
    return InputError(
        f"a recording of {len(theirs)} units, " + " and ".join(differences),
        f"the {len(ours)} units that the model was fitted to, model.unit_ids_",
        mend,
    )
