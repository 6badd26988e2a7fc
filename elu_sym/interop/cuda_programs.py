"""Programs for NVIDIA's devices: compiled once, by their runtime compiler, and kept on disk.

What is kept lies in the user's folder for caches, by a checksum of the sources, the options, the
device's architecture and the version of the compiler: whatever changes, it is compiled again, and
so is a file that is not whole. PyTorch for CUDA brings the compiler (NVRTC), and since it asks for
``cuda.bindings`` itself, that by which it is called; without one of them nothing is compiled.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from elu_sym.generate.cuda_source import KERNEL
from elu_sym.generate.whole_files import write_whole

__all__ = ["cuda_program", "runtime_compiler"]

OPTIONS = ("--fmad=false",)
"""Products are fused with sums where the source says so: the bits are those of processors."""

CHECKSUM = sha256().digest_size


@cache
def runtime_compiler() -> Any:
    """The module that calls the compiler, or None where one of the two is missing."""
    try:
        from cuda.bindings import nvrtc

        nvrtc.nvrtcVersion()  # which loads the library
    except (ImportError, OSError, RuntimeError):
        return None
    return nvrtc


def cuda_program(files: Mapping[str, str], capability: tuple[int, int]) -> bytes | None:
    """The program of a kernel for a device, compiled or as it was kept.

    Args:
        files: what :func:`elu_sym.generate.cuda_source.cuda_files` gives.
        capability: the compute capability of the device.

    Returns:
        What ``cuModuleLoadData`` takes; None where there is no compiler, or it is too new for the
        device.

    Raises:
        RuntimeError: if the compiler refuses the source, with what it says.
    """
    compiler = runtime_compiler()
    architecture = _architecture(compiler, capability) if compiler else None
    if architecture is None:
        return None
    options = (f"--gpu-architecture={architecture}", *OPTIONS)
    path = _place(files, options, _called(compiler, compiler.nvrtcVersion))
    kept = path and _kept(path)
    if kept:
        return kept
    program = _compiled(compiler, files, options)
    if path:
        with suppress(OSError):  # a folder that cannot be written to: the next process compiles
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, sha256(program).digest() + program)
    return program


def _called(compiler: Any, function: Callable[..., Any], *arguments: Any) -> Any:
    error, *found = function(*arguments)
    if error != compiler.nvrtcResult.NVRTC_SUCCESS:
        raise RuntimeError(f"{function.__name__} of CUDA's compiler: {error.name}")
    return found[0] if len(found) == 1 else found


def _architecture(compiler: Any, capability: tuple[int, int]) -> str | None:
    """The device's own, or for one that is newer than the compiler the newest that it knows."""
    wanted = 10 * capability[0] + capability[1]
    known = [each for each in _called(compiler, compiler.nvrtcGetSupportedArchs) if each <= wanted]
    if not known:
        return None
    return f"sm_{wanted}" if wanted in known else f"compute_{max(known)}"


def _place(files: Mapping[str, str], options: tuple[str, ...], version: Any) -> Path | None:
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA", "")
    else:
        folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if not os.path.isabs(folder):  # there is no home
        return None
    whole = repr((sorted(files.items()), options, version))
    return Path(folder, "elu_sym", f"{sha256(whole.encode()).hexdigest()}.program")


def _kept(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    checksum, program = content[:CHECKSUM], content[CHECKSUM:]
    return program if sha256(program).digest() == checksum else None


def _compiled(compiler: Any, files: Mapping[str, str], options: tuple[str, ...]) -> bytes:
    def call(name: str, *arguments: Any) -> Any:
        return _called(compiler, getattr(compiler, f"nvrtc{name}"), *arguments)

    def content(name: str) -> bytes:
        room = bytearray(call(f"Get{name}Size", program))
        call(f"Get{name}", program, room)  # which writes to it
        return bytes(room)

    headers = {name.encode(): text.encode() for name, text in files.items() if name != KERNEL}
    source = files[KERNEL].encode()
    texts, names = list(headers.values()), list(headers)
    program = call("CreateProgram", source, KERNEL.encode(), len(headers), texts, names)
    try:
        written = [option.encode() for option in options]
        error, *_ = compiler.nvrtcCompileProgram(program, len(written), written)
        if error != compiler.nvrtcResult.NVRTC_SUCCESS:
            log = content("ProgramLog").rstrip(b"\0").decode(errors="replace")
            raise RuntimeError(f"CUDA's compiler refuses {KERNEL}: {error.name}\n{log}")
        return content("PTX" if options[0].startswith("--gpu-architecture=compute") else "CUBIN")
    finally:
        compiler.nvrtcDestroyProgram(program)
