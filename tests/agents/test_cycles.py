"""Cycles of imagination and recognition, against all states of tiny machines."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.agents import Cycle, Evidence, cycles, imagine, refine
from neurohm.agents.cycles import log_ratio
from neurohm.backend import RandomStream, Site
from neurohm.exceptions import InputError
from neurohm.learning import GoalSeeded
from neurohm.learning.base import Phases, invert_dream
from neurohm.machine import Activity, ContextMachine, Normal, log_joint
from neurohm.machine.passes import log_recognition
from neurohm.populations import Gaussian, all_states

ROWS = 20_000


def machine(hidden: int = 2, seed: int = 0, spread: float = 1.0, **more) -> ContextMachine:
    made = ContextMachine([3, hidden], context=2, dtype="float64", initial=Normal(spread), **more)
    rng = np.random.default_rng(seed)
    for value in made.parameters().values():
        value[...] = spread * rng.standard_normal(value.shape)
    return made


def exact_recognition(made: ContextMachine) -> ContextMachine:
    """Make recognition of a single hidden unit exact: its log-odds are linear in what it sees."""
    p = made.parameters()
    w, c = p["generative/hidden1->visible"][0], p["generative/visible"]
    p["recognition/visible->hidden1"][:, 0] = w
    softplus = np.logaddexp(0, c + w).sum() - np.logaddexp(0, c).sum()
    p["recognition/hidden1"][...] = p["generative/hidden1"] - softplus
    p["recognition/context->hidden1"][...] = p["generative/context->hidden1"]
    return made


def joint_states(made: ContextMachine, goal: int) -> list[np.ndarray]:
    hidden = made.sizes[1]
    both = all_states(3 + hidden)
    context = np.eye(2)[np.full(len(both), goal)]
    return [np.ascontiguousarray(part) for part in (both[:, :3], both[:, 3:], context)]


def law(made: ContextMachine, goal: int) -> np.ndarray:
    return np.exp(log_joint(made, joint_states(made, goal)))


def observed_law(states) -> np.ndarray:
    both = np.hstack([states[0], states[1]]).astype(int)
    units = both.shape[1]
    return np.bincount(both @ (1 << np.arange(units)[::-1]), minlength=1 << units) / len(both)


def distance(p: np.ndarray, q: np.ndarray) -> float:
    return float(np.abs(p - q).sum() / 2)


def context_of(goal: int, rows: int = ROWS) -> np.ndarray:
    return np.ascontiguousarray(np.eye(2)[np.full(rows, goal)])


def test_the_free_energy_exceeds_surprise_by_the_divergence_of_recognition() -> None:
    made = machine(recognised=True)
    for goal in range(2):
        states = joint_states(made, goal)
        p, q = log_joint(made, states).copy(), log_recognition(made, states).copy()
        p, q = p.reshape(8, 4), q.reshape(8, 4)  # x by z
        surprise = -np.logaddexp.reduce(p, axis=1)
        free = (np.exp(q) * (q - p)).sum(axis=1)
        posterior = p + surprise[:, None]
        divergence = (np.exp(q) * (q - posterior)).sum(axis=1)
        np.testing.assert_allclose(free - surprise, divergence, atol=1e-10)
        assert (divergence >= 0).all()
        # the latent cycle is the entropy of z given x and the goal, plus what recognition lacks
        cycle = -(np.exp(p) * q).sum()
        floor = -(np.exp(p) * posterior).sum()
        lacking = (np.exp(p) * (posterior - q)).sum()
        np.testing.assert_allclose(cycle, floor + lacking, atol=1e-10)
        # with the exact posterior the chain z -> x -> z leaves p(z | g) as it is
        generate = np.exp(p - np.logaddexp.reduce(p, axis=0))  # p(x | z)
        prior = np.exp(np.logaddexp.reduce(p, axis=0))
        transition = generate.T @ np.exp(posterior)
        np.testing.assert_allclose(prior @ transition, prior, atol=1e-12)


@pytest.mark.parametrize("what", ["wake", "sleep"])
def test_updates_are_gradients_of_their_terms(what: str) -> None:
    """Awake of E_q[F] with q held, asleep of the latent cycle, all states enumerated."""
    made = machine(recognised=True, spread=0.7)
    states = joint_states(made, 1)
    rule, phases = GoalSeeded(), Activity(states, np.zeros(32), {})
    if what == "wake":
        updates = rule.wake_updates(made, phases)
        weight = np.exp(log_recognition(made, states)) / 8
        pathway = "generative"

        def value() -> float:
            return float(weight @ log_joint(made, states))
    else:
        updates = rule.sleep_updates(made, phases)
        weight = np.exp(log_joint(made, states))
        pathway = "recognition"

        def value() -> float:
            return float(weight @ log_recognition(made, states))

    assert {u.pathway for u in updates.local} == {pathway}
    for update in updates.local:
        error = update.error * (update.scale * 32 * weight)[:, None]
        for afferent in update.afferents:
            before, key = afferent.presynaptic, afferent.synapses.key
            gradient = error.sum(0) if before is None else before.T @ error
            parameter = made.parameters()[key]
            for place in np.ndindex(parameter.shape):
                kept, values = parameter[place], []
                for step in (1e-5, -1e-5):
                    parameter[place] = kept + step
                    values.append(value())
                parameter[place] = kept
                slope = (values[0] - values[1]) / 2e-5
                np.testing.assert_allclose(gradient[place], slope, rtol=1e-6, atol=1e-9)


def test_without_evidence_exact_cycles_leave_the_law_as_it_is() -> None:
    made = exact_recognition(machine(hidden=1, recognised=True))
    states = imagine(made, context_of(1), ROWS, RandomStream(0))
    states, _ = refine(made, states, None, Cycle(cycles=5), RandomStream(1))
    assert distance(observed_law(states), law(made, 1)) < 0.02  # expected 0.005, 4 sd 0.01


def test_with_evidence_exact_cycles_draw_from_what_it_leaves_open() -> None:
    made = exact_recognition(machine(hidden=1, recognised=True, spread=1.5))
    evidence = evidence_of(10_000, clamped=True)
    assert evidence is not None
    states = imagine(made, context_of(0, 10_000), 10_000, RandomStream(0))
    states[0] = evidence.clamp(states[0])
    states, _ = refine(made, states, evidence, Cycle(cycles=15), RandomStream(5))
    assert distance(observed_law(states), clamped_law(made, clamped=True)) < 0.03


def clamped_law(made: ContextMachine, *, clamped: bool) -> np.ndarray:
    """Return p(z, x), or p(z, x | x1 = 1), of every state."""
    p = law(made, 0)
    if clamped:
        p = p * (joint_states(made, 0)[0][:, 0] == 1)
    return p / p.sum()


def evidence_of(rows: int, *, clamped: bool) -> Evidence | None:
    mask = np.tile([True, False, False], (rows, 1))
    return Evidence(np.tile([1.0, 0, 0], (rows, 1)), mask) if clamped else None


@pytest.mark.parametrize("clamped", [False, True])
def test_metropolis_is_in_balance_with_wrong_recognition(clamped: bool) -> None:
    """Of every pair of states: flow from one to the other is the flow back."""
    made = machine(hidden=2, recognised=True, seed=3, spread=0.8)
    every, p = joint_states(made, 0), clamped_law(made, clamped=clamped)
    before, after = np.divmod(np.arange(32 * 32), 32)
    old, new = ([part[chosen] for part in every] for chosen in (before, after))
    evidence = evidence_of(len(before), clamped=clamped)
    recognised = np.exp(log_recognition(made, [old[0], *new[1:]]))
    prior = np.exp(np.logaddexp.reduce(log_joint(made, every).reshape(8, 4), axis=0))
    generated = (law(made, 0) / np.tile(prior, 8))[after]  # p(x' | z')
    if clamped:  # what is given is not generated
        bias, weights = (
            made.parameters()[f"generative/{key}"] for key in ("visible", "hidden1->visible")
        )
        generated = generated * (1 + np.exp(-(new[1] @ weights + bias)[:, 0])) * new[0][:, 0]
    taken = np.minimum(1, np.exp(log_ratio(made, old, new, evidence)))
    flow = (p[before] * recognised * generated * taken).reshape(32, 32)
    assert flow.sum() > 0.1
    np.testing.assert_allclose(flow, flow.T, atol=1e-12)


@pytest.mark.parametrize("clamped", [False, True])
def test_metropolis_corrects_wrong_recognition(clamped: bool) -> None:
    """From a sample of the law itself: what leaves it as it is, and what does not."""
    rows = 10_000
    made = machine(hidden=2, recognised=True, seed=3, spread=0.8)
    expected = clamped_law(made, clamped=clamped)
    chosen = np.random.default_rng(0).choice(32, rows, p=expected)
    evidence, apart = evidence_of(rows, clamped=clamped), {}
    for accept in ("metropolis", "always", "greedy"):
        states = [np.ascontiguousarray(part[chosen]) for part in joint_states(made, 0)]
        states, energy = refine(made, states, evidence, Cycle(3, accept), RandomStream(9))
        apart[accept] = distance(observed_law(states), expected)
        if accept == "greedy":
            assert energy[-1].mean() < energy[0].mean()
    assert apart["metropolis"] < 0.03  # expected 0.02, deviation 0.003
    assert apart["always"] > 0.05
    assert apart["greedy"] > 0.05


@pytest.mark.parametrize("accept", ["greedy", "metropolis"])
def test_coins_are_tossed_apart_from_what_they_decide_on(accept: str, monkeypatch) -> None:
    """Or else what a hidden unit is drawn by, for a free energy, decides whether it is taken."""
    tossed, toss = [], cycles.uniform

    def noted(draws, *shape):
        tossed.append(draws.site)
        return toss(draws, *shape)

    monkeypatch.setattr(cycles, "uniform", noted)
    made = machine(hidden=2, recognised=True)
    states = [np.ascontiguousarray(part) for part in joint_states(made, 0)]
    refine(made, states, None, Cycle(2, accept), RandomStream(0))
    assert len(tossed) == 2
    drawn = {site.of(target) for site in Site for target in made.recognition.order}
    assert not drawn & set(tossed)


def test_the_linear_gaussian_inverse_is_where_sleep_stops() -> None:
    """R* = S W (S^-1 = 1 + W'W), Q* = S P, a* = S b - c R*: no error is correlated with input."""
    rng, rows = np.random.default_rng(0), 4000
    made = ContextMachine([Gaussian(3), Gaussian(2)], context=2, recognised=True, dtype="float64")
    p = made.parameters()
    w, prior = rng.standard_normal((2, 3)), rng.standard_normal((2, 2))
    b, c = rng.standard_normal(2), rng.standard_normal(3)
    inverse = np.linalg.inv(np.eye(2) + w @ w.T)
    r = w.T @ inverse
    p["generative/hidden1->visible"][...], p["generative/visible"][...] = w, c
    p["generative/context->hidden1"][...], p["generative/hidden1"][...] = prior, b
    p["recognition/visible->hidden1"][...] = r
    p["recognition/context->hidden1"][...] = prior @ inverse
    p["recognition/hidden1"][...] = b @ inverse - c @ r
    context = np.eye(2)[np.arange(rows) % 2]
    noise = rng.standard_normal((rows, 5))
    noise -= context @ np.linalg.lstsq(context, noise, rcond=None)[0]
    noise = np.linalg.qr(noise)[0] * np.sqrt(rows)  # moments exactly those of independent units
    z = context @ prior + b + noise[:, :2]
    x = z @ w + c + noise[:, 2:]
    (update,) = invert_dream(made, Activity([x, z, context], None, {}), 1.0, None).local
    for afferent in update.afferents:
        before = np.ones((rows, 1)) if afferent.presynaptic is None else afferent.presynaptic
        np.testing.assert_allclose(update.scale * before.T @ update.error, 0, atol=1e-10)
    # the mean of z given z and back has the prior mean as its fixed point, and contracts
    np.testing.assert_allclose(w @ r + inverse, np.eye(2), atol=1e-12)
    assert np.abs(np.linalg.eigvals(w @ r)).max() < 1


def test_the_information_of_goals_bounds_what_the_goal_cycle_says() -> None:
    made = machine(recognised=False, spread=1.5)
    decode = np.exp(np.random.default_rng(1).standard_normal((4, 2)))  # r(g | z')
    decode /= decode.sum(axis=1, keepdims=True)
    cycle, visible = 0.0, []
    for goal in range(2):
        states = joint_states(made, goal)
        q = np.exp(log_recognition(made, states)).reshape(8, 4)
        x = law(made, goal).reshape(8, 4).sum(axis=1)
        visible.append(x)
        cycle -= 0.5 * float(x @ q @ np.log(decode[:, goal]))
    joint = np.array(visible) / 2
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    information = float((joint * np.log(joint / independent)).sum())
    assert np.log(2) - cycle <= information <= np.log(2)


@pytest.mark.parametrize("hidden", [[3], [4, 2]])
def test_without_context_it_is_the_plain_machine_to_the_bit(hidden: list[int]) -> None:
    import neurohm as nh

    plain, seeded = nh.HelmholtzMachine([5, *hidden], seed=4), ContextMachine([5, *hidden], seed=4)
    x = all_states(5)[:12]
    for step in range(3):
        stream = RandomStream(7, step)
        for made, rule in ((plain, nh.WakeSleep()), (seeded, GoalSeeded())):
            phases: Phases = rule.phases(made, x, seed=stream)
            nh.Delta(0.1).apply(made, rule.updates(made, phases))
    for key, value in plain.parameters().items():
        np.testing.assert_array_equal(value, seeded.parameters()[key])


def test_a_copy_keeps_the_context() -> None:
    made = machine(recognised=True)
    twin = made.copy("float32")
    assert isinstance(twin, ContextMachine)
    assert twin.parameters().keys() == made.parameters().keys()


def test_an_unknown_acceptance_is_refused() -> None:
    made = machine()
    states = imagine(made, context_of(0, 2), 2, RandomStream(0))
    with pytest.raises(InputError, match="'always' or 'greedy' or 'metropolis'"):
        refine(made, states, None, Cycle(1, "never"), RandomStream(0))
