"""The images to learn from, and those to score on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import DensityReport
from neurohm.cli.image_options import ImageOptions
from neurohm.cli.output_files import RECORDING, stated_format
from neurohm.cli.printing import note, on_terminal
from neurohm.estimators import HelmholtzDensity
from neurohm.exceptions import InputError
from neurohm.images import Images

QUICK = 1_000_000  # images times particles that need no note
COMPLETING = 1000  # particles from which completions are chosen


def parts_to_fit(images: Images, options: ImageOptions, valid: float, test: float) -> Images:
    """Return images in parts: to learn from, to stop by and to score on.

    The split and the draws are the same in every command, whatever the seed of the fit.

    Parameters
    ----------
    images : Images
    options : ImageOptions
    valid, test : float
        Shares of the images, where the source has no such part; 0 for none.

    Returns
    -------
    Images
        Binary ones, or grey ones to be drawn anew in each epoch.
    """
    for name, share in (("--valid", valid), ("--test", test)):
        if not 0 <= share < 1:
            raise InputError(f"{name} {share:g}", "a share from 0 to below 1", "give e.g. 0.1")
    if options.binarise is not None and images.binary:
        note(f"the images are binary already: --binarise {options.binarise} changes nothing")
    parts = images.split(valid=valid, test=test)
    unwanted: dict[str, Any] = {"valid": None} if valid == 0 else {}
    unwanted |= {"test": None} if test == 0 else {}
    return replace(parts, **unwanted).binarised(options.binarise or "fixed")


def images_for(
    model: HelmholtzDensity, source: Path, options: ImageOptions, test: float | None = None
) -> npt.NDArray[np.float32]:
    """Return the images of a source that a fitted model is to be used on, binary as it wants them.

    The test part, where the source has one, or the share of it that `test` is; else the
    validation part; else all images.

    Parameters
    ----------
    model : HelmholtzDensity
    source : Path
    options : ImageOptions
    test : float, optional

    Returns
    -------
    ndarray of float32, (n_images, n_pixels)

    Raises
    ------
    InputError
        If the images have another number of pixels than those that the model was fitted to.
    """
    parts = parts_for(model, source, options, test)
    if parts.test is not None:
        return parts.test
    if parts.valid is not None:
        note(f"{source} has no test part: its validation part is taken")
        return parts.valid
    if parts.source and parts.source == model.data_["source"]:
        note(f"the model was fitted to a part of {source}; --test 0.2 takes what was held out")
    return parts.train


def parts_for(
    model: HelmholtzDensity, source: Path, options: ImageOptions, test: float | None = None
) -> Images:
    """Return the images of a source in parts, binary as a fitted model wants them.

    The arguments and errors are those of `images_for`.
    """
    if stated_format(source) == RECORDING:
        raise InputError(f"{source} is a recording", "images: the model is a model of matrices")
    images = options.load(source)
    if images.n_pixels != model.n_features_in_:
        raise InputError(
            f"{source} with images of {images.n_pixels} pixels",
            f"{model.n_features_in_} pixels, as the model was fitted to",
        )
    how = options.binarise or model.data_["binarise"] or "fixed"
    return images.split(test=test or 0.0).binarised("fixed" if how == "stochastic" else how)


def spread(rows: npt.NDArray[np.float32], number: int | None) -> npt.NDArray[np.float32]:
    """Return so many rows, from all over (a test part may be sorted by class); all without one.

    Examples
    --------
    >>> spread(np.arange(10, dtype=np.float32)[:, None], 3).ravel().tolist()
    [0.0, 4.0, 9.0]
    """
    if number is None or number >= len(rows):
        return rows
    return rows[np.linspace(0, len(rows) - 1, number).astype(np.int64)]


def scored_images(
    model: HelmholtzDensity, rows: npt.NDArray[np.float32], particles: int
) -> DensityReport:
    """Return the score of images, and say that scoring begins if someone looks on.

    Parameters
    ----------
    model : HelmholtzDensity
    rows : ndarray of float32, (n_images, n_pixels)
    particles : int

    Returns
    -------
    DensityReport
    """
    if on_terminal() or len(rows) * particles > QUICK:
        note(f"scoring {len(rows):,} images with {particles:,} particles each")
    return model.score_report(rows, particles=particles)


def half_completed(
    model: HelmholtzDensity, rows: npt.NDArray[np.float32], shape: tuple[int, int] | None
) -> list[npt.NDArray[Any]]:
    """Return images, which pixels are their upper half, and completions of the lower half.

    Parameters
    ----------
    model : HelmholtzDensity
    rows : ndarray of float32, (n_images, n_pixels)
    shape : (int, int) or None
        Height and width; those that the model knows by default.

    Returns
    -------
    images : ndarray, (n_images, height, width)
    observed : ndarray of bool, (height, width)
    completed : ndarray, (n_images, n_completions, n_pixels)
    """
    from neurohm.likelihood import complete
    from neurohm.plots.tiles import as_images, shape_for

    images = as_images(rows, shape_for(model, shape))
    observed = np.zeros(images.shape[1:], dtype=bool)
    observed[: len(observed) // 2] = True
    drawn = complete(model.machine_, rows, observed.ravel(), particles=COMPLETING, seed=model.seed_)
    return [images, observed, drawn]
