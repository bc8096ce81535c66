"""How well a machine explains data: exactly where states can be listed, else by sampling."""

from neurohm.likelihood.bidirectional import (
    BidirectionalLogLikelihood,
    LogPartition,
    bidirectional_log_likelihood,
    bidirectional_log_partition,
)
from neurohm.likelihood.exact import (
    all_states,
    exact_divergence,
    exact_free_energy,
    exact_log_likelihood,
    exact_posterior,
    exact_posterior_means,
    exact_recognition_gap,
)
from neurohm.likelihood.importance import LogLikelihood, log_likelihood
from neurohm.likelihood.layers import LayerMeasures, layer_measures
from neurohm.likelihood.metrics import block_standard_error, nats_to_bits

__all__ = [
    "BidirectionalLogLikelihood",
    "LayerMeasures",
    "LogLikelihood",
    "LogPartition",
    "all_states",
    "bidirectional_log_likelihood",
    "bidirectional_log_partition",
    "block_standard_error",
    "exact_divergence",
    "exact_free_energy",
    "exact_log_likelihood",
    "exact_posterior",
    "exact_posterior_means",
    "exact_recognition_gap",
    "layer_measures",
    "log_likelihood",
    "nats_to_bits",
]
