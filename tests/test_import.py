"""``import neurohm`` is light, and hands on every public name."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import neurohm

HEAVY = {"brian2", "cupy", "h5py", "matplotlib", "numba", "pandas", "pynwb", "scipy", "sklearn"}
ALLOWED_SECONDS = 0.15


@pytest.fixture
def python(tmp_path, subprocess_environment):
    """Run a program in a fresh interpreter; returns what it prints."""

    def run(program: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=subprocess_environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout

    return run


def test_import_loads_no_heavy_library(python):
    loaded = set(python("import sys, neurohm; print(*sys.modules)").split())
    assert "neurohm" in loaded
    assert not HEAVY & loaded


def test_listing_the_names_loads_no_heavy_library(python):
    loaded = set(python("import sys, neurohm; dir(neurohm); print(*sys.modules)").split())
    assert not HEAVY & loaded


def test_import_is_hardly_slower_than_numpy(python):
    program = (
        "import time; start = time.perf_counter(); import {0}; print(time.perf_counter() - start)"
    )
    seconds = {"numpy": [], "neurohm": []}
    for _ in range(7):  # interleaved, and the best of each: other work on the machine only adds
        for module, taken in seconds.items():
            taken.append(float(python(program.format(module))))
    assert min(seconds["neurohm"]) - min(seconds["numpy"]) < ALLOWED_SECONDS


@pytest.mark.parametrize("name", neurohm.__all__)
def test_public_name_resolves(name):
    assert getattr(neurohm, name) is not None
    assert name in dir(neurohm)


def test_submodules_are_at_hand_after_a_bare_import(python):
    assert python("import neurohm as nh; print(callable(nh.plots.raster))").strip() == "True"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        neurohm.nonsense  # noqa: B018


def test_type_checkers_see_the_same_names():
    tree = ast.parse(Path(neurohm.__file__).read_text(encoding="utf8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING"
    )
    seen = {alias.asname: statement.module for statement in block.body for alias in statement.names}
    assert set(seen) == set(neurohm.__all__) - {"__version__"}
    for name, module in seen.items():
        assert getattr(import_module(module), name) is getattr(neurohm, name)


def test_version_is_that_of_the_project(root):
    citation = (root / "CITATION.cff").read_text(encoding="utf8")
    assert f"\nversion: {neurohm.__version__}\n" in citation
    assert neurohm.__version__ in (root / "CHANGELOG.md").read_text(encoding="utf8")
