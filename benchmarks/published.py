"""Published test likelihoods of reweighted wake-sleep, and what this package reaches.

    python benchmarks/published.py [--row mnist-200 ...] [--seed 0] [--device cuda] [--resume]

Rows are machines of Bernoulli units (sigmoid belief networks, recognition and generation alike) on
binarised MNIST and on two binary UCI sets; mnist-deep goes on from mnist-deep-begun, whose idle
units are revived. Those named so have autoregressive or NADE units everywhere, dna-visible is a
fully visible belief net. Published figures are negative log-likelihoods in nats. The UCI sets are
small: the parameters that explain their validation part best, judged every 10 epochs, are kept.
Nothing is chosen by the test part.

Each run writes NAME-seedN.h5 (the machine), .json (settings, learning curve, scores) and .log;
a table of all comes last. A run that was stopped goes on with --resume. For a quick look at whether
everything is in place: --row dna --rows 200 --epochs 2 --score-particles 10 --out quick
"""

from __future__ import annotations

from typing import Any

from density_runs import DensityRun, main, parser

import neurohm as nh
from neurohm.learning import LearningRule
from neurohm.machine import Normal, Sparse
from neurohm.populations import Population
from neurohm.training import Decay

FIVE, TEN = nh.Reweighted(particles=5), nh.Reweighted(particles=10)
THEN_MORE = nh.Reweighted(particles={0: 5, 475: 25})
ASLEEP = nh.WakeSleep(dreams_per_sample=4)
DEEP = (400, 300, 200, 100, 10)


def digits(
    name: str,
    hidden: tuple[int | Population, ...],
    rule: LearningRule,
    published: float,
    **changed: Any,
) -> DensityRun:
    """Return a run on binarised MNIST; what all of them share, unless it is changed."""
    shared: dict[str, Any] = {
        "epochs": 500,
        "learning_rate": 3e-3,
        "schedule": Decay(0.02, hold=0.3),
        "average": 0.1,
        "initial": Normal(0.1, hidden_bias=-3.0),
    }
    return DensityRun(name, "mnist", hidden, rule, published, **{**shared, **changed})


ROWS = [
    digits("mnist-200", (200,), THEN_MORE, 103.1),
    digits("mnist-200-wake-sleep", (200,), ASLEEP, 116.3),
    digits("mnist-200-200", (200, 200), THEN_MORE, 93.4),
    digits("mnist-200-200-wake-sleep", (200, 200), ASLEEP, 106.9),
    digits("mnist-200-200-200", (200, 200, 200), THEN_MORE, 90.1),
    digits(
        "mnist-deep-begun",
        DEEP,
        nh.Reweighted(particles=5, dreams_per_sample=2),
        85.48,
        epochs=220,
        learning_rate=4e-3,
        schedule=Decay(0.247, hold=0.545),
        average=0.0,
    ),
    digits(
        "mnist-deep",
        DEEP,
        nh.Reweighted(particles={0: 5, 196: 25}, dreams_per_sample=2),
        85.48,
        epochs=202,
        learning_rate=2e-3,
        sparsity=0.01,
        start="mnist-deep-begun",
    ),
    digits(
        "mnist-autoregressive-500",
        (nh.AutoregressiveBernoulli(500),),
        THEN_MORE,
        84.18,
        visible=nh.AutoregressiveBernoulli(784),
    ),
    digits(
        "mnist-nade-250",
        (nh.NADE(250, inner=100),),
        FIVE,
        85.23,
        epochs=60,
        learning_rate=3e-3,
        visible=nh.NADE(784, inner=250),
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
