"""Bars and lines by each rule: the exact divergence from the data that examples/toys.py reaches."""

import importlib.util
import sys

import pytest


@pytest.fixture(scope="module")
def toys(root):
    spec = importlib.util.spec_from_file_location("toys", root / "examples" / "toys.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["toys"] = module
    spec.loader.exec_module(module)
    yield module.TOYS
    del sys.modules["toys"]


# Over 60 other seeds, bars by wake-sleep ended at most at 0.042 bit, and by reweighted wake-sleep
# over 40 at 0.028, in a prototype; these five end at most at 0.038 and 0.015, lines at 0.104 and
# 0.102.
CASES = [
    ("bars", "recruited", "wake-sleep", 0.05),
    ("bars", "recruited", "reweighted", 0.03),
    ("lines", "random", "wake-sleep", 0.15),
    ("lines", "random", "reweighted", 0.15),
]

# No start is known that recruits the shifter's parts. Five seeds ended at 0.90 to 1.22 bit and at
# 0.73 to 0.99; independent pixels are 4.94 bits away.
SHIFTER = [("wake-sleep", 1.6), ("reweighted", 1.4)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("name", "start", "rule", "most"), CASES)
def test_divergence(toys, name, start, rule, most, seed):
    toy = next(t for t in toys[name]() if (t.start, t.rule.name) == (start, rule))
    assert toy.examples <= 2_000_000
    assert toy.divergence(seed) <= most


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "most"), SHIFTER)
def test_shifter(toys, rule, most):
    toy = next(t for t in toys["shifter"]() if t.rule.name == rule)
    assert toy.divergence(0) <= most
