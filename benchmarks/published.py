"""Published test likelihoods of reweighted wake-sleep, and what this package reaches.

    python benchmarks/published.py [--row mnist-200 ...] [--seed 0] [--epochs 400] [--resume]

Rows are machines of Bernoulli units (sigmoid belief networks, recognition and generation alike) on
binarised MNIST and on two binary UCI sets; dna-nade has NADE units everywhere, dna-visible is a
fully visible belief net. Published figures are negative log-likelihoods in nats. The UCI sets are
small: the parameters that explain their validation part best, judged every 10 epochs, are kept.
Nothing is chosen by the test part.

Each run writes NAME-seedN.h5 (the machine), .json (settings, learning curve, scores) and .log;
a table of all comes last. A run that was stopped goes on with --resume. For a quick look at whether
everything is in place: --row dna --rows 200 --epochs 2 --score-particles 10 --out quick
"""

from __future__ import annotations

from density_runs import DensityRun, main, parser

import neurohm as nh
from neurohm.machine import Normal, Sparse
from neurohm.training import Decay

FIVE, TEN = nh.Reweighted(particles=5), nh.Reweighted(particles=10)

ROWS = [
    DensityRun("mnist-200", "mnist", (200,), FIVE, 103.1, epochs=400),
    DensityRun("mnist-200-200", "mnist", (200, 200), FIVE, 93.4, epochs=400),
    DensityRun("mnist-200-200-200", "mnist", (200, 200, 200), FIVE, 90.1, epochs=400),
    DensityRun(
        "mnist-400-300-200-100-10",
        "mnist",
        (400, 300, 200, 100, 10),
        FIVE,
        85.48,
        epochs=300,
        batch_size=100,
        learning_rate=3e-3,
        schedule=Decay(0.02, hold=0.3),
        average=0.1,
        initial=Normal(0.1, hidden_bias=-1.0),
    ),
    DensityRun(
        "dna",
        "dna",
        (200, 50),
        FIVE,
        90.63,
        epochs=400,
        batch_size=50,
        learning_rate=3e-3,
        schedule=Decay(0.03, hold=0.3),
        average=0.2,
        initial=Sparse(),
        keep_best_every=10,
    ),
    DensityRun(
        "mushrooms",
        "mushrooms",
        (100, 20),
        TEN,
        9.90,
        epochs=400,
        batch_size=25,
        learning_rate=0.02,
        schedule=Decay(0.01, hold=0.3),
        average=0.2,
        initial=Sparse(),
        keep_best_every=10,
    ),
    DensityRun(
        "dna-nade",
        "dna",
        (nh.NADE(30),),
        FIVE,
        84.26,
        epochs=300,
        batch_size=50,
        learning_rate=3e-3,
        schedule=Decay(0.03, hold=0.3),
        average=0.2,
        keep_best_every=10,
        visible=nh.NADE(180, inner=60),
        sparsity=0.1,
    ),
    DensityRun(
        "dna-visible",
        "dna",
        (),
        nh.WakeSleep(),
        83.64,
        epochs=600,
        batch_size=50,
        learning_rate=3e-3,
        schedule=Decay(0.03, hold=0.3),
        average=0.2,
        keep_best_every=10,
        visible=nh.AutoregressiveBernoulli(180),
        sparsity=0.3,
    ),
]
BY_NAME = {row.name: row for row in ROWS}

if __name__ == "__main__":
    made = parser(__doc__)
    made.add_argument(
        "--row", nargs="+", choices=BY_NAME, default=list(BY_NAME), help="all by default"
    )
    given = made.parse_args()
    main([BY_NAME[name] for name in given.row], given)
