"""Draw the fields of machines of a retina and of handwritten digits.

    python benchmarks/fields.py retina --data ../shared/data --out docs/images
    python benchmarks/fields.py strokes --data ../shared/data --out docs/images

The retina is that of a mouse, ten days old, on 64 x 64 electrodes (Maccione 2014, in the repository
of Eglen et al. 2014): a machine of 24 hidden units over bins of half a second. The digits are the
first 10,000 training images of binarised MNIST: a machine of 100 and 30 hidden units.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

import neurohm as nh

RETINA = "retina-waves/Maccione2014_P10_8Dec11_spont3_SpkTs_bursts_filtered.h5"
DIGITS = "binarized-mnist/binarized_mnist.npz"
DPI = 120


def retina(data: Path, out: Path) -> None:
    """Draw where on the electrode array hidden units act."""
    recording = nh.load_recording(data / RETINA)
    model = nh.SpikeHelmholtz(hidden=24, bin_size=0.5, lags=1, epochs=60).fit(recording)
    nh.plots.save(
        nh.plots.field_maps(recording, model, most=12), out / "retina_fields.png", dpi=DPI
    )


def strokes(data: Path, out: Path) -> None:
    """Draw what hidden units add to images of digits."""
    with np.load(data / DIGITS) as file:
        train = np.unpackbits(file["train"][:10_000], axis=1)[:, :784].astype(np.float32)
    model = nh.HelmholtzDensity(hidden=(100, 30), epochs=20).fit(train)
    fields = nh.analysis.dreamt_fields(model.machine_)
    drawn = nh.plots.field_gallery(fields, (28, 28), most=64)
    nh.plots.save(drawn, out / "stroke_fields.png", dpi=DPI)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["retina", "strokes"])
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("NEUROHM_DATA", "../shared/data"))
    )
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    given = parser.parse_args()
    {"retina": retina, "strokes": strokes}[given.what](given.data, given.out)


if __name__ == "__main__":
    main()
