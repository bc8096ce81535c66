"""The CUDA source, compiled by NVIDIA's compiler for three generations of GPUs, without one."""

from __future__ import annotations

import ctypes
import importlib.util
import re
from pathlib import Path

import pytest

from neurohm.kernels.cuda.source import PARTS, options, parameters, source

ARCHITECTURES = ["sm_75", "sm_80", "sm_90"]  # Turing, Ampere, Hopper


@pytest.fixture(scope="module")
def nvrtc() -> ctypes.CDLL:
    """The compiler's library, of the wheel nvidia-cuda-nvrtc (extra cuda-test)."""
    try:
        spec = importlib.util.find_spec("nvidia")
    except ImportError:
        spec = None
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    pattern = re.compile(r"(libnvrtc\.so\.\d+|nvrtc64_\d+_0\.dll)$")
    found = [
        file for folder in folders for file in folder.rglob("*nvrtc*") if pattern.match(file.name)
    ]
    if not found:
        pytest.skip("no NVRTC: pip install 'neurohm[cuda-test]'")
    return ctypes.CDLL(str(sorted(found)[-1]))


def compiled(nvrtc: ctypes.CDLL, code: str, flags: list[str]) -> tuple[int, str, bytes]:
    """Compile; return status, what the compiler says, and the machine code."""
    program, size = ctypes.c_void_p(), ctypes.c_size_t()
    assert (
        nvrtc.nvrtcCreateProgram(ctypes.byref(program), code.encode(), b"all.cu", 0, None, None)
        == 0
    )
    listed = (ctypes.c_char_p * len(flags))(*[flag.encode() for flag in flags])
    status = nvrtc.nvrtcCompileProgram(program, len(flags), listed)
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    binary = b""
    if status == 0:
        nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        nvrtc.nvrtcGetCUBIN(program, buffer)
        binary = buffer.raw
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return status, log.value.decode(), binary


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_source_compiles_without_a_warning(nvrtc, architecture: str, dtype: str) -> None:
    flags = [f"--gpu-architecture={architecture}", *options(dtype)]
    status, log, binary = compiled(nvrtc, source(), flags)
    assert (status, log) == (0, "")
    for name in parameters():
        assert b"\0" + name.encode() + b"\0" in binary or f".text.{name}\0".encode() in binary


def test_a_fault_would_be_found_where_it_stands(nvrtc) -> None:
    status, log, _ = compiled(
        nvrtc, source() + "\nreal wrong() { return nothing; }", ["-DREAL=float"]
    )
    assert status != 0
    assert f"{PARTS[-1]}.cuh" in log
    assert "nothing" in log
