"""Draw the pictures of the README and of docs/images.md: python docs/make_figures.py."""

from pathlib import Path

import neurohm as nh

IMAGES = Path(__file__).parent / "images"
DPI = 120

recording = nh.load_recording(Path(__file__).parents[1] / "data" / "assemblies.h5")
train, test = recording.split(test=0.2, gap=1.0)
model = nh.SpikeHelmholtz(random_state=0).fit(train)
nh.plots.save(nh.plots.receptive_fields(model, most=14), IMAGES / "receptive_fields.png", dpi=DPI)
nh.plots.save(nh.plots.raster(test, model), IMAGES / "raster.png", dpi=DPI)

found = model.assemblies(recording, stability=False)  # each in time that it was not learned from
nh.plots.save(nh.plots.assembly_raster(recording, found), IMAGES / "assemblies.png", dpi=DPI)

digits = nh.load_images("digits", binarise="fixed", valid=0.1, test=0.2)
density = nh.HelmholtzDensity(hidden=(100, 30)).fit(digits)
nh.plots.save(nh.plots.dreams_by_layer(density), IMAGES / "digit_layers.png", dpi=DPI)
pairs = nh.plots.reconstructions(digits.test, density, most=10)
nh.plots.save(pairs, IMAGES / "digit_reconstructions.png", dpi=DPI)
