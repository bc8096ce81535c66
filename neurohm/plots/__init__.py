"""Pictures of recordings and of machines fitted to them.

Each function draws into the axes given, or into a new figure, and returns the axes, or the grid of
axes, that it drew into. ``axes.figure.savefig("picture.pdf")`` and
``panels[0, 0].figure.savefig("picture.pdf")`` save it. Notebooks show a new figure below the cell,
and so does ``plt.show()`` where pyplot has been imported.
"""

from neurohm.plots.averages import triggered_average
from neurohm.plots.dreams import dreams
from neurohm.plots.fields import receptive_fields
from neurohm.plots.histograms import activity, weights
from neurohm.plots.locality import locality
from neurohm.plots.maps import assembly_map
from neurohm.plots.matrix import assembly_matrix
from neurohm.plots.model_check import model_check
from neurohm.plots.occurrences import assembly_raster
from neurohm.plots.rasters import raster
from neurohm.plots.scores import score_gain
from neurohm.plots.training import learning_curve

__all__ = [
    "activity",
    "assembly_map",
    "assembly_matrix",
    "assembly_raster",
    "dreams",
    "learning_curve",
    "locality",
    "model_check",
    "raster",
    "receptive_fields",
    "score_gain",
    "triggered_average",
    "weights",
]
