"""Binary words of 15 and of 50 neurons: held-out nats per word by models with an energy.

The recordings are example15.mat and example50.mat of O. Maoz and E. Schneidman, maxent_toolbox
v1.0.2, doi:10.5281/zenodo.191625: 40,000 words each; the first 32,000 to learn, the last 8,000 to
test. Settings are chosen on the last tenth of the 32,000, then all of them are learned from.
words.py has a Helmholtz machine on the same words.

    python benchmarks/words_baselines.py FOLDER
    python benchmarks/words_baselines.py FOLDER --units 50 --models ising
    python benchmarks/words_baselines.py FOLDER --coverage    # error bars of log Z of 15 units
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import h5py
import numpy as np

from neurohm.analysis import IndependentModel
from neurohm.comparison.baselines import Ising, KPairwise, RestrictedBoltzmann
from neurohm.comparison.baselines.annealing import annealed_log_partition
from neurohm.comparison.baselines.chains import annealing
from neurohm.comparison.baselines.energy import EnergyModel

LEARN, CHOOSE = 32_000, 28_800
MODELS = {model.name: model for model in (Ising, KPairwise, RestrictedBoltzmann)}
TOLERANCE = 1e-3  # standard error of log Z, nats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--units", type=int, nargs="+", choices=(15, 50), default=(15, 50))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--coverage", action="store_true", help="test the error bars of log Z")
    arguments = parser.parse_args()
    for units in arguments.units:
        with h5py.File(arguments.folder / f"example{units}.mat") as file:
            words = file[f"spikes{units}"][()].astype(np.float64)
        if arguments.coverage and units == 15:
            cover(words[:LEARN])
            continue
        independent = IndependentModel("bernoulli", (words[:LEARN].sum(0) + 0.5) / (LEARN + 1))
        score = independent.log_likelihood(words[LEARN:], lags=1).mean()
        print(f"{units} cells, independent: {score:.4f} nats per word")
        for name in arguments.models:
            compare(units, name, words, arguments.seed)


def compare(units: int, name: str, words: np.ndarray, seed: int) -> None:
    """Choose settings, learn, score and print."""
    begin = time.process_time()
    learn, test = words[:LEARN], words[LEARN:]
    chosen = chosen_settings(MODELS[name](seed=seed).fit(words[:CHOOSE], words[CHOOSE:LEARN]))
    between = time.process_time()
    model = MODELS[name](seed=seed, tolerance=TOLERANCE, **chosen).fit(learn)
    end = time.process_time()
    scores = model.score_samples(test)
    print(
        f"{units} cells, {name}: {scores.mean():.4f} nats per word "
        f"({model.score_samples(learn).mean():.4f} of those learned from; {model.log_partition_}; "
        f"{model.n_parameters} parameters); {chosen}, chosen in {between - begin:.0f} s, "
        f"learned in {end - between:.0f} s of one core",
        flush=True,
    )


def chosen_settings(model: EnergyModel) -> dict[str, float]:
    """Return what validation has chosen."""
    names = ("prior_deviation", "n_hidden", "weight_decay")
    return {name: getattr(model, f"{name}_") for name in names if hasattr(model, f"{name}_")}


def cover(learn: np.ndarray, runs: int = 100) -> None:
    """Print how often error bars of 95 % of an annealed log Z cover the enumerated one."""
    for kind in (Ising, KPairwise):
        model = kind().fit(learn)
        exact = model.log_partition_.value
        energy = model._energy
        covered = 0
        for seed in range(runs):
            found = annealed_log_partition(annealing(energy, model.log_odds_, seed), TOLERANCE)
            covered += abs(found.value - exact) < 1.96 * found.standard_error
        print(f"15 cells, {kind.name}: {covered} of {runs} error bars of log Z cover it")


if __name__ == "__main__":
    main()
