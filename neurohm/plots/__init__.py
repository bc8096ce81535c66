"""Pictures of recordings and images, and of machines fitted to them.

Each function draws into the axes given, or into a new figure, and returns the axes, or the grid of
axes, that it drew into; `save` writes the figure of either to a file. Notebooks show a new figure
below the cell, and so does ``plt.show()`` where pyplot has been imported.
"""

from neurohm.plots.averages import triggered_average
from neurohm.plots.cascade_codes import code_patterns
from neurohm.plots.comparison import comparison
from neurohm.plots.completions import completions
from neurohm.plots.condition_rates import condition_rates
from neurohm.plots.decodings import decoding
from neurohm.plots.dream_rasters import dreams
from neurohm.plots.field_galleries import exciting_images, field_gallery
from neurohm.plots.field_maps import field_maps
from neurohm.plots.fields import receptive_fields, spike_responses
from neurohm.plots.free_energies import free_energy, free_energy_of_cycles
from neurohm.plots.gabors import gabor_population
from neurohm.plots.histograms import activity, weights
from neurohm.plots.image_dreams import dreamed_images, dreams_by_layer, reconstructions
from neurohm.plots.image_fields import image_fields
from neurohm.plots.imaginations import imagined
from neurohm.plots.layers import layer_monitors
from neurohm.plots.likelihood_curves import likelihood_curve
from neurohm.plots.locality_diagram import locality
from neurohm.plots.maps import assembly_map
from neurohm.plots.matrix import assembly_matrix
from neurohm.plots.model_fields import image_gabors, image_preferences, image_responses
from neurohm.plots.moment_checks import model_check
from neurohm.plots.occurrences import assembly_raster
from neurohm.plots.psths import psth
from neurohm.plots.rasters import raster
from neurohm.plots.response_pairs import correlations
from neurohm.plots.saliences import salience
from neurohm.plots.saving import save
from neurohm.plots.scores import score_gain
from neurohm.plots.spectra import fisher_spectra
from neurohm.plots.spiking_comparisons import spiking_comparison
from neurohm.plots.trade_offs import trade_off
from neurohm.plots.training import learning_curve
from neurohm.plots.trajectories import imagined_moves, trajectories
from neurohm.plots.tunings import tuning

__all__ = [
    "activity",
    "assembly_map",
    "assembly_matrix",
    "assembly_raster",
    "code_patterns",
    "comparison",
    "completions",
    "condition_rates",
    "correlations",
    "decoding",
    "dreamed_images",
    "dreams",
    "dreams_by_layer",
    "exciting_images",
    "field_gallery",
    "field_maps",
    "fisher_spectra",
    "free_energy",
    "free_energy_of_cycles",
    "gabor_population",
    "image_fields",
    "image_gabors",
    "image_preferences",
    "image_responses",
    "imagined",
    "imagined_moves",
    "layer_monitors",
    "learning_curve",
    "likelihood_curve",
    "locality",
    "model_check",
    "psth",
    "raster",
    "receptive_fields",
    "reconstructions",
    "salience",
    "save",
    "score_gain",
    "spike_responses",
    "spiking_comparison",
    "trade_off",
    "trajectories",
    "triggered_average",
    "tuning",
    "weights",
]
