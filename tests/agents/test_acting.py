"""Acting: pools that change with dreams, and the free energy over them."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.agents import (
    Acting,
    AppendedPool,
    HalvedPool,
    Pool,
    Predicate,
    ResampledPool,
    RhythmWorld,
    SaliencePool,
    act,
)
from neurohm.exceptions import ArgumentTypeError, InputError, NumericalError
from neurohm.likelihood import exact_distribution
from neurohm.machine import Normal, Zeros
from neurohm.training.run import Run

WORLD = RhythmWorld(6)
NEVER = Predicate(lambda x: np.zeros(len(x), bool), 6)


def machine(seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([6, 4, 2], initial=Normal(0.8), seed=seed)


def test_appending_adds_the_accepted_dreams_of_every_step() -> None:
    acted = act(machine(), WORLD, mode="append", epochs=3, draws=16, batch_size=4)
    n = len(WORLD.patterns())
    assert len(acted.pool.rows) == n + 3 * 16
    np.testing.assert_array_equal(acted.pool.rows[:n], WORLD.patterns())
    assert WORLD.accepts(acted.pool.rows).all()


def test_with_a_checker_that_says_yes_data_become_what_the_machine_dreams() -> None:
    """The share of the original data is n / (n + t); the rest are draws of p."""
    yes = Predicate(lambda x: np.ones(len(x), bool), 6)
    frozen = nh.Delta(0.1, rates={"generative": 0.0})
    model = machine()
    p = exact_distribution(model)
    rule = nh.ActiveSampling(world=yes, sleep_on="accepted")
    acted = act(
        model,
        yes,
        np.ones((16, 6)),
        mode="append",
        rule=rule,
        plasticity=frozen,
        epochs=1,
        draws=4000,
        batch_size=100,
    )
    np.testing.assert_array_equal(p, exact_distribution(acted.machine))
    rows = acted.pool.rows
    assert len(rows) == 4016
    codes = rows.astype(int) @ (1 << np.arange(6)[::-1])
    expected = (16 * (np.arange(64) == 63) + 4000 * p) / 4016
    spread = np.sqrt(p / 4000)
    share = np.bincount(codes, minlength=64) / 4016
    assert (np.abs(share - expected) < 5 * spread + 5 / 4000).all()  # false alarms: 4e-5


def test_halving_loses_no_pattern_and_keeps_the_size() -> None:
    start = WORLD.patterns()
    acted = act(machine(), WORLD, mode="halve", epochs=6)
    found, counts = np.unique(acted.pool.rows, axis=0, return_counts=True)
    assert len(found) == len(start)
    assert counts.min() >= 1
    assert abs(len(acted.pool.rows) - len(start)) <= len(start) / 2
    assert isinstance(acted.pool, HalvedPool)


def test_resampling_keeps_accepted_dreams_alone() -> None:
    acted = act(machine(), WORLD, mode="resample", epochs=2)
    assert isinstance(acted.pool, ResampledPool)
    assert WORLD.accepts(acted.pool.rows).all()


def test_a_world_that_accepts_nothing_stops_resampling() -> None:
    pool = ResampledPool(WORLD.patterns(), NEVER, dreams=100)
    with pytest.raises(NumericalError, match="none of 100 dreams"):
        nh.train(machine(), pool, epochs=1, callbacks=[pool])


def test_the_ideal_step_weighs_patterns_as_the_machine_does() -> None:
    model = machine()
    pool = SaliencePool(WORLD.patterns(), WORLD)
    frozen = nh.Delta(0.1, rates={"generative": 0.0})
    nh.train(model, pool, epochs=1, callbacks=[pool], plasticity=frozen)
    p = exact_distribution(model)[WORLD.accepts(nh.likelihood.exact.all_states(6))]
    np.testing.assert_array_equal(pool.weights, p)
    before = np.array(pool.weights)
    nh.train(model, pool, epochs=1, callbacks=[pool], plasticity=frozen)
    np.testing.assert_array_equal(pool.weights, before)  # a fixed point
    out = np.empty((20_000, 6), np.float32)
    pool.take(pool.order(0, 0)[:0], out[:0])
    numbers = np.random.default_rng(0).integers(0, 1 << 62, len(out))
    pool.take(numbers, out)
    codes = out.astype(int) @ (1 << np.arange(6)[::-1])
    share = np.bincount(codes, minlength=64) / len(out)
    wanted = np.zeros(64)
    wanted[WORLD.accepts(nh.likelihood.exact.all_states(6))] = p / p.sum()
    assert (np.abs(share - wanted) < 5 * np.sqrt(wanted / len(out)) + 1e-9).all()


def test_a_share_of_the_samples_is_of_the_original_data() -> None:
    pool = Pool(np.ones((2, 3)), keep=0.25)
    pool.rows = np.zeros((5, 3), np.float32)
    out = np.empty((20_000, 3), np.float32)
    pool.take(np.random.default_rng(0).integers(0, 1 << 62, len(out)), out)
    assert abs(out[:, 0].mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(out))


def test_the_history_has_the_free_energy_and_its_parts() -> None:
    acted = act(machine(), WORLD, epochs=4, draws=64, every=2)
    history = acted.history
    total = history["complexity"] + history["inaccuracy"]
    np.testing.assert_allclose(history["free_energy"][1::2], total[1::2])
    assert np.isnan(history["free_energy"][0])
    gap = history["free_energy"] - history["surprise"]
    np.testing.assert_allclose(history["recognition_gap"][1::2], gap[1::2])
    assert set(acted.to_dict()) == {"history", "grasp"}


def test_one_seed_gives_one_result() -> None:
    runs = [act(machine(), WORLD, epochs=3, draws=64, seed=s).grasp for s in (5, 5, 6)]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize("kind", [AppendedPool, HalvedPool])
@pytest.mark.parametrize("step", [8, 10], ids=["at the end of an epoch", "within an epoch"])
def test_a_pool_in_a_checkpoint_goes_on_as_if_unbroken(tmp_path, kind, step: int) -> None:
    def go(**more):
        pool = kind(WORLD.patterns(), draws=32)
        model = machine()
        rule = nh.ActiveSampling(world=WORLD, sleep_on="accepted")
        nh.train(
            model,
            pool,
            rule=rule,
            epochs=4,
            batch_size=8,
            order="alternating",
            callbacks=[
                pool,
                nh.Checkpoint(tmp_path / "c.h5", every=0.0),
                *more.pop("callbacks", ()),
            ],
            **more,
        )
        return model, pool

    class Break(nh.training.Callback):
        def after_step(self, run: Run) -> None:
            if run.position.step == step:
                raise InterruptedError

    whole, pool = go()
    with pytest.raises(InterruptedError):
        go(callbacks=[Break()])
    resumed, again = go(resume=tmp_path / "c.h5")
    np.testing.assert_array_equal(pool.rows, again.rows)
    for key, value in whole.parameters().items():
        np.testing.assert_array_equal(value, resumed.parameters()[key])


def unjudged() -> None:
    pool = AppendedPool(WORLD.patterns())
    nh.train(machine(), pool, callbacks=[pool])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: act(machine(), WORLD, mode="grow"), "'fixed' or 'append'"),
        (lambda: act(machine(), RhythmWorld(7)), "6 visible units in a world of 7"),
        (lambda: act(machine(), NEVER), "accepts nothing"),
        (lambda: act(machine(), WORLD, np.eye(5)), r"expected \(rows, 6\)"),
        (lambda: act(machine(), WORLD, np.eye(6) / 2), "neither 0 nor 1"),
        *(
            (lambda mode=mode: act(machine(), NEVER, np.eye(6), mode=mode), "accepts nothing")
            for mode in ("fixed", "halve", "salience")
        ),
        (lambda: Pool(np.zeros((0, 3))), "a row at least"),
        (lambda: Pool(np.eye(3), keep=2.0), "at most 1"),
        (
            lambda: nh.train(
                machine(),
                AppendedPool(WORLD.patterns()),
                callbacks=[AppendedPool(WORLD.patterns())],
            ),
            "no world has judged",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()


def test_settings_are_given_together_or_by_name() -> None:
    how = Acting(epochs=3, draws=64, seed=5)
    runs = [
        act(machine(), WORLD, **given).grasp.accuracy
        for given in ({"how": how}, {"how": Acting(epochs=3, draws=64), "seed": 5})
    ]
    assert runs[0] == runs[1] == act(machine(), WORLD, epochs=3, draws=64, seed=5).grasp.accuracy
    with pytest.raises(ArgumentTypeError, match="setting 'epoch'; expected one of mode, keep"):
        act(machine(), WORLD, epoch=3)
    with pytest.raises(ArgumentTypeError, match=r"expected Acting"):
        act(machine(), WORLD, how=6)


def test_a_function_is_no_world_of_its_own() -> None:
    with pytest.raises(ArgumentTypeError, match="a world of type function.*Predicate"):
        act(machine(), lambda x: x[:, 0] > 0)


def test_natural_plasticity_learns_from_both_phases_together() -> None:
    natural = nh.Natural(nh.Delta(0.1), damping=0.1)
    acted = act(machine(), WORLD, epochs=2, draws=256, batch_size=32, plasticity=natural)
    assert acted.grasp.accuracy > len(WORLD.patterns()) / 64


@pytest.mark.slow
def test_the_procedure_of_the_source_is_within_its_band() -> None:
    world = RhythmWorld(10)
    model = nh.HelmholtzMachine([10, 8, 5, 3], initial=Zeros(), seed=0)
    acted = act(
        model,
        world,
        rule=nh.ActiveSampling(world=world),
        epochs=100,
        batch_size=1,
        plasticity=nh.Signed(nh.Delta(0.01)),
        every=100,
    )
    assert 0.84 < acted.grasp.accuracy < 0.90
    assert 0.95 < acted.grasp.thresholded_accuracy <= 1
