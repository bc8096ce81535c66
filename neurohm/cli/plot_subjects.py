"""What a picture is of: a model, and a recording, assemblies, trials or images by it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurohm.cli.assemblies import SearchOptions, load_table
from neurohm.cli.image_options import ImageOptions
from neurohm.cli.loading import load_model, load_recording_for, load_spike_model
from neurohm.cli.options import ReaderOptions, require_unset
from neurohm.cli.plot_kinds import IMAGE_KINDS, KINDS, OF_ANY, TRIAL_KINDS, Kind
from neurohm.cli.plot_trials import subjects_of_trials
from neurohm.cli.trial_options import TrialOptions
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz
    from neurohm.recordings import Recording

MOST_IMAGES, MOST_COMPLETED, MOST_CORRELATED = 20, 8, 5000

Drawn = tuple[list[Any], dict[str, Any]]
"""What is drawn, and the arguments beside it."""


@dataclass(frozen=True)
class Sources:
    """Where what is drawn comes from, as a user says it.

    Parameters
    ----------
    model : Path
    data : Path or None
        Recording or images, where the picture is of them.
    assemblies : Path or None
        A table of them; they are searched else.
    reader : ReaderOptions
    trials : TrialOptions
    images : ImageOptions
    """

    model: Path
    data: Path | None
    assemblies: Path | None
    reader: ReaderOptions
    trials: TrialOptions
    images: ImageOptions


def subjects_of(name: str, kind: Kind, sources: Sources, options: dict[str, Any]) -> Drawn:
    """Return what the function that draws a kind of picture takes.

    Parameters
    ----------
    name : str
        Of the kind.
    kind : Kind
    sources : Sources
    options : dict of str to object
        Those of the picture that were given.

    Returns
    -------
    subjects : list
    arguments : dict of str to object

    Raises
    ------
    InputError
        If an option has nothing to do with the kind, or a file is not what it is of.
    """
    what = f"picture {name!r}"
    if name in TRIAL_KINDS and sources.data is not None:
        require_unset(sources.images, what)
        return _of_trials(name, kind, sources, sources.data, dict(options))
    require_unset(sources.trials, what)
    if name in IMAGE_KINDS:
        require_unset(sources.reader, what)
        return _of_images(name, kind, sources, dict(options))
    require_unset(sources.images, what)
    if not kind.needs_recording(searched=sources.assemblies is None):
        require_unset(sources.reader, f"{what}, which is of the model alone")
    return _of_recording(name, kind, sources), options


def _of_trials(
    name: str, kind: Kind, sources: Sources, data: Path, options: dict[str, Any]
) -> Drawn:
    """Return what a picture is of: responses in trials, of the hidden layer asked for."""
    layer = options.pop("layer", "all")
    of = (sources.model, data, sources.reader, sources.trials, layer)
    return subjects_of_trials(name, kind, *of), options


def _of_images(name: str, kind: Kind, sources: Sources, options: dict[str, Any]) -> Drawn:
    """Return what a picture is of: a model of images, and images."""
    test, size = options.pop("test", None), sources.images.size
    options |= {} if size is None else {"shape": size}
    fitted = _image_model(name, sources.model)
    if not kind.needs_images or sources.data is None:
        return [fitted], options

    from neurohm.cli.image_data import half_completed, images_for, spread

    rows = images_for(fitted, sources.data, sources.images, test)
    if "completed" in kind.of:
        return half_completed(fitted, spread(rows, MOST_COMPLETED), size), options
    return [spread(rows, MOST_CORRELATED if kind.many else MOST_IMAGES), fitted], options


def _of_recording(name: str, kind: Kind, sources: Sources) -> list[Any]:
    """Return what a picture is of: a model, a recording, assemblies."""
    if name in OF_ANY:
        return [load_model(sources.model)]
    fitted, data = load_spike_model(sources.model), sources.data
    table = None if sources.assemblies is None else load_table(sources.assemblies, fitted)
    part = None
    if data is not None and kind.needs_recording(searched=table is None):
        part = load_recording_for(fitted, data, sources.reader)
    return [_subject(subject, fitted, part, table) for subject in kind.of]


def _image_model(name: str, path: Path) -> HelmholtzDensity:
    from neurohm.estimators import HelmholtzDensity

    fitted = load_model(path)
    if not isinstance(fitted, HelmholtzDensity):
        others = ", ".join(KINDS)
        raise InputError(f"picture {name!r} of a model of a recording", f"one of {others}")
    return fitted


def _subject(
    name: str, fitted: SpikeHelmholtz, part: Recording | None, table: pd.DataFrame | None
) -> Any:
    """Return what a picture is of, by its name."""
    if name == "assemblies":
        if table is None and part is not None:
            table = SearchOptions().find(fitted, part)
        return table
    return fitted if name == "model" else part
