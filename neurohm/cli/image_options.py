"""Options of images: which data are images, and how they are read and made binary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.output_files import ASSEMBLIES, MODEL, RECORDING, stated_format
from neurohm.cli.parsing import parse_layers, parse_sizes
from neurohm.exceptions import InputError, MissingFileError

if TYPE_CHECKING:
    from neurohm.images import Images

IMAGES = "Images"
KINDS = ("auto", "recording", "images")
_HELD = {MODEL: "a model", RECORDING: "a recording", ASSEMBLIES: "assemblies"}

DataKind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="|".join(KINDS),
        help="Of the data; auto: data sets, folders of pictures, .npy, idx and most .npz files are "
        "images.",
        rich_help_panel=IMAGES,
    ),
]


def are_images(source: Path, kind: str) -> bool:
    """Return whether data are images: as stated, or else by their look.

    Parameters
    ----------
    source : Path
        A file, a folder or the name of a data set.
    kind : str
        ``"recording"``, ``"images"`` or ``"auto"``.

    Returns
    -------
    bool

    Raises
    ------
    InputError, MissingFileError
        If the kind is unknown, or the data are neither a file nor the name of a data set.
    """
    if kind not in KINDS:
        raise InputError(f"--kind {kind}", "one of " + ", ".join(KINDS))
    if kind != "auto":
        return kind == "images"

    from neurohm.images.datasets import is_image_source
    from neurohm.images.places import DATASETS

    if not source.suffix and not source.exists() and str(source) not in DATASETS:
        raise MissingFileError(
            f"{source} does not exist",
            "an existing file, or one of the data sets " + ", ".join(DATASETS),
            "check the name",
        )
    return is_image_source(source) and not are_arrays_of_spikes(source)


def are_arrays_of_spikes(source: Path) -> bool:
    """Return whether arrays, in a folder or a file, are a recording: by their names or shapes.

    Parameters
    ----------
    source : Path

    Returns
    -------
    bool
    """
    from neurohm.recordings.formats.numpy_file import holds_spikes, is_one_list
    from neurohm.recordings.formats.numpy_folder import folder_of_spikes
    from neurohm.recordings.formats.pynapple_file import PynappleFile

    if source.is_dir():
        return folder_of_spikes(source)
    if not source.is_file():
        return False
    if source.suffix.lower() == ".npy":
        return is_one_list(source)
    is_archive = source.suffix.lower() == ".npz"
    return is_archive and (holds_spikes(source) or PynappleFile().recognises(source, b"PK\x03\x04"))


@dataclass(frozen=True)
class ImageOptions:
    """What a user says of images."""

    shape: Annotated[
        str | None,
        typer.Option(
            metavar="HEIGHT,WIDTH",
            help="Of images that come as rows of pixels.",
            rich_help_panel=IMAGES,
        ),
    ] = None
    binarise: Annotated[
        str | None,
        typer.Option(
            metavar="fixed|stochastic|threshold",
            help="How grey levels become binary: drawn once, drawn anew in each epoch, or cut at "
            "one half. By default fixed, or as the model was fitted.",
            rich_help_panel=IMAGES,
        ),
    ] = None

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width, if given."""
        if self.shape is None:
            return None
        sizes = parse_sizes(self.shape, "--shape")
        if len(sizes) != 2:
            raise InputError(f"--shape {self.shape}", "height and width", "give e.g. 28,28")
        return sizes[0], sizes[1]

    def load(self, source: Path) -> Images:
        """Return images as their source has them.

        Parameters
        ----------
        source : Path
            A file, a folder or the name of a data set.

        Returns
        -------
        Images

        Raises
        ------
        InputError
            If an option cannot be used, or the source is a file of neurohm's that holds no images.
        """
        shape = self.size
        if stated := stated_format(source):
            raise InputError(f"{source}, which holds {_HELD.get(stated, stated)}", "images")

        from neurohm.images import load_images
        from neurohm.images.binarising import check_mode

        check_mode(self.binarise)
        return load_images(str(source), shape=shape)


@dataclass(frozen=True)
class DensityOptions:
    """Settings that only a fit to images has."""

    valid: Annotated[
        float | None,
        typer.Option(
            help="Share of the images that early stopping goes by, if they have no part for it; "
            "0 for none. By default 0.1.",
            rich_help_panel=IMAGES,
        ),
    ] = None
    final_rate: Annotated[
        float | None,
        typer.Option(
            help="Factor of the learning rate at the end. By default 0.3.", rich_help_panel=IMAGES
        ),
    ] = None
    recognition: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help="What hidden layers are when they are recognised, such as nade:200,10. By "
            "default what they are in --hidden.",
            rich_help_panel=IMAGES,
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the estimator that were given."""
        given: dict[str, Any] = {}
        if self.final_rate is not None:
            given["final_rate"] = self.final_rate
        if self.recognition is not None:
            given["recognition"] = parse_layers(self.recognition, "--recognition")
        return given
