"""Times and sizes as users write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.cli.parsing import parse_moment, parse_sizes, parse_span, parse_time
from neurohm.cli.printing import strict
from neurohm.exceptions import InputError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20ms", 0.02),
        ("20 ms", 0.02),
        ("0.02", 0.02),
        ("0.02s", 0.02),
        (".5 MS", 0.0005),
        ("5us", 5e-6),
        ("5µs", 5e-6),
        ("5μs", 5e-6),
        ("7ns", 7e-9),
        ("2e-2", 0.02),
        ("2e1ms", 0.02),
        ("+3s", 3.0),
    ],
)
def test_times(text, seconds):
    assert parse_time(text, "--bin") == seconds


@given(st.integers(1, 10**6), st.sampled_from([("ms", 3), ("us", 6), ("ns", 9)]))
def test_times_are_exact_to_the_bit(number, unit):
    name, digits = unit
    assert parse_time(f"{number}{name}", "--bin") == float(f"{number}e-{digits}")


@pytest.mark.parametrize(
    "text",
    ["", "0", "0ms", "-20ms", "nan", "inf", "1e400", "20m", "20parsec", "ms", "1.2.3", "e", "1,5"],
)
def test_what_is_no_time(text):
    with pytest.raises(InputError, match="positive time; give e.g. --bin 20ms") as error:
        parse_time(text, "--bin")
    assert str(error.value).startswith(f"--bin {text}")


def test_zero_where_it_makes_sense():
    assert parse_time("0", "--lag", zero=True) == 0.0


def test_moments_may_lie_before_zero():
    assert [parse_moment(text, "--since") for text in ("-200ms", "0", ".5")] == [-0.2, 0.0, 0.5]
    assert parse_span("-10s,-500 ms", "--between") == (-10.0, -0.5)


@pytest.mark.parametrize("text", ["3s", "1,2,3", "-5,soon", "1,2min", ","])
def test_what_is_no_span(text):
    with pytest.raises(InputError, match="a start and a stop; give e.g. --between 60s,360s"):
        parse_span(text, "--between")


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5))
def test_sizes(sizes):
    assert parse_sizes(", ".join(map(str, sizes)), "--hidden") == tuple(sizes)


@pytest.mark.parametrize("text", ["", "0", "40,0", "-3", "40,", "40;10", "4.5", "forty", "nan"])
def test_what_is_no_size(text):
    with pytest.raises(InputError, match="whole numbers of at least 1; give e.g. --hidden 40,10"):
        parse_sizes(text, "--hidden")


def test_strict_json_has_no_infinity():
    assert strict([float("inf"), 1, None, True]) == [None, 1, None, True]
