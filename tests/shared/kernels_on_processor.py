"""Kernels for CUDA on the processor: the same text as C++, compiled for it, one thread at a time.

The macros are those that NVRTC would see. What differs from a device is who compiles; operations
are those of IEEE 754, without contraction, and so the bits have to be those of a device.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from elu_sym.generate.cuda_source import ENTRY, KERNEL
from elu_sym.numeric.function import compiled_module

SHIM = Path(__file__).with_name("kernel_on_processor.h")
FLAGS = (
    *("-std=c++17", "-O1", "-ffp-contract=off", "-fPIC", "-shared", "-pedantic-errors"),
    # What is left as it is was never computed: elements outside of the domain have no interior.
    *("-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas", "-Wno-unused"),
    *("-Wno-cast-function-type", "-Wno-maybe-uninitialized"),
)
COMPILER = shutil.which("g++")

needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no g++")
needs_compiled = pytest.mark.skipif(
    compiled_module() is None, reason="the compiled module was not built: no C compiler?"
)


def compile_kernel(files: Mapping[str, str], folder: Path) -> Path:
    """The library of a kernel, in the folder."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    library = folder / "kernel.so"
    command = [str(COMPILER), *FLAGS, "-I", str(folder), "-include", str(SHIM)]
    command += ["-x", "c++", str(folder / KERNEL), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return library


class Kernel:
    """A kernel that is loaded."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._entry = getattr(self._library, ENTRY)
        self._entry.restype = None

    def launch(self, blocks: int, threads: int, values: Sequence[Any], types: Any) -> None:
        """Call it once for each thread of the grid."""
        self._entry.argtypes = types
        self._set("gridDim", blocks)
        self._set("blockDim", threads)
        for block in range(blocks):
            self._set("blockIdx", block)
            for thread in range(threads):
                self._set("threadIdx", thread)
                self._entry(*values)

    def _set(self, name: str, value: int) -> None:
        ctypes.c_uint.in_dll(self._library, name).value = value
