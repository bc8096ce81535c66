"""Images: data sets, files and folders of them, and pattern sets with a known distribution."""

from neurohm.images.binarising import MODES, binarise
from neurohm.images.datasets import load_images
from neurohm.images.image_set import Images
from neurohm.images.patches import Patches, natural_patches
from neurohm.images.patterns import Patterns, bars, lines, shifter
from neurohm.images.places import DATASETS
from neurohm.images.pyramid import Pyramid

__all__ = [
    "DATASETS",
    "MODES",
    "Images",
    "Patches",
    "Patterns",
    "Pyramid",
    "bars",
    "binarise",
    "lines",
    "load_images",
    "natural_patches",
    "shifter",
]
