"""W1's context: scikit-learn's restricted Boltzmann machine, another and smaller model."""

from __future__ import annotations

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.workload import Steps, repeated


def boltzmann(problem: Problem, threads: int) -> Steps:
    """One step of persistent contrastive divergence, with the net's first hidden layer."""
    from sklearn.neural_network import BernoulliRBM

    model = BernoulliRBM(
        problem.start.sizes[1],
        batch_size=problem.rows,
        learning_rate=problem.learning_rate,
        random_state=0,
    )
    batches = problem.stream(lambda array: array)
    return Steps(repeated(lambda: model.partial_fit(next(batches))), problem.rows)
