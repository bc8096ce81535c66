"""A fit to images."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurohm.cli.fit_summary import outcome
from neurohm.cli.image_data import parts_to_fit, scored_images
from neurohm.cli.image_options import DensityOptions, ImageOptions
from neurohm.cli.image_summary import density_rows, images_text, pixels_text
from neurohm.cli.options import MachineOptions
from neurohm.cli.resumable import Fitting, Learned
from neurohm.estimators import HelmholtzDensity
from neurohm.estimators.rows import Rows
from neurohm.estimators.settings import chosen_epochs
from neurohm.exceptions import InputError
from neurohm.images import Images
from neurohm.populations import POPULATIONS, Bernoulli

VALID = 0.1


@dataclass
class ImageFit:
    """What to fit a machine to, and how.

    Parameters
    ----------
    source : Path
        A file, a folder or the name of a data set.
    machine : MachineOptions
    options : ImageOptions
    density : DensityOptions
    test : float
        Share of the images to score on; 0 for none.
    particles : int
        Of the score.

    Raises
    ------
    InputError, ArgumentTypeError
        If an option cannot be used.
    """

    source: Path
    machine: MachineOptions
    options: ImageOptions
    density: DensityOptions
    test: float
    particles: int

    def __post_init__(self) -> None:
        arguments = self.machine.shared() | self.density.arguments()
        if self.machine.observation != "auto":
            arguments["observation"] = _binary(self.machine.observation)
        self.model = HelmholtzDensity(**arguments)

    def run(self, fitting: Fitting) -> tuple[dict[str, Any], dict[str, str]]:
        """Fit, score and report; return what to say of it, as data and in words."""
        images = self._parts()
        begin = time.monotonic()
        model = fitting.fitted(self._patient(len(images.train)), _learned(images))
        seconds = time.monotonic() - begin
        with fitting.saved():
            score = (
                None if images.test is None else scored_images(model, images.test, self.particles)
            )
            if fitting.report is not None:
                from neurohm.report import write_image_report

                write_image_report(fitting.report, model, images, score)
        result, rows = outcome(fitting, model, seconds, score)
        result |= {"images": images.to_dict()}
        rows = {"images": images_text(images), "pixels": pixels_text(images), **rows}
        rows |= {} if score is None else density_rows(score)
        rows |= {} if fitting.report is None else {"report": str(fitting.report)}
        return result, rows

    def _parts(self) -> Images:
        valid = VALID if self.density.valid is None else self.density.valid
        return parts_to_fit(self.options.load(self.source), self.options, valid, self.test)

    def _patient(self, images: int) -> HelmholtzDensity:
        """Return the model, to be stopped no sooner than after a fifth of the epochs."""
        model = self.model
        epochs = chosen_epochs(model.epochs, images, model.batch_size, model.rule)
        self.model.patience = max(self.model.patience, epochs // 5)
        return self.model


def _binary(observation: str) -> str:
    """Return the name of a kind of units, if they are binary, as the pixels are here."""
    binary = [name for name, kind in POPULATIONS.items() if kind.domain == Bernoulli.domain]
    if observation not in binary:
        raise InputError(
            f"observation {observation!r} of binary pixels",
            "one of " + ", ".join(binary),
            "grey levels and counts: neurohm.HelmholtzDensity in Python",
        )
    return observation


def _learned(images: Images) -> Learned:
    return Learned(images, Rows.of(images, 0.0).fingerprint(), images_text(images), of="data")
