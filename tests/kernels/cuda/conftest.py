"""The CUDA kernels on the host: the same source and the same wrappers, compiled as plain C++."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurohm.backend import Backend, get_backend
from neurohm.exceptions import NeurohmError
from neurohm.kernels import Kernels
from neurohm.kernels.cuda.call import Call, Issue, Launch
from neurohm.kernels.cuda.cublas import Cublas
from neurohm.kernels.cuda.instruction_set import kernels
from neurohm.kernels.cuda.source import options, parameters, source

GUARD = 64  # elements on either side of an array that nobody may write to


class Host:
    """Carries out launches and products on the host, on NumPy's arrays.

    Every array lies between guards while a kernel runs.
    """

    def __init__(self, libraries: dict[str, ctypes.CDLL]) -> None:
        self.libraries = libraries
        self.cublas = {name: Cublas(library) for name, library in libraries.items()}

    def __call__(self, call: Call) -> None:
        if not isinstance(call, Launch):
            call.run_by(self.cublas[call.out.dtype.name])
        elif call.blocks:
            self._launch(call)

    def _launch(self, call: Launch) -> None:
        precision = call.like.dtype.name
        guarded: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        values = [self._argument(argument, guarded) for argument in call.arguments]
        addresses = (ctypes.c_void_p * len(values))(*[ctypes.addressof(v) for v in values])
        run = getattr(self.libraries[precision], f"run_{call.name}")
        assert call.threads & (call.threads - 1) == 0
        assert run(call.blocks, call.threads, addresses), f"{call.name}: threads part at a barrier"
        for array, memory in guarded.values():
            edges = np.concatenate([memory[:GUARD], memory[-GUARD:]])
            assert (edges.view(np.uint8) == 0xFF).all(), f"{call.name} wrote beside an array"
            array.ravel()[...] = memory[GUARD:-GUARD]

    @staticmethod
    def _argument(argument: Any, guarded: dict[int, Any]) -> Any:
        if isinstance(argument, int | float | np.int32):
            number = {int: ctypes.c_longlong, float: ctypes.c_double, np.int32: ctypes.c_int}
            return number[type(argument)](argument)
        if argument is None:
            return ctypes.c_void_p()
        address = argument.ctypes.data
        if address not in guarded:
            memory = np.empty(argument.size + 2 * GUARD, argument.dtype)
            memory.view(np.uint8)[...] = 0xFF
            memory[GUARD:-GUARD] = argument.ravel()
            guarded[address] = argument, memory
        return ctypes.c_void_p(guarded[address][1][GUARD:].ctypes.data)


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler (c++ or g++)")
    folder = tmp_path_factory.mktemp("cuda")
    exports = "\n".join(
        f'extern "C" bool run_{name}(int blocks, int threads, void **arguments)'
        f" {{ return run(&{name}, blocks, threads, arguments); }}"
        for name in parameters()
    )
    shim = Path(__file__).with_name("host.hpp")
    (folder / "kernels.cpp").write_text(f'#include "{shim}"\n{source()}\n{exports}\n')
    libraries = {}
    for precision in ("float32", "float64"):
        target = folder / f"{precision}.so"
        command = [compiler, *options(precision), "-O2", "-Wall", "-Wextra", "-shared", "-fPIC"]
        subprocess.run([*command, "kernels.cpp", "-o", target], cwd=folder, check=True)
        libraries[precision] = ctypes.CDLL(str(target))
        for name in parameters():
            getattr(libraries[precision], f"run_{name}").restype = ctypes.c_bool
    return Host(libraries)


class RoundTrip:
    """Carries out a call on a GPU, on NumPy's arrays: there and back."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def __call__(self, call: Call) -> None:
        there: dict[int, tuple[np.ndarray, Any]] = {}

        def moved(value: Any) -> Any:
            if not isinstance(value, np.ndarray):
                return value
            if id(value) not in there:
                there[id(value)] = value, self.backend.asarray(value, value.dtype)
            return there[id(value)][1]

        changed = {
            entry.name: tuple(map(moved, value)) if isinstance(value, tuple) else moved(value)
            for entry in fields(call)
            for value in [getattr(call, entry.name)]
        }
        replace(call, **changed).run()
        for here, away in there.values():
            here[...] = self.backend.to_host(away)


@pytest.fixture(scope="session")
def gpu() -> Backend:
    try:
        return get_backend("cuda")
    except NeurohmError as error:
        pytest.skip(f"no GPU: {error}")


@pytest.fixture(scope="session", params=["host", pytest.param("gpu", marks=pytest.mark.gpu)])
def issue(request: pytest.FixtureRequest) -> Issue:
    """What carries out calls on NumPy's arrays: the host, or a GPU."""
    place = request.getfixturevalue(request.param)
    return place if request.param == "host" else RoundTrip(place)


@pytest.fixture(scope="session")
def cuda(issue: Issue) -> Kernels:
    return kernels(issue)
