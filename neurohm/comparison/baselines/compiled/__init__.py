"""Compiled passes of the energy-based baselines: sums over states, Gibbs sampling, annealing."""
