"""Targets, and what happens without a compiler."""

from __future__ import annotations

import brian2
import pytest

from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.spiking import target


def entered(name):
    """Return what a target is in fact, and what Brian2 has for it."""
    with target(name) as actual:
        return actual, brian2.prefs.codegen.target


def test_without_a_compiler_it_is_numpy_and_says_so(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_: None)
    for name in ("cython", "cpp_standalone"):
        with pytest.warns(NeurohmWarning, match=r"no C\+\+ compiler"):
            assert entered(name) == ("numpy", "numpy")


def test_what_there_was_is_restored():
    before = brian2.prefs.codegen.target
    with target("numpy"):
        brian2.prefs.codegen.target = "auto"
    assert brian2.prefs.codegen.target == before


def test_a_target_that_there_is_not():
    with pytest.raises(InputError, match="one of 'numpy', 'cython', 'cpp_standalone'"):
        entered("c")
