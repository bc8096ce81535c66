"""The random numbers: known answers, addressing, and a statistical battery on the draws as used.

Seeds are fixed, so that a test that passes once passes always. The false-alarm rates are those of
a new choice of seed: 1e-4 for each chi-square or Poisson test (``LEVEL``), 6e-7 for each normal
deviate held to five standard deviations (``SIGMAS``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurohm.backend import Draws, RandomStream, Site, as_stream, random_bits, uniform
from neurohm.backend.random import philox
from neurohm.exceptions import ArgumentTypeError, InputError

LEVEL = 1e-4
SIGMAS = 5.0
ROWS, COLUMNS = 1500, 130


def draws(seed: int = 7, step: int = 3, site: int = Site.WAKE.of(1)) -> Draws:
    return RandomStream(seed, step).at(site)


@pytest.fixture(scope="module")
def bits() -> np.ndarray:
    return random_bits(draws(), ROWS, COLUMNS)


@pytest.fixture(scope="module")
def u() -> np.ndarray:
    return uniform(draws(), ROWS, COLUMNS).astype(np.float64)


def again(**at: int) -> np.ndarray:
    return uniform(draws(**at), ROWS, COLUMNS).astype(np.float64)


# neighbours in every direction in which draws are addressed
PAIRS: dict[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "next column": lambda u: (u[:, :-1], u[:, 1:]),
    "next lane": lambda u: (u[:, :-16], u[:, 16:]),
    "next block": lambda u: (u[:, :-64], u[:, 64:]),
    "next row": lambda u: (u[:-1], u[1:]),
    "next step": lambda u: (u, again(step=4)),
    "far step": lambda u: (u, again(step=2**31)),
    "next population": lambda u: (u, again(site=Site.WAKE.of(2))),
    "next phase": lambda u: (u, again(site=Site.SLEEP.of(1))),
    "next seed": lambda u: (u, again(seed=8)),
    "next high seed": lambda u: (u, again(seed=7 + 2**32)),
}


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_known_answers_of_the_published_generator(
    counter: list[int], key: list[int], answer: str
) -> None:
    words = philox(np.array(counter, np.uint64), np.array(key, np.uint64))
    assert " ".join(f"{word:08x}" for word in words.tolist()) == answer


def test_draws_are_the_published_generators_output_in_the_documented_order() -> None:
    at = Draws(np.array([[5, 6]], np.uint32), 2**62, 3, np.array([4, 10], np.uint32))
    got = random_bits(at, 2, 130)
    for row, column in ((0, 0), (0, 15), (0, 16), (1, 63), (1, 64), (0, 129)):
        block, within = divmod(column, 64)
        counter = np.array([block * 16 + within % 16, 10 + row, 3, 4], np.uint64)
        assert got[row, column] == philox(counter, np.array([5, 6], np.uint64))[within // 16]


@given(st.integers(1, 200), st.integers(1, 9))
def test_a_draw_depends_neither_on_the_width_nor_on_the_height(columns: int, rows: int) -> None:
    whole = random_bits(draws(), 9, 200)
    np.testing.assert_array_equal(random_bits(draws(), rows, columns), whole[:rows, :columns])


def test_each_key_serves_its_own_rows_counted_from_the_first_row() -> None:
    keys = np.array([[1, 2], [3, 4], [1, 2]], np.uint32)
    clock = np.array([6, 10], np.uint32)
    together = random_bits(Draws(keys, 4, 5, clock), 12, 70)
    for i in range(3):
        alone = random_bits(Draws(keys[i : i + 1], 4, 5, clock), 4, 70)
        np.testing.assert_array_equal(together[4 * i : 4 * i + 4], alone)
    later = random_bits(Draws(keys, 2, 5, np.array([6, 12], np.uint32)), 6, 70)
    np.testing.assert_array_equal(later[:2], together[2:4])


def test_every_address_has_numbers_of_its_own() -> None:
    seen = {
        random_bits(draws(seed, step, site.of(population)), 3, 4).tobytes()
        for seed in (0, 1, 2**32, 2**63)
        for step in (0, 1, 2**32 - 1)
        for site in Site
        for population in (0, 1, 300)
    }
    assert len(seen) == 4 * 3 * len(Site) * 3


def test_uniform_numbers_are_the_upper_24_bits(bits: np.ndarray, u: np.ndarray) -> None:
    np.testing.assert_array_equal(u * 2**24, bits >> 8)
    assert u.min() >= 0
    assert u.max() < 1


def test_uniform_numbers_fill_the_interval_evenly(u: np.ndarray) -> None:
    counts = np.histogram(u, bins=256, range=(0, 1))[0]
    p = stats.chisquare(counts).pvalue
    assert LEVEL / 2 < p < 1 - LEVEL / 2


def test_every_column_fills_the_interval_evenly(u: np.ndarray) -> None:
    # 130 tests at 1e-4 / 130
    p = [stats.chisquare(np.histogram(u[:, j], 20, (0, 1))[0]).pvalue for j in range(COLUMNS)]
    assert min(p) > LEVEL / COLUMNS
    assert stats.kstest(p, "uniform").pvalue > LEVEL


def test_every_bit_is_balanced(bits: np.ndarray) -> None:
    # 32 deviates: 2e-5
    ones = np.array([((bits >> np.uint32(i)) & 1).sum(dtype=np.int64) for i in range(32)])
    deviation = (ones - bits.size / 2) / np.sqrt(bits.size / 4)
    assert np.abs(deviation).max() < SIGMAS


def test_bits_of_a_word_are_independent(bits: np.ndarray) -> None:
    # 496 deviates: 3e-4
    signs = np.unpackbits(bits.view(np.uint8)).reshape(-1, 32) * np.float32(2) - 1
    products = (signs.T @ signs) / np.sqrt(len(signs))
    assert np.abs(products[np.triu_indices(32, 1)]).max() < SIGMAS


@pytest.mark.parametrize("which", PAIRS)
def test_neighbours_are_uncorrelated(u: np.ndarray, which: str) -> None:
    a, b = (part.ravel() - 0.5 for part in PAIRS[which](u))
    assert abs(12 * (a @ b) / np.sqrt(a.size)) < SIGMAS


@pytest.mark.parametrize("which", PAIRS)
def test_pairs_fill_the_square_evenly(u: np.ndarray, which: str) -> None:
    a, b = (np.floor(32 * part.ravel()).astype(np.int64) for part in PAIRS[which](u))
    p = stats.chisquare(np.bincount(32 * a + b, minlength=1024)).pvalue
    assert LEVEL / 2 < p < 1 - LEVEL / 2


@pytest.mark.parametrize("axis", [0, 1])
def test_runs_above_and_below_the_median_have_the_right_number(u: np.ndarray, axis: int) -> None:
    changes = np.diff(u > 0.5, axis=axis)
    assert abs((changes.sum() - changes.size / 2) / np.sqrt(changes.size / 4)) < SIGMAS


@pytest.mark.parametrize("along", ["columns", "rows", "steps"])
def test_birthday_spacings(along: str) -> None:
    # 4096 birthdays in 2^32 days: Poisson with mean 4096^3 / 2^34 = 4 repeated spacings
    days, rounds = 4096, 40
    if along == "columns":
        birthdays = random_bits(draws(), rounds, days)
    elif along == "rows":
        birthdays = random_bits(draws(), days, rounds).T
    else:
        birthdays = np.stack([random_bits(draws(step=s), 1, rounds)[0] for s in range(days)], 1)
    spacings = np.sort(np.diff(np.sort(birthdays.astype(np.int64), axis=1), axis=1), axis=1)
    repeats = int((np.diff(spacings, axis=1) == 0).sum())
    low, high = stats.poisson(4 * rounds).ppf([LEVEL / 2, 1 - LEVEL / 2])
    assert low <= repeats <= high


def test_collisions_in_two_dimensions(bits: np.ndarray) -> None:
    # n balls in 2^24 urns (12 upper bits of each of two neighbours): about n^2 / 2^25 collisions
    a, b = bits[:, 0:128:2] >> 20, bits[:, 1:129:2] >> 20
    urns = (a.astype(np.int64) << 12 | b).ravel()
    collisions = urns.size - np.unique(urns).size
    expected = urns.size - 2**24 * -np.expm1(urns.size * np.log1p(-(2.0**-24)))
    low, high = stats.poisson(expected).ppf([LEVEL / 2, 1 - LEVEL / 2])
    assert low <= collisions <= high


def test_the_generator_for_other_work_depends_on_seed_step_and_site() -> None:
    def first(seed: int, step: int, site: Site) -> float:
        return float(RandomStream(seed, step).generator(site.of()).random())

    assert first(1, 2, Site.SHUFFLE) == first(1, 2, Site.SHUFFLE)
    values = {first(1, 2, Site.SHUFFLE), first(1, 2, Site.INITIAL), first(1, 3, Site.SHUFFLE)}
    assert len(values | {first(2, 2, Site.SHUFFLE), first(2**63, 2, Site.SHUFFLE)}) == 5


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(InputError, match="seed"):
        as_stream(seed)


@pytest.mark.parametrize("seed", [1.5, "1", None, True])
def test_a_seed_of_another_type_is_refused(seed: object) -> None:
    with pytest.raises(ArgumentTypeError, match="seed"):
        as_stream(seed)  # type: ignore[arg-type]


def test_a_stream_is_handed_through_and_a_numpy_integer_is_a_seed() -> None:
    stream = RandomStream(3, 5)
    assert as_stream(stream) is stream
    assert as_stream(np.int64(3)) == RandomStream(3)
