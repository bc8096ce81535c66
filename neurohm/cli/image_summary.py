"""What there is to say of images, and of a score on them: for programs, and for readers."""

from __future__ import annotations

import math
from typing import Any

from neurohm.analysis import DensityReport
from neurohm.images import Images
from neurohm.images.image_set import size_text


def images_text(images: Images) -> str:
    """Return how many images there are, and of what size.

    Examples
    --------
    >>> import neurohm as nh
    >>> images_text(nh.load_images("digits", test=0.2))
    '1,438 images of 8 × 8 pixels (359 to test)'
    """
    names = {"valid": "to stop by", "test": "to test"}
    held = [f"{len(images.parts[n]):,} {text}" for n, text in names.items() if n in images.parts]
    text = f"{len(images.train):,} images of {size_text(images.shape, images.n_pixels)}"
    return f"{text} ({', '.join(held)})" if held else text


def pixels_text(images: Images) -> str:
    """Return which levels pixels had, and how they became binary.

    Examples
    --------
    >>> import neurohm as nh
    >>> pixels_text(nh.load_images("digits", binarise="fixed"))
    'grey levels 0 to 16, fixed binarisation'
    """
    if images.binarise is None and images.binary:
        return "binary"
    levels = f"grey levels 0 to {images.levels}"
    return levels if images.binarise is None else f"{levels}, {images.binarise} binarisation"


def image_rows(images: Images) -> dict[str, str]:
    """Return in words what there is to know of images."""
    facts = images.to_dict()
    parts = [f"{number:,} {name}" for name, number in facts["images"].items()]
    ink = [f"{mean:.4f} {name}" for name, mean in facts["mean"].items()]
    classes = facts["classes"]
    rows = {
        "images": images.source,
        "parts": ", ".join(parts),
        "size": size_text(images.shape, images.n_pixels),
        "pixels": pixels_text(images),
        "mean": ", ".join(ink),
        "classes": f"{len(classes)}: {classes[0]} to {classes[-1]}" if classes else "",
    }
    return {name: text for name, text in rows.items() if text}


def density_rows(score: DensityReport) -> dict[str, str]:
    """Return a score as rows to print."""
    several = f", {score.effective_sample_size:.3g} of them effective" * (score.particles > 1)
    rows = {
        "scored": f"{score.n_rows:,} images of {score.n_units:,} pixels",
        "machine": f"{_nats(score)} nats/image ({score.kind}, {score.particles:,} particles"
        f"{several})",
    }
    if math.isfinite(score.independent_nats):
        gain = score.nats - score.independent_nats
        rows["independent"] = f"{score.independent_nats:.2f} nats/image (independent pixels)"
        rows["gain"] = f"{gain:.2f} nats/image"
    return rows


def _nats(score: DensityReport) -> str:
    error: Any = score.standard_error
    return f"{score.nats:.2f}" + (f" ± {error:.2f}" if math.isfinite(error) else "")
