"""Two kinds of occurrences are told apart; one kind is left as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.analysis.splitting import two_kinds

FIRST, SECOND = [True, True, True, False, False], [False, False, True, True, True]


def drawn(seed, *kinds, on=0.8, off=0.1):
    """Who takes part in occurrences, in random order, and of which kind each is.

    A kind is a number of occurrences and a string of 1 for each member, 0 for each other unit.
    """
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.repeat(np.arange(len(kinds)), [number for number, _ in kinds]))
    members = np.array([[unit == "1" for unit in names] for _, names in kinds])[kind]
    return rng.random(members.shape) < np.where(members, on, off), kind == 1


def agreement(found, planted):
    """Share of the occurrences told right, whichever kind is called the second."""
    return max((found == planted).mean(), (found != planted).mean())


# ---- two kinds


@pytest.mark.parametrize(
    ("one", "other", "sizes"),
    [
        ("11110000", "00001111", (40, 40)),
        ("11110000", "00001111", (20, 20)),
        ("11110000", "00001111", (100, 20)),
        ("111110000", "000011111", (40, 40)),  # one unit in both
        ("11111000", "00011111", (40, 40)),  # two units in both
        ("11111000", "00011111", (100, 20)),
    ],
)
def test_two_kinds_are_told_apart(one, other, sizes):
    """In 300 of 300 seeds of each case when this was written, each with 90 % told right."""
    for seed in range(30):
        took_part, planted = drawn(seed, (sizes[0], one), (sizes[1], other))
        found = two_kinds(took_part)
        assert found is not None
        assert agreement(found, planted) >= 0.9


def test_without_noise_all_are_told_right():
    for seed in range(20):
        took_part, planted = drawn(seed, (9, "11100"), (7, "00111"), on=1.0, off=0.0)
        np.testing.assert_array_equal(two_kinds(took_part), planted != planted[0])


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6, 10, 50])
def test_the_criterion_is_that_of_bayes(number):
    """Of two units that never fire together each kind, as often, has one; all is known exactly.

    With half an occurrence added, a kind's own unit has mean (n + 1/2) / (n + 1).
    """
    mean = (number + 0.5) / (number + 1)
    two = 2 * number * np.log(0.5 * (mean**2 + (1 - mean) ** 2))
    one = 2 * number * 2 * np.log(0.5)
    gain, penalty = two - one, 1.5 * np.log(2 * number)
    # An occurrence is of its kind almost, not quite: that gains a little less.
    assert gain < penalty or gain > penalty + 0.3
    found = two_kinds(np.repeat([[True, False], [False, True]], number, axis=0))
    assert (found is not None) == (gain > penalty)


# ---- one kind


@pytest.mark.parametrize(
    ("occurrences", "participation"),
    [
        (4, [0.3] * 8),
        (10, [0.8] * 3),
        (20, np.linspace(0.2, 0.98, 8)),
        (50, [0.8] * 5),
        (200, np.linspace(0.2, 0.98, 15)),
    ],
)
def test_one_kind_is_rarely_split(occurrences, participation):
    """At most 1 % of the time, however few occur and however unlike the members are.

    Binomial(200, 0.01) exceeds 7 once in 900 draws.
    """
    split = 0
    for seed in range(200):
        draws = np.random.default_rng(seed).random((occurrences, len(participation)))
        split += two_kinds(draws < participation) is not None
    assert split <= 7


@pytest.mark.parametrize(
    "took_part",
    [
        np.zeros((0, 3), dtype=bool),
        np.ones((1, 3), dtype=bool),
        np.ones((30, 0), dtype=bool),
        np.arange(30)[:, None] % 2 == 0,  # one member
        np.ones((30, 3), dtype=bool),
        np.zeros((30, 3), dtype=bool),
        np.array([FIRST, SECOND]),
    ],
)
def test_too_little_to_tell(took_part):
    assert two_kinds(took_part) is None


# ---- what must not matter


@given(st.integers(0, 1000))
def test_neither_the_order_of_members_nor_that_of_occurrences_matters(seed):
    took_part, _ = drawn(seed, (40, "1111000"), (25, "0001111"))
    found, rng = two_kinds(took_part), np.random.default_rng(seed)
    assert found is not None
    columns, rows = rng.permutation(7), rng.permutation(65)
    np.testing.assert_array_equal(two_kinds(took_part[:, columns]), found)
    assert agreement(two_kinds(took_part[rows]), found[rows]) == 1


@given(st.integers(0, 1000))
def test_presence_and_absence_are_alike(seed):
    took_part, _ = drawn(seed, (40, "1111000"), (25, "0001111"))
    np.testing.assert_array_equal(two_kinds(~took_part), two_kinds(took_part))


@pytest.mark.parametrize("number", [4, 20])
@pytest.mark.parametrize("first", ["1111", "1010", "0000", "1001"])
def test_which_occurrence_is_first_does_not_matter(number, first):
    """An occurrence at zero on the first component gives the expectation maximisation no start."""
    odd = np.array([[unit == "1" for unit in first]])
    rest = np.repeat([[True, True, False, False], [False, False, True, True]], number, axis=0)
    assert two_kinds(np.concatenate([rest, odd])) is not None
    assert two_kinds(np.concatenate([odd, rest])) is not None
