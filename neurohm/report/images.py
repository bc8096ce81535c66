"""The report of a model of images."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from neurohm import plots
from neurohm.analysis import DensityReport
from neurohm.files import atomic_path
from neurohm.images import Images
from neurohm.images.image_set import size_text
from neurohm.plots.canvas import figure_of
from neurohm.plots.display import hidden
from neurohm.plots.style import plural
from neurohm.report import cautions, words
from neurohm.report.html import facts, paragraph, picture, section, whole_page
from neurohm.report.learning import about_learning, about_locality

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity

_MOST = 20  # images that are reconstructed


def write_image_report(
    path: str | os.PathLike[str],
    model: HelmholtzDensity,
    images: Images,
    score: DensityReport | None = None,
    *,
    seen: bool = False,
    title: str | None = None,
) -> None:
    """Write a report of a model of images to an HTML file; all or nothing.

    Parameters
    ----------
    path : path
        An existing file is replaced.
    model : HelmholtzDensity
        A fitted one.
    images : Images
        What it was fitted to a part of; those of the test part are reconstructed, where there are
        any.
    score : DensityReport, optional
        Of images that the model was not fitted to, unless `seen`.
    seen : bool
        Whether images that it was fitted to are among those scored; the page says so.
    title : str, optional
        By default the name of the data set.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed", test=0.2)
    >>> model = nh.HelmholtzDensity(hidden=5, epochs=1).fit(images)
    >>> write_image_report("report.html", model, images)
    """
    with hidden():
        page = _page(model, images, score, title, seen=seen)
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _page(
    model: HelmholtzDensity,
    images: Images,
    score: DensityReport | None,
    title: str | None,
    *,
    seen: bool,
) -> str:
    name = PurePath(images.source).name or "images"
    sections = [
        *([] if score is None else [_score(score, seen=seen)]),
        *([] if images.shape is None else _pictures(model, images)),
        about_learning(model, of="image"),
        section("What was fitted", facts(_fitted(model, images))),
        about_locality(model),
    ]
    sizes = " – ".join(f"{size:,}" for size in model.machine_.sizes)
    parts = [
        plural(len(images.train), "image"),
        size_text(images.shape, images.n_pixels),
        f"layers {sizes}",
        f"{words.rule_of(model).name}, {words.plasticity_of(model)}",
        f"seed {model.seed_}",
    ]
    heading = f"Helmholtz machine of {name}" if title is None else title
    return whole_page(heading, " · ".join(parts), sections)


def _score(score: DensityReport, *, seen: bool) -> str:
    gain = score.nats - score.independent_nats
    better = "better" if gain > 0 else "worse"
    verdict = (
        f"The model explains images {words.fitted_to(seen=seen)} {better} than independent pixels "
        f"do, by {words.number(abs(gain), 3)} nats an image."
    )
    rows = [
        ("Model", f"{_with_error(score)} nats per image"),
        ("Independent pixels", f"{words.number(score.independent_nats, 5)} nats per image"),
        ("Scored", f"{plural(score.n_rows, 'image')} of {score.n_units:,} pixels"),
        ("Kind", words.KINDS.get(score.kind, score.kind)),
        ("Particles", f"{score.particles:,}"),
        ("Effective sample size", f"{words.number(score.effective_sample_size, 3)} particles"),
    ]
    care = cautions.about_particles(score)
    return section("Score", paragraph(verdict), *([paragraph(care)] if care else []), facts(rows))


def _pictures(model: HelmholtzDensity, images: Images) -> Iterator[str]:
    """Draw fields, dreams and reconstructions."""
    yield section(
        "What hidden units add",
        picture(
            figure_of(plots.image_fields(model)),
            alt="An image for each hidden unit of the first layer: red where it makes a pixel more "
            "probable, blue where less.",
            caption="How much more or less probable each pixel is when a hidden unit of the first "
            "layer is active, strongest first.",
        ),
    )
    yield section(
        "Dreams",
        picture(
            figure_of(plots.dreamed_images(model)),
            alt="Images that the model dreamt.",
            caption="The more a pixel stands out from the paper, the more probable it is.",
        ),
        picture(
            figure_of(plots.dreams_by_layer(model)),
            alt="A row of images for each layer, from the deepest to the pixels.",
            caption="Variations of one dream: in each row that layer and all below it are drawn "
            "anew, and what is deeper is kept.",
        ),
    )
    shown = images.test if images.test is not None else images.train
    if images.binarise == "stochastic" and images.test is None:
        return
    rows = shown[np.unique(np.linspace(0, len(shown) - 1, _MOST).astype(np.int64))]
    yield section(
        "Images, recognised and regenerated",
        picture(
            figure_of(plots.reconstructions(rows, model)),
            alt="Pairs of images: above the data, below what the model makes of it.",
            caption="Hidden activity is recognised and drawn once, and the image regenerated.",
        ),
    )


def _fitted(model: HelmholtzDensity, images: Images) -> Iterator[tuple[str, str]]:
    yield "Images", images.source or "not from a file"
    yield "Parts", ", ".join(f"{len(rows):,} {name}" for name, rows in images.parts.items())
    yield "Size", size_text(images.shape, images.n_pixels)
    yield "Made binary", images.binarise or "they came so"
    yield "Machine", " – ".join(f"{size:,}" for size in model.machine_.sizes) + " units"
    yield "Learning rule", str(words.rule_of(model))
    yield "Plasticity", str(words.plasticity_of(model))
    yield "Learned", plural(len(model.history_), "epoch") + words.best_epoch(model)
    yield "Seed", str(model.seed_)
    yield "Images' hash", model.data_["fingerprint"][:16]
    yield "Settings", " ".join(repr(model).split())
    yield "This page by", words.versions()


def _with_error(score: DensityReport) -> str:
    text = words.number(score.nats, 5)
    if not math.isfinite(score.standard_error):
        return text
    return f"{text} ± {words.number(score.standard_error, 2)}"
