"""Pictures of recordings and of machines fitted to them; each function returns a figure."""

from neurohm.plots.fields import receptive_fields
from neurohm.plots.rasters import raster
from neurohm.plots.scores import score_gain
from neurohm.plots.training import learning_curve

__all__ = ["learning_curve", "raster", "receptive_fields", "score_gain"]
