"""Draws inside compiled chains: right by the definition, wherever they are short cuts."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.comparison.baselines.compiled.draws import turns_on


@pytest.mark.parametrize("spread", [0.01, 3.0, 30.0])
def test_short_cuts_say_what_the_exponential_says(spread: float) -> None:
    generator = np.random.default_rng(0)
    bits = generator.integers(0, 2**32, 20_000, dtype=np.uint32)
    bits[:4] = [0, 1, 2**32 - 1, 2**31]
    uniform = (bits + 0.5) / 2.0**32
    edge = np.log(uniform) - np.log1p(-uniform)  # of the decision itself
    for drive in (generator.normal(0, spread, bits.size), edge + 1e-7, edge - 1e-7):
        expected = uniform * (1 + np.exp(-drive)) < 1
        found = [turns_on(b, d) for b, d in zip(bits, drive, strict=True)]
        np.testing.assert_array_equal(found, expected)


def test_infinite_drives_decide_alone() -> None:
    for bits in (np.uint32(0), np.uint32(2**32 - 1)):
        assert turns_on(bits, np.inf)
        assert not turns_on(bits, -np.inf)
