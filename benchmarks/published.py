"""Published test likelihoods of reweighted wake-sleep, and what this package reaches.

    python benchmarks/published.py [--row mnist-200 ...] [--seed 0] [--epochs 400] [--resume]

Rows are machines of Bernoulli units (sigmoid belief networks, recognition and generation alike) on
binarised MNIST and on two binary UCI sets. Published figures are negative log-likelihoods in nats.
"""

from __future__ import annotations

from density_runs import DensityRun, main, parser

import neurohm as nh

# few particles first, many for the last part, as in the fine-tuning of the paper
RISING = nh.Reweighted(particles={0: 5, 320: 25})
FIVE, TEN = nh.Reweighted(particles=5), nh.Reweighted(particles=10)

ROWS = [
    DensityRun("mnist-200", "mnist", (200,), FIVE, 103.1, epochs=400),
    DensityRun("mnist-200-200", "mnist", (200, 200), FIVE, 93.4, epochs=400),
    DensityRun("mnist-200-200-200", "mnist", (200, 200, 200), FIVE, 90.1, epochs=400),
    DensityRun(
        "mnist-400-300-200-100-10", "mnist", (400, 300, 200, 100, 10), RISING, 85.48, epochs=400
    ),
    DensityRun("dna", "dna", (100, 30), TEN, 90.63, epochs=400, batch_size=25),
    DensityRun("mushrooms", "mushrooms", (100, 30), TEN, 9.90, epochs=800, batch_size=25),
]
BY_NAME = {row.name: row for row in ROWS}

if __name__ == "__main__":
    made = parser(__doc__)
    made.add_argument("--row", nargs="+", choices=BY_NAME, default=list(BY_NAME))
    given = made.parse_args()
    main([BY_NAME[name] for name in given.row], given)
