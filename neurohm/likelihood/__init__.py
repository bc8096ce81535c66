"""How well a machine explains data: exactly where states can be listed, else by sampling."""

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
from neurohm.likelihood.importance import log_likelihood
from neurohm.likelihood.metrics import block_standard_error, nats_to_bits

__all__ = [
    "LogLikelihood",
    "all_states",
    "block_standard_error",
    "exact_divergence",
    "exact_free_energy",
    "exact_log_likelihood",
    "exact_posterior",
    "exact_posterior_means",
    "exact_recognition_gap",
    "log_likelihood",
    "nats_to_bits",
]
