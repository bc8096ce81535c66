"""Draw the pictures of the README from data/assemblies.h5: python docs/make_figures.py."""

from pathlib import Path

import neurohm as nh

HERE = Path(__file__).parent

recording = nh.load_recording(HERE.parent / "data" / "assemblies.h5")
train, test = recording.split(test=0.2, gap=1.0)
model = nh.SpikeHelmholtz(random_state=0).fit(train)
fields = nh.plots.receptive_fields(model, most=14)
fields[0, 0].figure.savefig(HERE / "images" / "receptive_fields.png", dpi=120)
raster = nh.plots.raster(test, model)
raster[0, 0].figure.savefig(HERE / "images" / "raster.png", dpi=120)
