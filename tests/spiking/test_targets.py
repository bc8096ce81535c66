"""Targets, and what happens without a compiler."""

from __future__ import annotations

import subprocess
import sys
from typing import ClassVar

import brian2
import pytest
from brian2.devices.device import RuntimeDevice, all_devices

import neurohm as nh
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.spiking import run, states_of, target, to_brian2


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


def test_a_back_end_of_another_package_is_passed_on(monkeypatch):
    """As brian2cuda brings one: it is made Brian2's device for the block, and nothing else."""

    class Foreign(RuntimeDevice):
        given: ClassVar[dict] = {}

        def activate(self, build_on_run=True, **options):
            super().activate(build_on_run)
            self.given.update(options, build_on_run=build_on_run)

    monkeypatch.setitem(all_devices, "cuda_standalone", Foreign())
    with target("cuda_standalone") as actual:
        assert actual == "cuda_standalone"
        assert isinstance(brian2.get_device(), Foreign)
        network = run(to_brian2(nh.HelmholtzMachine([4, 2], seed=0)), 2, seed=0)
        assert len(states_of(network)[0]) == 2
    assert Foreign.given["build_on_run"] is True
    assert not isinstance(brian2.get_device(), Foreign)


def test_warnings_stay_what_they_were():
    """Brian2 takes those of the whole process, which `neurohm` on the command line shows."""
    code = (
        "import warnings; before = warnings.showwarning; import neurohm.spiking; "
        "assert warnings.showwarning is before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_target_that_there_is_not():
    with pytest.raises(InputError, match="one of 'numpy', 'cython', 'cpp_standalone'"):
        entered("c")
