"""Goal-seeded machines: contexts, simulation, what is refused, files."""

from __future__ import annotations

import io

import numpy as np
import pytest

import neurohm as nh
from neurohm import progress
from neurohm.agents import (
    GridWorld,
    RoutedMachine,
    ShapeWorld,
    Songs,
    cycle_terms,
    cycles,
    maze,
    practise,
    rollout,
    simulation,
    sing,
)
from neurohm.agents.contexts import Conjunctive, RandomWinners
from neurohm.agents.goal_learning import remember
from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError, NotFittedError
from neurohm.machine import ContextMachine

THREE = nh.Categorical(3, categories=3)


@pytest.fixture(scope="module")
def model() -> nh.GoalSeededMachine:
    goals = np.arange(300) % 3
    return nh.GoalSeededMachine(THREE, [16], goals=3, steps=500).fit(np.eye(3)[goals], goals)


@pytest.fixture(scope="module")
def bits() -> nh.GoalSeededMachine:
    rng = np.random.default_rng(0)
    goals = rng.integers(0, 2, 600)
    x = np.where(rng.random((600, 6)) < 0.02, 1, 0)
    x[:, :3] ^= (goals == 0)[:, None]
    x[:, 3:] ^= (goals == 1)[:, None]
    return nh.GoalSeededMachine(6, [24], goals=2, steps=800).fit(x, goals)


def test_goals_bring_about_what_followed_them(model) -> None:
    asked = np.arange(300) % 3
    made = model.simulate(asked)
    assert (made.x.argmax(axis=1) == asked).mean() > 0.97
    assert made.x.sum(axis=1).tolist() == [1.0] * 300
    assert model.history_[-1] > model.history_[0]


def test_one_seed_gives_one_result(model) -> None:
    first, again = (model.simulate([0, 1, 2, 0], random_state=4, candidates=3) for _ in range(2))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.scores, again.scores)


def test_the_best_candidates_have_the_lowest_free_energy(bits) -> None:
    one, best = (
        bits.free_energy(bits.simulate([0] * 200, candidates=n, temperature=1.0).x, [0] * 200)
        for n in (1, 8)
    )
    assert best.mean() < one.mean()


@pytest.mark.parametrize("select", ["free-energy", "goal", "both"])
def test_candidates_are_selected(bits, select: str) -> None:
    made = bits.simulate([0, 1], candidates=4, select=select)
    assert made.scores.shape == (2, 4)


def test_candidates_are_chosen_by_noise_that_accepted_no_cycle(bits, monkeypatch) -> None:
    accepting, choosing, estimate = set(), set(), cycles.free_energy_of
    for module, steps in ((cycles, accepting), (simulation, choosing)):

        def noted(machine, states, stream, steps=steps):
            steps.add(stream.step)
            return estimate(machine, states, stream)

        monkeypatch.setattr(module, "free_energy_of", noted)
    bits.simulate([0, 1], candidates=2, cycles=9, accept="greedy")
    assert accepting == set(range(10))
    assert len(choosing) == 2
    assert not choosing & accepting


def test_evidence_is_held_through_cycles(bits) -> None:
    given = np.array([0, 1, 0, 0, 0, 0])
    observed = np.array([True, True, False, False, False, False])
    for accept in ("always", "greedy", "metropolis"):
        made = bits.simulate([0] * 50, evidence=given, observed=observed, cycles=3, accept=accept)
        np.testing.assert_array_equal(made.x[:, :2], np.tile([0, 1], (50, 1)))
        assert made.free_energy.shape == (4, 50)


def test_decoders_tell_goals(model) -> None:
    hidden = np.asarray(model.recognise(np.eye(3), [0, 1, 2])[0])
    (p,) = model.decode(hidden)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    assert (p.argmax(axis=1) == [0, 1, 2]).all()


def test_the_terms_of_the_cycle_and_practice(bits) -> None:
    x = np.repeat([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], 40, axis=0)
    goals = np.repeat([0, 1], 40)
    terms = cycle_terms(bits, x, goals)
    np.testing.assert_allclose(terms.free_energy, terms.alignment + terms.reconstruction)
    assert 0 < terms.goal_cycle < np.log(2)
    before = {key: value.copy() for key, value in bits.machine_.parameters().items()}
    history = practise(bits, goals, steps=20)
    assert history.shape == (20,)
    changed = {k for k, v in bits.machine_.parameters().items() if (v != before[k]).any()}
    assert changed == {k for k in before if k.startswith("generative")}
    bits.machine_.set_parameters(before)


def test_a_deep_machine_and_every_context_learn() -> None:
    goals = np.arange(300) % 3
    for context, accuracy in (("conjunctive", 0.9), ("linear", 0.9), ("random", 0.9)):
        deep = nh.GoalSeededMachine(
            THREE, [20, 12], goals=3, context=context, context_units=100, steps=800
        )
        made = deep.fit(np.eye(3)[goals], goals).simulate(goals).x.argmax(axis=1)
        assert (made == goals).mean() > accuracy, context


def test_a_constant_context_knows_no_goal() -> None:
    goals = np.arange(300) % 3
    blind = nh.GoalSeededMachine(THREE, [16], goals=3, context="constant", steps=300)
    blind.fit(np.eye(3)[goals], goals)
    assert type(blind.machine_) is ContextMachine
    assert not any("context" in key for key in blind.machine_.parameters())
    made = blind.simulate(goals, temperature=1.0).x.argmax(axis=1)
    assert abs((made == goals).mean() - 1 / 3) < 0.15
    chosen = blind.simulate(goals, temperature=1.0, candidates=8, select="goal").x.argmax(axis=1)
    assert (chosen == goals).mean() > 0.6  # goals are told of what was imagined without them
    assert np.isfinite(cycle_terms(blind, np.eye(3), [0, 1, 2]).goal_cycle)
    assert np.isnan(cycle_terms(blind, np.eye(3)).goal_cycle)
    with pytest.raises(InputError, match="select 'goal' without goals"):
        blind.simulate(rows=3, select="goal")


def test_a_constant_context_has_no_memory() -> None:
    """The same machine, to the bit, whether or not a trace is kept that nothing hears of."""
    x = Songs(2, gap=1).examples()
    for hidden in ([6], [6, 4]):
        plain, tracing = (
            nh.GoalSeededMachine(
                5, hidden, context="constant", memory=memory, steps=20, batch_size=4
            ).fit(x, progress=False)
            for memory in (None, 0.9)
        )
        for key, value in plain.machine_.parameters().items():
            np.testing.assert_array_equal(value, tracing.machine_.parameters()[key])


def test_a_factor_with_a_single_goal_is_told_of_nothing() -> None:
    """It is part of the context, and the decoders of other factors learn theirs."""
    goals = np.arange(300) % 3
    both = np.stack([np.zeros_like(goals), goals], axis=1)
    model = nh.GoalSeededMachine(THREE, [16], goals=(1, 3), steps=500)
    model.fit(np.eye(3)[goals], both, progress=False)
    hidden = np.asarray(model.recognise(np.eye(3), both[:3])[0])
    (p,) = model.decode(hidden)
    assert (p.argmax(axis=1) == [0, 1, 2]).all()
    expected = np.log(p[np.arange(3), [0, 1, 2]])
    parts = model.context_parts(both[:3], None, None, None)
    np.testing.assert_allclose(model.goal_log_probability(hidden, parts), expected, rtol=1e-6)


def test_a_single_goal_is_given_by_its_number() -> None:
    model = nh.GoalSeededMachine(3, [4], goals=1, steps=5).fit(np.eye(3), [0, 0, 0], progress=False)
    np.testing.assert_array_equal(model.codes.of_goals([0, 0]), np.ones((2, 1)))
    with pytest.raises(InputError, match="without goals to tell apart"):
        practise(model, [0])


def test_recognition_may_see_the_context(tmp_path) -> None:
    """Two goals, one kind of observation: recognition that sees the goal tells them apart."""
    x, goals = np.ones((200, 4)), np.arange(200) % 2
    apart = {}
    for sees in (False, True):
        model = nh.GoalSeededMachine(
            4, [8], goals=2, recognises_context=sees, recogniser_rate=1.0, steps=300
        ).fit(x, goals)
        z = model.recognise(x, goals)[0]
        apart[sees] = np.abs(z[goals == 0].mean(axis=0) - z[goals == 1].mean(axis=0)).max()
        model.save(tmp_path / "model.h5")
        again = nh.load(tmp_path / "model.h5")
        assert again.settings() == model.settings()
        np.testing.assert_array_equal(again.recognise(x, goals)[0], z)
    assert apart[True] > apart[False]


def test_numbers_and_codes_are_the_same_data() -> None:
    world = GridWorld()
    place, goal, following = world.examples(400, seed=1)
    cells = nh.Categorical(40, categories=40)
    fits = []
    for code in (lambda a: a, lambda a: np.eye(40, dtype=np.float32)[a]):
        model = nh.GoalSeededMachine(cells, [16], goals=40, situation=40, steps=30)
        fits.append(model.fit(code(following), code(goal), code(place)).machine_.parameters())
    for key, value in fits[0].items():
        np.testing.assert_array_equal(value, fits[1][key])


def test_a_model_comes_back_from_its_file(model, tmp_path) -> None:
    path = tmp_path / "model.h5"
    model.save(path)
    for again in (nh.GoalSeededMachine.load(path), nh.load(path)):
        assert type(again) is nh.GoalSeededMachine
        np.testing.assert_array_equal(
            model.simulate([0, 1, 2], candidates=2).x, again.simulate([0, 1, 2], candidates=2).x
        )
        assert repr(again) == repr(model)
        assert again.settings() == model.settings()
    nh.HelmholtzDensity(hidden=2, epochs=1).fit(np.eye(4)).save(tmp_path / "other.h5")
    with pytest.raises(FileFormatError, match="a GoalSeededMachine"):
        nh.GoalSeededMachine.load(tmp_path / "other.h5")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: m.simulate([3]), "0 to 2"),
        (lambda m: m.simulate(np.ones((2, 4))), r"codes of shape \(rows, 3\)"),
        (lambda m: m.simulate(), "no goals"),
        (lambda m: m.simulate([0], [1]), "situations of a model that has none"),
        (
            lambda m: m.simulate([0], evidence=[1, 1, 0], observed=[True] * 3),
            "contradicts the world",
        ),
        (
            lambda m: m.simulate([0], evidence=[1, 0, 0], observed=[True, False, False]),
            "all units of a group",
        ),
        (
            lambda m: m.simulate([0], evidence=[2, 0, 0], observed=[True] * 3),
            "neither 0 nor 1",
        ),
        (lambda m: m.simulate([0], evidence=[1, 0, 0]), "both"),
        (lambda m: m.simulate([0], memory=np.zeros((1, 16))), "memory of a model that has none"),
        (lambda m: m.simulate([0, 1], rows=5), "rows 5 with contexts of 2"),
        (lambda m: m.simulate([0.5]), "float64; expected .* whole numbers"),
        (
            lambda m: m.simulate([0], evidence=[np.nan] * 3, observed=[True] * 3),
            "evidence that is not finite",
        ),
        (lambda m: m.simulate([0], select="best"), "'free-energy'"),
        (lambda m: m.free_energy(np.eye(3), [0, 1, 2], draws=0), "draws 0"),
        (lambda m: m.simulate([0], temperature=0.0), "above 0"),
        (lambda m: m.fit(np.eye(4), [0, 1, 2, 0]), "observations of shape"),
        (lambda m: m.fit(np.eye(3), [0, 1]), "2 goals of 3 samples"),
        (lambda m: m.simulate(np.full((1, 3), np.nan)), "not finite"),
        (lambda m: nh.GoalSeededMachine(THREE, hidden=[]), "no hidden populations"),
    ],
)
def test_what_does_not_fit_is_refused(model, call, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call(model)


def test_learning_shows_how_far_it_has_come(monkeypatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    for shown in (True, False):
        monkeypatch.setattr("sys.stderr", terminal := Terminal())
        model = nh.GoalSeededMachine(THREE, [8], goals=3, steps=20)
        model.fit(np.eye(3), [0, 1, 2], progress=shown)
        assert ("learning" in terminal.getvalue()) is shown
        assert ("steps/s" in terminal.getvalue()) is shown


def test_settings_are_given_together_or_by_name(model) -> None:
    how = nh.agents.Imagination(candidates=3, random_state=4)
    together, by_name, changed = (
        model.simulate([0, 1, 2], **given).x
        for given in (
            {"how": how},
            {"candidates": 3, "random_state": 4},
            {"how": nh.agents.Imagination(candidates=3), "random_state": 4},
        )
    )
    np.testing.assert_array_equal(together, by_name)
    np.testing.assert_array_equal(together, changed)
    with pytest.raises(ArgumentTypeError, match="setting 'cycle'; expected one of cycles, accept"):
        model.simulate([0], cycle=3)


def test_a_crisp_code_remembers_across_a_long_gap() -> None:
    """Undecided units make the trace noisy, the more so the longer songs are alike."""
    songs = Songs(4, gap=4)
    notes = nh.Categorical(songs.n_notes, categories=songs.n_notes)
    right = {}
    for spread in (6.0, 100.0):
        settings = {"context": "random", "context_units": 400, "context_rate": 0.1}
        model = nh.GoalSeededMachine(
            notes, [48], memory=0.95, code_spread=spread, steps=250, batch_size=16, **settings
        )
        first = np.repeat(songs.examples()[:, 0], 50, axis=0)
        sung = sing(model.fit(songs.examples()), first, 5).argmax(axis=2)
        right[spread] = (sung == np.repeat(songs.notes, 50, axis=0)).all(axis=1).mean()
    assert right[100.0] > max(0.9, right[6.0])


def test_a_goal_that_was_never_seen_is_refused() -> None:
    model = nh.GoalSeededMachine(THREE, [8], goals=4, steps=10).fit(np.eye(3), [0, 1, 3])
    with pytest.raises(InputError, match="goal unit 2, of which nothing was learned"):
        model.simulate([2])
    unfitted = nh.GoalSeededMachine(THREE, goals=4)
    for ask in (unfitted.simulate, lambda goals: practise(unfitted, goals)):
        with pytest.raises(NotFittedError):
            ask([0])


def test_contexts_of_their_kind() -> None:
    machine = ContextMachine([2, 2], context=4)
    both = Conjunctive([2, 2])([np.eye(2), np.eye(2)[[1, 0]]], machine)
    np.testing.assert_array_equal(both.toarray(), np.eye(4)[[1, 2]])
    with pytest.raises(InputError, match="one-hot parts"):
        Conjunctive([2, 2])([np.ones((1, 2)), np.eye(2)[:1]], machine)
    random = RandomWinners([5], size=40, share=0.1)
    first, again = (random([np.eye(5)], machine).toarray() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first.sum(axis=1) == 4).all()


def test_the_trace_in_closed_form() -> None:
    z = np.random.default_rng(0).integers(0, 2, (6, 3)).astype(float)
    decay, trace = 0.7, np.zeros(3)
    for state in z:
        trace = remember(trace, state, decay)
    signs = (2 * z - 1)[::-1]
    expected = (1 - decay) * (decay ** np.arange(6)) @ signs
    np.testing.assert_allclose(trace, expected, atol=1e-12)
    np.testing.assert_array_equal(remember(trace, z[0], 0.0), 2 * z[0] - 1)


def test_memory_tells_songs_apart_that_share_their_middle() -> None:
    songs = Songs(2, gap=1)
    notes = nh.Categorical(songs.n_notes, categories=songs.n_notes)
    right = {}
    for memory in (0.0, 0.8):
        model = nh.GoalSeededMachine(
            notes, [32], memory=memory, context="linear", steps=700, batch_size=32
        ).fit(songs.examples())
        first = np.repeat(songs.examples()[:, 0], 200, axis=0)
        sung = sing(model, first, 2, temperature=0.5).argmax(axis=2)
        right[memory] = (sung == np.repeat(songs.notes, 200, axis=0)).all(axis=1).mean()
    assert 0.35 < right[0.0] < 0.65  # the bound of any first-order chain is one half
    assert right[0.8] > 0.9
    with pytest.raises(InputError, match="without memory"):
        sing(nh.GoalSeededMachine(notes, goals=2), songs.examples()[:, 0], 2)


def test_routing_sees_the_patch_wherever_it_is() -> None:
    world = ShapeWorld()
    model = RoutedMachine(world.slots, world.n_shapes)
    pairs = world.combinations()
    seen = model.route(world.draw(*pairs.T), np.eye(world.n_places)[pairs[:, 1]])
    np.testing.assert_array_equal(seen, world.patches[pairs[:, 0]])


def test_routed_machines_compose_what_they_never_saw() -> None:
    world = ShapeWorld()
    for ask in ("simulate", "recognise"):
        with pytest.raises(NotFittedError):
            getattr(RoutedMachine(world.slots, world.n_shapes), ask)([[0, 0]])
    model = RoutedMachine(world.slots, world.n_shapes, steps=300).fit(*world.examples(3000))
    pairs = np.repeat(world.combinations(held_out=True), 20, axis=0)
    found, _ = world.nearest(model.simulate(pairs, temperature=0.5))
    assert (found == pairs).all(axis=1).mean() > 0.9
    images = world.draw(*world.combinations().T)
    assert (model.recognise(images)[1].argmax(axis=1) == world.combinations()[:, 1]).mean() > 0.9
    with pytest.raises(InputError, match="what, where"):
        model.simulate([0, 1])
    with pytest.raises(InputError, match="below"):
        model.simulate([[0, 4]])


def test_a_shape_or_a_place_that_was_never_seen_is_refused() -> None:
    world = ShapeWorld()
    x, goals = world.examples(200)
    model = RoutedMachine(world.slots, world.n_shapes, steps=5)
    model.fit(x[goals[:, 0] != 2], goals[goals[:, 0] != 2])
    with pytest.raises(InputError, match="shape 2, of which nothing was learned"):
        model.simulate([[2, 0]])


def test_rooms_and_their_shortest_ways() -> None:
    world = GridWorld()
    assert world.n_cells == 40
    place, goal, following = world.examples(3000, wander=0.0)
    nearer = world.distance[following, goal] == world.distance[place, goal] - 1
    assert (nearer | (place == goal)).all()
    assert world.allows(place, following).all()
    assert maze(5, seed=1).n_cells == 25
    np.testing.assert_array_equal(maze(5, seed=1).distance, maze(5, seed=1).distance)
    for drawing, words in (("..\n.", "lines of"), (".#.", "connected"), ("##", "a free cell")):
        with pytest.raises(InputError, match=words):
            GridWorld(drawing)
    with pytest.raises(InputError, match="goals 3 to 99; expected 0 to 39"):
        world.examples(10, goals=[3, 99])


def test_an_agent_reaches_goals_in_a_small_world() -> None:
    world = GridWorld("...\n.#.\n...")
    place, goal, following = world.examples(4000)
    cells = nh.Categorical(8, categories=8)
    model = nh.GoalSeededMachine(cells, [32], goals=8, situation=8, steps=1500)
    model.fit(following, goal, place)
    starts, goals = np.argwhere(~np.eye(8, dtype=bool)).T
    run = rollout(model, world, starts, goals)
    assert run.success_rate > 0.95
    assert rollout(None, world, starts, goals).success_rate < run.success_rate
    assert run.to_dict()["rows"] == 56
    assert np.isfinite(run.free_energy[run.imagined >= 0]).all()
    slippery = GridWorld("...\n.#.\n...", slip=0.3)
    assert rollout(model, slippery, starts, goals, patience=8.0).success_rate > 0.8
    with pytest.raises(InputError, match="starts that are their goals"):
        rollout(model, world, [1], [1])
    with pytest.raises(InputError, match="knows 8 places in a world of 40"):
        rollout(model, GridWorld(), [1], [2])
    with pytest.raises(InputError, match="0 to 7"):
        rollout(model, world, [1], [9])
    with pytest.raises(ArgumentTypeError, match="setting 'heat'"):
        rollout(None, world, [1], [2], heat=1.0)


def test_evidence_that_cannot_follow_has_a_high_free_energy() -> None:
    """It is held all the same; the free energy, nats, tells that it contradicts the world."""
    world = GridWorld("...\n.#.\n...")
    place, goal, following = world.examples(4000)
    cells = nh.Categorical(8, categories=8)
    model = nh.GoalSeededMachine(cells, [32], goals=8, situation=8, steps=1500)
    model.fit(following, goal, place)
    near, far = world.neighbours[0, 0], int(world.distance[0].argmax())
    made = [
        model.simulate([far], [0], evidence=np.eye(8)[cell], observed=[True] * 8)
        for cell in (near, far)
    ]
    assert [int(m.x.argmax()) for m in made] == [near, far]
    assert made[1].free_energy[-1, 0] > made[0].free_energy[-1, 0] + 5


def test_a_population_responds_to_a_condition_as_it_did() -> None:
    """Goal = stimulus condition: the rates of a simulated population."""
    rng = np.random.default_rng(0)
    rates = rng.uniform(0.02, 0.5, (3, 12))
    condition = rng.integers(0, 3, 4000)
    words = (rng.random((4000, 12)) < rates[condition]).astype(np.float32)
    model = nh.GoalSeededMachine(12, [64], goals=3, steps=1200).fit(words, condition)
    asked = np.repeat([0, 1, 2], 1000)
    made = model.simulate(asked, temperature=1.0).x
    for goal in range(3):
        observed, imagined = words[condition == goal].mean(0), made[asked == goal].mean(0)
        assert np.corrcoef(observed, imagined)[0, 1] > 0.85


def test_units_that_fire_together_within_a_condition_do_so_in_imagination() -> None:
    rng = np.random.default_rng(1)
    condition = rng.integers(0, 2, 3000)
    words = (rng.random((3000, 5)) < 0.3 + 0.2 * condition[:, None]).astype(np.float32)
    copied = rng.random(3000) < 0.9
    words[copied, 1] = words[copied, 0]
    spikes = {"code_spread": 0.1, "recogniser_rate": 1.0, "warm_up": 0.0, "learning_rate": 2.0}
    model = nh.GoalSeededMachine(5, [4], goals=2, steps=1500, recognises_context=True, **spikes)
    made = model.fit(words, condition).simulate(np.zeros(4000, int), temperature=1.0).x
    together = np.corrcoef(made.T)
    assert together[0, 1] > 0.5  # 0.9 in the data
    assert np.abs(together[2:, 2:][np.triu_indices(3, 1)]).max() < 0.2


@pytest.mark.parametrize("slots", [[[0, 1], [1, 2]], [[0, 1], [2, 4]], [0, 1], [[0.0], [1.0]]])
def test_slots_that_are_not_the_pixels_of_an_image(slots: list) -> None:
    with pytest.raises(InputError, match="slots of shape"):
        RoutedMachine(slots, 2)
