"""Comparison of models on held-out samples: the baselines, and cross-validation in time."""
