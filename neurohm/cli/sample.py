"""``neurohm sample``: a dreamed recording, or dreamed images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.loading import load_model
from neurohm.cli.options import AsJson, ModelFile
from neurohm.cli.output_files import RECORDING, check_output, check_plain
from neurohm.cli.printing import show
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz

SECONDS, IMAGES = 10.0, 64
ARCHIVE = ".npz"


def sample(
    model: ModelFile,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Recording to write (HDF5); of a model of images a .npz file with 'images', or a "
            "picture of them (.png, .pdf, .svg).",
            show_default=False,
        ),
    ],
    seconds: Annotated[
        float | None,
        typer.Option(
            help="How long (in bins, if the model counts time in bins); by default 10.",
        ),
    ] = None,
    images: Annotated[
        int | None, typer.Option(min=1, help="How many, of a model of images; by default 64.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Another gives another dream; the model's own by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dream a recording, or images, with a fitted model."""
    from neurohm.estimators import SpikeHelmholtz

    of_images = output.suffix.lower() in _endings()
    if of_images:
        check_plain(output, "file of images", _endings(), model)
    else:
        check_output(output, RECORDING, model)
    fitted = load_model(model)
    if isinstance(fitted, SpikeHelmholtz):
        if images is not None:
            raise InputError("--images with a model of a recording", "--seconds")
        if of_images:
            raise InputError(f"output {output} of a model of a recording", "the name of a .h5 file")
        result = _dream_recording(fitted, output, SECONDS if seconds is None else seconds, seed)
    else:
        if seconds is not None:
            raise InputError("--seconds with a model of images", "--images")
        if not of_images:
            wanted = "a name that ends in " + ", ".join(_endings())
            raise InputError(f"output {output} of a model of images", wanted)
        result = _dream_images(fitted, output, IMAGES if images is None else images, seed)
    show(*result, as_json=as_json)


def _dream_recording(
    fitted: SpikeHelmholtz, output: Path, seconds: float, seed: int | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write a dreamt recording; return what to say of it, as data and in words."""
    from neurohm.cli.recording_summary import written

    dreamed = fitted.sample(seconds, seed=seed)
    dreamed.save(output)
    return written(dreamed, output)


def _dream_images(
    fitted: HelmholtzDensity, output: Path, number: int, seed: int | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write dreamt images, as an array or as a picture; return what to say of them."""
    shape = fitted.data_["shape"]
    if output.suffix.lower() == ARCHIVE:
        import numpy as np

        from neurohm.files import atomic_path
        from neurohm.populations import Bernoulli, Categorical

        rows: Any = fitted.sample(number, seed=seed)
        if fitted.machine_.visible.domain in (Bernoulli.domain, Categorical.domain):
            rows = rows.astype(np.uint8)  # counts and real numbers do not fit into bytes
        with atomic_path(output) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, images=rows if shape is None else rows.reshape(-1, *shape))
    elif shape is None:
        raise InputError(
            f"output {output} of a model of rows without height and width",
            f"a name that ends in {ARCHIVE}",
            "or fit it with --shape",
        )
    else:
        from neurohm import plots
        from neurohm.plots.display import hidden

        with hidden():
            plots.save(plots.dreamed_images(fitted, number, drawn=True, seed=seed), output)
    result = {"images": str(output), "number": number, "shape": shape}
    return result, {"images": f"{output}: {number:,} dreams"}


def _endings() -> tuple[str, ...]:
    from neurohm.plots.saving import FORMATS

    return (ARCHIVE, *FORMATS)
