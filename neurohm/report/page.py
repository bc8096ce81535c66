"""The report: one HTML page that needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd

from neurohm import plots
from neurohm.analysis import ScoreReport
from neurohm.files import atomic_path
from neurohm.plots.canvas import figure_of
from neurohm.plots.display import hidden
from neurohm.plots.style import plural
from neurohm.recordings import Recording
from neurohm.report import cautions, words
from neurohm.report.assemblies import about_assemblies
from neurohm.report.comparison import about_comparison
from neurohm.report.html import facts, paragraph, picture, section, table, timeline_of, whole_page
from neurohm.report.learning import about_learning, about_locality
from neurohm.report.timeline import timeline

if TYPE_CHECKING:
    from neurohm.comparison import Comparison
    from neurohm.estimators import SpikeHelmholtz

_MOST_UNITS = 20  # rows of the table of units
_MOST_DREAMS = 20_000  # windows


def write_report(
    path: str | os.PathLike[str],
    model: SpikeHelmholtz,
    recording: Recording | None = None,
    score: ScoreReport | None = None,
    *,
    held_out: Recording | None = None,
    assemblies: pd.DataFrame | None = None,
    comparison: Comparison | None = None,
    seen: bool = False,
    title: str | None = None,
) -> None:
    """Write a report of a fitted model to an HTML file; all or nothing.

    The page needs no other file and no network; its policy (CSP) lets it ask for none, and runs
    no script but its own, which draws spikes to zoom into.

    Parameters
    ----------
    path : path
        An existing file is replaced.
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording, optional
        What the model was fitted to a part of; described, and drawn if nothing was held out.
        Without it the report is of the model alone.
    score : ScoreReport, optional
        Of time that the model was not fitted to, unless `seen`.
    held_out : Recording, optional
        That time, drawn instead of `recording`.
    assemblies : DataFrame, optional
        What `SpikeHelmholtz.assemblies` returned for the recording; without it the report has no
        section about them.
    comparison : Comparison, optional
        What `neurohm.compare` returned for the recording; without it the report has no section
        about other models.
    seen : bool
        Whether time that the model was fitted to is among what is scored; the page says so.
    title : str, optional
        By default the name of the recording's file.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only.
    InputError
        If the recording is not of the units of the model, or an assembly of other units.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=2, n_assemblies=1, members=(4, 5))
    >>> train, test = recording.split(test=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
    >>> score = model.score_report(test, particles=10)
    >>> write_report("report.html", model, recording, score, held_out=test)
    """
    page = render_report(
        model,
        recording,
        score,
        held_out=held_out,
        assemblies=assemblies,
        comparison=comparison,
        seen=seen,
        title=title,
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


@hidden()
def render_report(
    model: SpikeHelmholtz,
    recording: Recording | None = None,
    score: ScoreReport | None = None,
    *,
    held_out: Recording | None = None,
    assemblies: pd.DataFrame | None = None,
    comparison: Comparison | None = None,
    seen: bool = False,
    title: str | None = None,
) -> str:
    """Return the page that `write_report` writes; the arguments are the same.

    Returns
    -------
    str
        HTML; the same for the same arguments.
    """
    drawn = held_out if held_out is not None else recording
    whole = recording if recording is not None else held_out
    sections = [
        paragraph(words.in_short(model, score, assemblies, seen=seen)),
        *([] if score is None else [_score(score, model)]),
        *([] if comparison is None else [about_comparison(comparison)]),
        _fields(model),
        *([] if assemblies is None else [about_assemblies(assemblies, whole)]),
        *([] if drawn is None else _in_time(drawn, model, assemblies, unseen=drawn is held_out)),
        about_learning(model, of="window"),
        section("What was fitted", facts(_fitted(model, recording))),
        about_locality(model),
        *([] if recording is None else [_units(recording)]),
    ]
    heading = f"Helmholtz machine of {words.name_of(recording, model)}" if title is None else title
    return whole_page(heading, words.summary(recording, model), sections)


def _score(score: ScoreReport, model: SpikeHelmholtz) -> str:
    gain = picture(
        figure_of(plots.score_gain(score)),
        alt=f"Bar of the gain over independent units, {words.number(score.gain_bits_per_spike)} "
        f"bits per spike, with two standard errors to each side.",
        caption="Independent units have the rates of the training data and nothing else. "
        "Standard errors are from blocks of at least 10 s.",
    )
    care = (
        cautions.about_particles(score),
        cautions.about_scored_time(score, float(model.independent_.mean.sum())),
    )
    return section(
        "Score",
        *(paragraph(text) for text in care if text),
        gain,
        facts(words.about_score(score)),
    )


def _fields(model: SpikeHelmholtz) -> str:
    rate = "spikes per second" if model.time_unit_ == "s" else "spikes per bin"
    drawn = picture(
        figure_of(plots.receptive_fields(model)),
        alt="A panel for each hidden unit: recorded units from top to bottom, time in the window "
        "from left to right; red where the hidden unit raises the rate, blue where it lowers it.",
        caption=f"How many {rate} each recorded unit gains or loses at each lag when a hidden unit "
        "of the first layer is active. The last lag is the latest bin.",
    )
    return section("Receptive fields", drawn)


def _in_time(
    recording: Recording, model: SpikeHelmholtz, assemblies: pd.DataFrame | None, *, unseen: bool
) -> Iterator[str]:
    """Show a recording, and what the model makes of it."""
    yield _raster(recording, model, assemblies, unseen=unseen)
    yield _dreams(recording, model)
    yield _check(recording, model)


def _raster(
    recording: Recording, model: SpikeHelmholtz, assemblies: pd.DataFrame | None, *, unseen: bool
) -> str:
    drawn = picture(
        figure_of(plots.raster(recording, model)),
        alt="Three panels over one time axis: the mean rate of the population, the spikes of all "
        "units, and the activity of the hidden units.",
        caption="Where the population's rate varies most.",
    )
    order = "receptive field" if assemblies is None or not len(assemblies) else "assembly"
    what = (
        f"From top to bottom: the rate of the population; spikes, a row for each unit, by {order}; "
        "how probably each hidden unit is active, given the window that ends at that moment."
        + " It is time that the model was not fitted to."
        * unseen
    )
    held = timeline_of(timeline(recording, model, assemblies), drawn)
    return section("Spikes and hidden activity", paragraph(what), held)


def _dreams(recording: Recording, model: SpikeHelmholtz) -> str:
    length = _MOST_DREAMS * model.lags * model.bin_size_
    part = recording
    if recording.duration > length:
        part = recording.between(recording.t_start, recording.t_start + length)
    drawn = picture(
        figure_of(plots.dreams(part, model)),
        alt="Spikes of all units and their rate: as recorded at the left, dreamt at the right.",
        caption="The model's dreams beside the recording, each where its rate varies most. Windows "
        "are dreamt one by one: what lasts longer than a window cannot be in a dream.",
    )
    return section("Dreams", drawn)


def _check(recording: Recording, model: SpikeHelmholtz) -> str:
    windows = int(recording.duration / (model.lags * model.bin_size_))
    drawn = picture(
        figure_of(plots.model_check(recording, model, dreams=min(max(1, windows), _MOST_DREAMS))),
        alt="Six panels: rates of units, correlations of pairs and of triplets, dreams against "
        "data; how many units spike in the same bin; the mean autocorrelation; and counts, "
        "predicted against observed.",
        caption="A model that explains the data dreams of spikes like them. On the diagonal dreams "
        "and data are the same; independent units have the rates alone. At best, and of the "
        "training data (r and nRMSE), is what a perfect model could reach. Calibration: each "
        "count, predicted from the rest of its window.",
    )
    return section("Dreams and data", drawn)


def _fitted(model: SpikeHelmholtz, recording: Recording | None) -> Iterator[tuple[str, str]]:
    yield "Recording", words.name_of(recording, model)
    if recording is not None:
        yield from words.about_recording(recording)
    else:
        yield "Units", f"{len(model.unit_ids_):,}"
    yield from words.about_model(model)
    yield "This page by", words.versions()


def _units(recording: Recording) -> str:
    units = recording.units
    rows = [
        (str(unit), *map(_cell, values))
        for unit, *values in islice(units.itertuples(name=None), _MOST_UNITS)
    ]
    left = len(units) - len(rows)
    shown = f"The first {len(rows)} of {len(units)}" if left else plural(len(units), "unit")
    rate = "Hz" if recording.time_unit == "s" else "spikes per bin"
    names = {"n_spikes": "Spikes", "rate": f"Rate ({rate})"}
    head = ("Unit", *(names.get(str(column), str(column)) for column in units.columns))
    return section("Units", table(head, rows, caption=f"{shown}.", numbers=1))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:#,.4g}".rstrip(".").replace("-", "−")
    return f"{value:,}" if isinstance(value, int) else str(value)
