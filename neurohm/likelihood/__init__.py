"""How well a machine explains data: exactly where states can be listed, else by sampling."""

from neurohm.likelihood.annealed import AnnealedLogLikelihood, annealed_log_likelihood
from neurohm.likelihood.bidirectional import (
    BidirectionalLogLikelihood,
    LogPartition,
    bidirectional_log_likelihood,
    bidirectional_log_partition,
)
from neurohm.likelihood.conditional import (
    complete,
    conditional_log_likelihood,
    conditional_mean,
)
from neurohm.likelihood.curve import LogLikelihoodCurve, log_likelihood_curve
from neurohm.likelihood.estimate import LogLikelihood
from neurohm.likelihood.exact import (
    all_states,
    exact_divergence,
    exact_free_energy,
    exact_log_likelihood,
    exact_posterior,
    exact_posterior_means,
    exact_recognition_gap,
)
from neurohm.likelihood.filtering import ExactFilter, exact_filter
from neurohm.likelihood.importance import log_likelihood
from neurohm.likelihood.layers import LayerMeasures, layer_measures
from neurohm.likelihood.marginal import marginal_log_likelihood
from neurohm.likelihood.metrics import block_standard_error, nats_to_bits
from neurohm.likelihood.visible import exact_distribution

__all__ = [
    "AnnealedLogLikelihood",
    "BidirectionalLogLikelihood",
    "ExactFilter",
    "LayerMeasures",
    "LogLikelihood",
    "LogLikelihoodCurve",
    "LogPartition",
    "all_states",
    "annealed_log_likelihood",
    "bidirectional_log_likelihood",
    "bidirectional_log_partition",
    "block_standard_error",
    "complete",
    "conditional_log_likelihood",
    "conditional_mean",
    "exact_distribution",
    "exact_divergence",
    "exact_filter",
    "exact_free_energy",
    "exact_log_likelihood",
    "exact_posterior",
    "exact_posterior_means",
    "exact_recognition_gap",
    "layer_measures",
    "log_likelihood",
    "log_likelihood_curve",
    "marginal_log_likelihood",
    "nats_to_bits",
]
