"""Options of images: which data are images, and how they are read and made binary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neurohm.cli.parsing import parse_sizes
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.images import Images

IMAGES = "Images"
KINDS = ("auto", "recording", "images")

DataKind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="|".join(KINDS),
        help="Of the data; auto: data sets, folders, .npz, .npy and idx files are images.",
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
    InputError
        If the kind is unknown.
    """
    if kind not in KINDS:
        raise InputError(f"--kind {kind}", "one of " + ", ".join(KINDS))
    if kind != "auto":
        return kind == "images"

    from neurohm.images.datasets import is_image_source

    return is_image_source(source)


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
        """
        shape = self.size

        from neurohm.images import load_images
        from neurohm.images.binarising import check_mode

        check_mode(self.binarise)
        return load_images(str(source), shape=shape)
