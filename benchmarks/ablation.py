"""Which update of the recognition pathway does it? The published ablation on binarised MNIST.

    python benchmarks/ablation.py [--variant sleep wake both] [--seed 0 1] [--epochs 100] [--resume]

A 784-200-200-10 machine of Bernoulli units learns by reweighted wake-sleep with 5 particles; its
recognition learns asleep only, awake only, or in both phases. Published test negative
log-likelihoods: 93.4, 92.8 and 91.9 nats. Scores take 1000 particles.
"""

from __future__ import annotations

from dataclasses import replace

from density_runs import DensityRun, main, parser

import neurohm as nh
from neurohm.machine import Normal
from neurohm.training import Decay

MIXES = {"sleep": (0.0, 1.0, 93.4), "wake": (1.0, 0.0, 92.8), "both": (0.5, 0.5, 91.9)}

BASE = DensityRun(
    name="ablation",
    data="mnist",
    hidden=(200, 200, 10),
    rule=nh.Reweighted(particles=5),
    published=0.0,
    epochs=100,
    learning_rate=6e-3,
    schedule=Decay(0.02, hold=0.3),
    average=0.1,
    initial=Normal(0.1, hidden_bias=-1.0),
)


def variant(name: str) -> DensityRun:
    """Return the run whose recognition learns in these phases."""
    wake, sleep, published = MIXES[name]
    dreams = 4 if sleep else 1
    rule = nh.Reweighted(particles=5, wake_mix=wake, sleep_mix=sleep, dreams_per_sample=dreams)
    return replace(BASE, name=f"ablation-{name}", rule=rule, published=published)


if __name__ == "__main__":
    made = parser(__doc__)
    made.add_argument("--variant", nargs="+", choices=MIXES, default=list(MIXES))
    given = made.parse_args()
    main([variant(name) for name in given.variant], given)
