"""Sharpened templates: a part of a pattern becomes the whole, and bursts and rates nothing."""

import numpy as np
import pytest

from neurohm.analysis.sharpening import sharpened
from neurohm.analysis.spike_bins import SpikeBins
from neurohm.analysis.templates import Template

BINS, UNITS = 12000, 16


def spikes_of(counts):
    bins, units = np.nonzero(counts)
    number = counts[bins, units].astype(int)
    bins, units = np.repeat(bins, number), np.repeat(units, number)
    order = np.argsort(units, kind="stable")
    ends = np.cumsum(np.bincount(units, minlength=counts.shape[1]))
    return SpikeBins(np.append(0, ends), bins[order], len(counts))


def sharp(counts, *templates, observed=None):
    made = [Template((i,), np.asarray(field)) for i, field in enumerate(templates)]
    known = np.ones(len(counts), dtype=bool) if observed is None else observed
    return sharpened(made, spikes_of(counts), known, counts.mean(axis=0))


def field_of(units, lags=(0,), length=1):
    field = np.zeros((UNITS, length))
    field[units, np.broadcast_to(lags, len(units))] = 0.2
    return field


@pytest.fixture
def planted():
    """Units 0 to 4 fire one bin after another; units 8 to 11 together."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(0.05, (BINS, UNITS))
    for at in rng.choice(BINS - 10, 120, replace=False):
        counts[at + np.arange(5), np.arange(5)] += 1
    for at in rng.choice(BINS - 10, 120, replace=False):
        counts[at, 8:12] += 1
    return counts


def members(template):
    return np.flatnonzero(template.field.any(axis=1)).tolist()


def test_parts_become_whole_with_their_lags(planted):
    part = field_of([1, 2, 14], [0, 1, 0], 2)
    [found] = sharp(planted, part)
    assert members(found) == [0, 1, 2, 3, 4]
    assert found.field.argmax(axis=1)[:5].tolist() == [0, 1, 2, 3, 4]
    assert found.field.sum(axis=1)[:5].tolist() == pytest.approx([1.0] * 5, abs=0.25)


def test_two_parts_of_one_pattern_are_merged(planted):
    found = sharp(
        planted, field_of([0, 1], [0, 1], 2), field_of([8, 9]), field_of([3, 4], [0, 1], 2)
    )
    assert [template.hidden_units for template in found] == [(0, 2), (1,)]
    assert members(found[1]) == [8, 9, 10, 11]


def test_what_the_spikes_do_not_say_stays_as_it_is():
    counts = np.random.default_rng(1).poisson(0.05, (BINS, UNITS))
    rough = field_of([2, 5])
    [found] = sharp(counts, rough)
    np.testing.assert_allclose(found.field, rough, rtol=1e-12)


def test_bursts_of_a_unit_make_no_pattern():
    rng = np.random.default_rng(2)
    counts = rng.poisson(0.05, (BINS, UNITS))
    for at in rng.choice(BINS - 10, 60, replace=False):
        counts[at : at + 4, 5] += 2
    [found] = sharp(counts, field_of([2, 5, 5], [0, 0, 1], 3))
    assert len(members(found)) <= 3


def test_rates_that_change_slowly_make_no_pattern():
    rng = np.random.default_rng(3)
    rate = 0.05 * (1 + 0.8 * np.sin(np.arange(BINS) / 200))
    counts = rng.poisson(np.repeat(rate[:, None], UNITS, axis=1))
    [found] = sharp(counts, field_of([2, 5]))
    assert len(members(found)) <= 3


def test_unobserved_time_takes_no_part(planted):
    observed = np.arange(BINS) < BINS // 2
    hidden = np.where(observed[:, None], planted, 0)
    [found] = sharp(hidden, field_of([8, 9]), observed=observed)
    assert members(found) == [8, 9, 10, 11]


def test_nothing_to_sharpen(planted):
    assert sharp(planted) == []
