"""Loading a model to use it on recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz


def load_spike_model(path: Path) -> SpikeHelmholtz:
    """Return the model in a file.

    Raises
    ------
    InputError
        If it is not a model of a recording.
    """
    from neurohm.estimators import SpikeHelmholtz, load

    model = load(path)
    if not isinstance(model, SpikeHelmholtz):
        raise InputError(
            f"{path} holds a {type(model).__name__}, a model of matrices",
            "a model of a recording",
            "give the file that 'neurohm fit -o' wrote",
        )
    return model
