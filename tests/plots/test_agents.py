"""Pictures of agents."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError


@pytest.fixture(scope="module")
def walk():
    world = nh.agents.GridWorld()
    return world, nh.agents.rollout(None, world, [0, 1, 2], [39, 39, 20])


def test_ways_begin_at_starts_and_lead_to_goals(walk) -> None:
    world, run = walk
    axes = nh.plots.trajectories(world, run, most=2)
    circles = [line for line in axes.lines if line.get_marker() == "o"]
    stars = [line for line in axes.lines if line.get_marker() == "*"]
    assert len(circles) == len(stars) == 2
    assert nh.plots.trajectories(world, run, axes=axes) is axes


def test_imagined_moves_are_arrows(walk) -> None:
    world, run = walk
    axes = nh.plots.imagined_moves(world, run)
    rows = run.goals == 39
    made = run.imagined[rows] >= 0
    pairs = {*zip(run.places[rows][:, :-1][made], run.imagined[rows][made], strict=True)}
    assert len(axes.texts) == len(pairs)
    assert nh.plots.imagined_moves(
        nh.agents.maze(5), nh.agents.rollout(None, nh.agents.maze(5), [0], [9])
    )


def test_images_lie_one_above_the_other() -> None:
    axes = nh.plots.imagined(np.eye(4), np.full((4, 4), 0.25), (2, 2), names=["a", "b"])
    (image,) = axes.images
    shown = np.asarray(image.get_array())
    np.testing.assert_array_equal(shown[:2, :2], np.eye(4)[0].reshape(2, 2))
    assert shown[-1, -1] == 0.25
    with pytest.raises(InputError, match="both"):
        nh.plots.imagined(np.eye(4), np.eye(3), (2, 2))


def test_salience_is_relative_to_uniform() -> None:
    p, good = np.array([0.5, 0.25, 0.25, 0.0]), np.array([True, True, False, False])
    axes = nh.plots.salience({"now": p}, good)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1.0, 0.5])
    assert "0.750 well formed" in axes.get_legend().get_texts()[0].get_text()
    with pytest.raises(InputError, match="a state each"):
        nh.plots.salience({"now": p[:2]}, good)


def test_trade_offs_are_of_rejected_dreams() -> None:
    axes = nh.plots.trade_off({"plain": [[0.95, 248], [0.99, 240]]}, total=256, target=(0.99, 230))
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [0.05, 0.01])
    with pytest.raises(InputError, match="accuracy below 1"):
        nh.plots.trade_off({"plain": [[1.0, 248]]})


def test_the_free_energy_over_epochs_and_cycles() -> None:
    history = {"free_energy": [np.nan, 6.0], "surprise": [np.nan, 5.5]}
    axes = nh.plots.free_energy(history)
    assert [line.get_label() for line in axes.lines] == ["free energy", "surprise"]
    energies = np.arange(12.0).reshape(3, 4)
    axes = nh.plots.free_energy_of_cycles({"greedy": energies})
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.median(energies, axis=1))
    with pytest.raises(InputError, match="free_energy"):
        nh.plots.free_energy({"bound": [1.0]})
    with pytest.raises(InputError, match="cycles"):
        nh.plots.free_energy_of_cycles({"greedy": [1.0]})
