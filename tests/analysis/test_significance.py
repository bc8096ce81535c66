"""P-values: right where there is nothing, small where there is something, family-wise."""

import numpy as np
import pytest

from neurohm.analysis.significance import Part, jitter_test
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins

N_UNITS, N_BINS, WINDOW = 6, 600, 5
TILES = JitterWindows.tile(np.ones(N_BINS, dtype=bool), WINDOW)


def spikes_of(counts, at_most_one=False):
    indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
    bins = np.concatenate([np.repeat(np.arange(len(row)), row) for row in counts])
    return SpikeBins(indptr, bins, counts.shape[1], at_most_one)


def modulated(rng, rate=0.1):
    """Counts of units whose rates go up and down together, slowly."""
    course = rate * (1 + 0.9 * np.sin(np.arange(N_BINS) / 40))
    return rng.poisson(course, (N_UNITS, N_BINS))


def with_pattern(rng, members=(0, 1, 2), lags=(0, 1, 2), number=25):
    counts = modulated(rng)
    begins = rng.choice(N_BINS - 5, number, replace=False)
    for unit, lag in zip(members, lags, strict=True):
        counts[unit, begins + lag] += 1
    return counts


def weight_of(members, lags, n_lags=3):
    weight = np.zeros((N_UNITS, n_lags))
    weight[list(members), list(lags)] = 2.0
    return weight


PLANTED = weight_of((0, 1, 2), (0, 1, 2))
OTHERS = [weight_of((3, 4, 5), (0, 0, 1)), weight_of((1, 3, 5), (2, 0, 1))]


def outcome_of(spikes, weights, surrogates=99, seed=0, parts=None):
    parts = parts or [Part(0, N_BINS, weights)]
    rng = np.random.default_rng(seed)
    return jitter_test(spikes, TILES, parts, surrogates=surrogates, rng=rng)


# ---- where there is nothing


def test_of_a_surrogate_the_p_values_are_those_of_chance():
    """A jittered recording is exchangeable with its own surrogates: P(p <= q) = q, or less.

    Binomial(300, 0.1) exceeds 48 once in 2200 draws, Binomial(300, 0.5) 180 once in 4900. The
    bounds from below are against a test that never finds anything.
    """
    p_values, of_units = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        spikes = spikes_of(modulated(rng)).jittered(TILES, rng)
        parts = [Part(0, 300, [PLANTED, OTHERS[0]]), Part(300, N_BINS, [PLANTED, None])]
        found = outcome_of(spikes, None, surrogates=19, seed=seed + 1000, parts=parts)
        p_values.append(found.p_value.min())
        of_units.append(found.unit_p_value.min(axis=1))
    for smallest in (p_values, *np.transpose(of_units)):
        smallest = np.array(smallest)
        assert 15 <= (smallest <= 0.1 + 1e-9).sum() <= 48
        assert 120 <= (smallest <= 0.5 + 1e-9).sum() <= 180


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_of_spikes_or_none_too(rate):
    """Independent Bernoulli bins. Binomial(200, 0.1) exceeds 35 once in 3000 seeds."""
    rejected = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        counts = (rng.random((N_UNITS, N_BINS)) < rate).astype(int)
        every = [np.ones((N_UNITS, 2))]
        found = outcome_of(spikes_of(counts, at_most_one=True), every, surrogates=19, seed=seed)
        rejected += found.p_value[0] <= 0.1 + 1e-9
    assert 5 <= rejected <= 35


def test_slow_changes_that_units_share_are_no_coincidence():
    rng = np.random.default_rng(4)
    course = np.repeat(rng.random(N_BINS // (4 * WINDOW)) < 0.5, 4 * WINDOW)
    counts = rng.poisson(0.02 + 0.5 * course, (N_UNITS, N_BINS))
    found = outcome_of(spikes_of(counts), [PLANTED, *OTHERS])
    assert (found.p_value > 0.1).all()


# ---- where there is something


def test_a_planted_pattern_has_the_smallest_p_value_and_its_units_do():
    found = outcome_of(spikes_of(with_pattern(np.random.default_rng(0))), [OTHERS[0], PLANTED])
    assert found.p_value[1] == 0.01
    assert found.p_value[0] > 0.05
    assert found.z[1] > 5 > found.z[0]
    assert found.unit_p_value.shape == (2, N_UNITS)
    np.testing.assert_allclose(found.unit_p_value[1, :3], 0.01)
    assert (found.unit_p_value[1, 3:] > 0.01).all()


def test_a_unit_beside_the_pattern_is_not_in_it():
    weight = PLANTED.copy()
    weight[3:] = 1.0  # the template claims units that do not take part
    found = outcome_of(spikes_of(with_pattern(np.random.default_rng(1))), [weight], surrogates=199)
    assert (found.unit_p_value[0, :3] == 0.005).all()
    assert (found.unit_p_value[0, 3:] > 0.05).all()


def test_wrong_lags_are_not_the_pattern():
    wrong = weight_of((0, 1, 2), (2, 1, 0))
    right, other = outcome_of(
        spikes_of(with_pattern(np.random.default_rng(2), number=40)), [PLANTED, wrong]
    ).z
    assert right > 5
    assert right > 3 * other


# ---- how the numbers are made


def test_they_are_those_of_the_definition():
    """Standardised over the surrogates, for p-values with the recording among them; parts added."""
    spikes = spikes_of(with_pattern(np.random.default_rng(3), number=6))
    parts = [
        Part(0, 200, [PLANTED, *OTHERS]),
        Part(250, N_BINS, [None, OTHERS[1], weight_of((0, 5), (0, 3), 4)]),
    ]
    found = outcome_of(spikes, None, surrogates=39, seed=7, parts=parts)
    rng = np.random.default_rng(7)
    rows = [spikes, *(spikes.jittered(TILES, rng) for _ in range(39))]
    shares = np.array([[shares_by_definition(row, part) for part in parts] for row in rows])
    total = shares.sum(axis=3)
    z, unit_z = (standardised(x, x).sum(axis=1) / np.sqrt(2) for x in (total, shares))
    expected = standardised(total[:1], total[1:]).sum(axis=1)[0] / np.sqrt(2)
    np.testing.assert_allclose(found.z, expected, atol=1e-5)  # shares are in single precision
    largest = z.max(axis=1)
    np.testing.assert_allclose(found.p_value, [(largest >= own - 1e-6).mean() for own in z[0]])
    for template, of_units in enumerate(found.unit_p_value):
        largest = unit_z[:, template].max(axis=1)
        expected = [(largest >= own - 1e-6).mean() for own in unit_z[0, template]]
        np.testing.assert_allclose(of_units, expected)


def shares_by_definition(spikes, part):
    counts = np.zeros((N_UNITS, N_BINS))
    np.add.at(counts, (spikes.units, spikes.bins), 1)
    result = np.zeros((len(part.weights), N_UNITS))
    for row, weight in zip(result, part.weights, strict=True):
        if weight is None:
            continue
        lags = weight.shape[1]
        wide = np.pad(counts[:, part.first : part.end], ((0, 0), (lags - 1, lags - 1)))
        moments = range(wide.shape[1] - lags + 1)
        own = np.array([(weight * wide[:, t : t + lags]).sum(axis=1) for t in moments]).T
        row[:] = (own * (own.sum(axis=0) - own)).sum(axis=1)
    return result


def standardised(values, among):
    spread = among.std(axis=0)
    off = values - among.mean(axis=0)
    return np.divide(off, spread, out=np.zeros_like(off), where=spread > 0)


def test_z_tells_how_clear_a_clear_pattern_is():
    """Among n rows of which it is one, it could be sqrt(n - 1) at most, however clear it is."""

    def z_of(number):
        counts = with_pattern(np.random.default_rng(0), number=number)
        return outcome_of(spikes_of(counts), [PLANTED]).z[0]

    assert z_of(80) > np.sqrt(99)
    assert z_of(80) > 1.3 * z_of(20)


def test_the_scale_of_the_weights_does_not_matter():
    spikes = spikes_of(with_pattern(np.random.default_rng(0)))
    one, scaled = outcome_of(spikes, [PLANTED]), outcome_of(spikes, [8 * PLANTED])
    np.testing.assert_array_equal(one.z, scaled.z)
    np.testing.assert_array_equal(one.unit_p_value, scaled.unit_p_value)


def test_the_more_templates_the_larger_the_p_values():
    spikes = spikes_of(with_pattern(np.random.default_rng(5), number=6))
    alone = outcome_of(spikes, [PLANTED]).p_value[0]
    rng = np.random.default_rng(0)
    many = [rng.random((N_UNITS, 3)) for _ in range(20)]
    assert outcome_of(spikes, [PLANTED, *many]).p_value[0] > alone


# ---- templates without counterpart, and nothing to test


def test_a_template_without_any_counterpart_is_never_significant():
    spikes = spikes_of(with_pattern(np.random.default_rng(0)))
    parts = [Part(0, 300, [PLANTED, None]), Part(300, N_BINS, [PLANTED, None])]
    found = outcome_of(spikes, None, parts=parts)
    assert found.z[1] == 0
    assert found.p_value[1] > 0.3
    assert (found.unit_p_value[1] == 1).all()
    assert found.p_value[0] == 0.01


def test_a_part_without_counterpart_adds_nothing():
    spikes = spikes_of(with_pattern(np.random.default_rng(0)))
    both = [Part(0, 300, [PLANTED]), Part(300, N_BINS, [None])]
    one = [Part(0, 300, [PLANTED])]
    ratio = outcome_of(spikes, None, parts=one).z / outcome_of(spikes, None, parts=both).z
    assert ratio == pytest.approx(np.sqrt(2))


def test_no_templates():
    found = outcome_of(spikes_of(modulated(np.random.default_rng(0))), [])
    assert found.z.shape == found.p_value.shape == (0,)
    assert found.unit_p_value.shape == (0, N_UNITS)


def test_no_spikes():
    found = outcome_of(spikes_of(np.zeros((N_UNITS, N_BINS), dtype=int)), [PLANTED])
    assert found.z[0] == 0
    assert found.p_value[0] == 1
    assert (found.unit_p_value == 1).all()


def test_the_same_stream_gives_the_same_and_each_surrogate_is_told():
    spikes, told = spikes_of(with_pattern(np.random.default_rng(0))), []
    same = [
        jitter_test(
            spikes,
            TILES,
            [Part(0, N_BINS, [PLANTED])],
            surrogates=7,
            rng=np.random.default_rng(1),
            advance=lambda: told.append(1),
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(same[0].z, same[1].z)
    assert len(told) == 14
