"""Loading a model, and recordings to use it on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.cli.options import ReaderOptions
    from neurohm.estimators import HelmholtzDensity, SpikeCascade, SpikeHelmholtz
    from neurohm.recordings import Recording

_MEND = "give the file that 'neurohm fit -o' wrote"


def load_any(path: Path) -> SpikeHelmholtz | SpikeCascade | HelmholtzDensity:
    """Return the model in a file, a cascade, too.

    Raises
    ------
    InputError
        If it is a bare machine.
    """
    from neurohm.estimators import HelmholtzDensity, SpikeCascade, SpikeHelmholtz, load

    model = load(path)
    if not isinstance(model, SpikeHelmholtz | SpikeCascade | HelmholtzDensity):
        found = f"{path} holds a {type(model).__name__}"
        raise InputError(found, "a fitted model of a recording or of images", _MEND)
    return model


def load_model(path: Path) -> SpikeHelmholtz | HelmholtzDensity:
    """Return the model in a file: of a recording, or of images.

    Raises
    ------
    InputError
        If it is a bare machine, or a cascade.
    """
    from neurohm.estimators import SpikeCascade

    model = load_any(path)
    if isinstance(model, SpikeCascade):
        raise InputError(
            f"{path} holds a cascade around a trigger",
            "a model of all windows of a recording, or of images",
            "'neurohm score' and 'neurohm inspect' take cascades",
        )
    return model


def load_spike_model(path: Path) -> SpikeHelmholtz:
    """Return the model in a file.

    Raises
    ------
    InputError
        If it is not a model of a recording.
    """
    from neurohm.estimators import SpikeHelmholtz

    model = load_model(path)
    if not isinstance(model, SpikeHelmholtz):
        raise InputError(
            f"{path} holds a {type(model).__name__}, a model of images or other matrices",
            "a model of a recording",
            _MEND,
        )
    return model


def was_fitted_to(model: SpikeHelmholtz, path: Path) -> bool:
    """Return whether it was a recording's file, or a part of it, that a model was fitted to."""
    source = str(model.recording_["source"])
    return bool(source) and Path(source).exists() and path.samefile(source)


def _tell_of_time_left_out(recording: Recording, model: SpikeHelmholtz | SpikeCascade) -> None:
    """Warn of time in which not all units of the model were observed, if these are there."""
    from neurohm.recordings.unit_observation import warn_of_time_left_out

    known = set(model.unit_ids_.tolist())
    if known <= set(recording.unit_ids.tolist()):
        warn_of_time_left_out(recording.select_units(model.unit_ids_))


def load_recording_for(
    model: SpikeHelmholtz | SpikeCascade,
    path: Path,
    reader: ReaderOptions,
    *,
    all_at_once: bool = True,
) -> Recording:
    """Return a recording to use a fitted model on.

    A matrix that does not state the width of its bins has those of the model. Of time that is left
    out because not all units were observed, a warning tells, if they have to be all at once.

    Raises
    ------
    InputError
        If one counts seconds, the other bins, or a data set of images was named.
    """
    from neurohm.images.datasets import is_image_source

    # A file that may as well hold images is read as what the model is of.
    if not path.exists() and is_image_source(path):
        raise InputError(f"{path}, which is for images", "a recording: the model is of one")
    in_seconds = model.time_unit_ == "s"
    recording = reader.load(path, width_of_bins=model.bin_size_ if in_seconds else None)
    if recording.time_unit == model.time_unit_:
        if all_at_once:
            _tell_of_time_left_out(recording, model)
        return recording
    if in_seconds:
        raise InputError(
            f"{path} counts time in bins whose width it does not state",
            "time in seconds, as the model was fitted to",
            "convert the matrix that it came from anew, with --bin-width",
        )
    raise InputError(
        f"{path} counts time in seconds",
        "bins of no stated width, as the model was fitted to",
        "fit a model to a recording in seconds",
    )
