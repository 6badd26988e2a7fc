"""Programs for devices: what the compiler is told, and what is kept of what it gives."""

import enum
import os
from types import SimpleNamespace

import pytest

from elu_sym.generate.compiled_sources import functions, in_c
from elu_sym.generate.cuda_source import ELEMENTS, KERNEL, cuda_files
from elu_sym.generate.expression_graph import UntracedError
from elu_sym.interop import cuda_programs
from elu_sym.interop.cuda_programs import CHECKSUM, cuda_program, runtime_compiler

FILES = {KERNEL: "a kernel", "vectors.h": "a header"}
NEW = (9, 0)


class Result(enum.IntEnum):
    NVRTC_SUCCESS = 0
    NVRTC_ERROR_COMPILATION = 6


class Compiler:
    """NVRTC as ``cuda.bindings`` calls it; its program is what it was told."""

    nvrtcResult = Result

    def __init__(self):
        self.compiled, self.open = [], 0
        self.version, self.known, self.refuses = (13, 1), [75, 90], False

    def nvrtcVersion(self):
        return Result.NVRTC_SUCCESS, *self.version

    def nvrtcGetSupportedArchs(self):
        return Result.NVRTC_SUCCESS, self.known

    def nvrtcCreateProgram(self, source, name, count, headers, names):
        assert (count, len(headers), len(names)) == (len(names), count, count)
        self.open += 1
        headers = dict(zip(names, headers, strict=True))
        return Result.NVRTC_SUCCESS, SimpleNamespace(source=source, name=name, headers=headers)

    def nvrtcCompileProgram(self, program, count, options):
        assert count == len(options)
        program.options = options
        self.compiled.append(program)
        return (Result.NVRTC_ERROR_COMPILATION if self.refuses else Result.NVRTC_SUCCESS,)

    def nvrtcDestroyProgram(self, program):
        self.open -= 1
        return (Result.NVRTC_SUCCESS,)

    def _content(self, kind, program):
        return b"%s of %s for %s" % (kind, program.source, b" ".join(program.options))

    def _size(self, kind, program):
        return Result.NVRTC_SUCCESS, len(self._content(kind, program))

    def _write(self, kind, program, room):
        room[:] = self._content(kind, program)
        return (Result.NVRTC_SUCCESS,)

    def nvrtcGetCUBINSize(self, program):
        return self._size(b"cubin", program)

    def nvrtcGetCUBIN(self, program, room):
        return self._write(b"cubin", program, room)

    def nvrtcGetPTXSize(self, program):
        return self._size(b"ptx", program)

    def nvrtcGetPTX(self, program, room):
        return self._write(b"ptx", program, room)

    def nvrtcGetProgramLogSize(self, program):
        return self._size(b"log", program)

    def nvrtcGetProgramLog(self, program, room):
        return self._write(b"log", program, room)


@pytest.fixture
def compiler(monkeypatch):
    fake = Compiler()
    monkeypatch.setattr(cuda_programs, "runtime_compiler", lambda: fake)
    yield fake
    assert fake.open == 0


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    return tmp_path / "elu_sym"


def kept(folder):
    (path,) = folder.iterdir()
    return path


def test_the_compiler_is_told_what_it_needs(compiler):
    expected = b"cubin of a kernel for --gpu-architecture=sm_90 --fmad=false"
    assert cuda_program(FILES, NEW) == expected
    (program,) = compiler.compiled
    assert program.headers == {b"vectors.h": b"a header"}
    assert program.name == KERNEL.encode()


def test_a_program_is_compiled_once(compiler, folder):
    first = cuda_program(FILES, NEW)
    assert cuda_program(FILES, NEW) == first
    assert len(compiler.compiled) == 1
    assert kept(folder).read_bytes()[CHECKSUM:] == first
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0  # nobody else puts programs there


@pytest.mark.parametrize("change", ["source", "header", "name", "device", "version"])
def test_whatever_changes_is_compiled_again(compiler, folder, change):
    cuda_program(FILES, NEW)
    files, capability = dict(FILES), NEW
    match change:
        case "source":
            files[KERNEL] += " "
        case "header":
            files["vectors.h"] += " "
        case "name":
            files["mills.h"] = files.pop("vectors.h")
        case "device":
            capability = (7, 5)
        case "version":
            compiler.version = (13, 2)
    cuda_program(files, capability)
    assert len(compiler.compiled) == len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:CHECKSUM],
        lambda content: content[: CHECKSUM // 2],
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content + b"\0",
    ],
    ids=["empty", "no program", "part of a checksum", "cut", "a bit", "a bit of the sum", "longer"],
)
def test_a_damaged_file_is_compiled_again_and_replaced(compiler, folder, damage):
    program = cuda_program(FILES, NEW)
    path = kept(folder)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert cuda_program(FILES, NEW) == program
    assert len(compiler.compiled) == 2
    assert kept(folder).read_bytes() == whole


@pytest.mark.parametrize("place", ["a file", "nowhere"])
def test_where_nothing_can_be_kept_it_is_compiled_each_time(compiler, monkeypatch, tmp_path, place):
    if place == "a file":
        (tmp_path / "elu_sym").write_text("in the way")
    else:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name)
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)
        monkeypatch.chdir(tmp_path)
    assert cuda_program(FILES, NEW) == cuda_program(FILES, NEW)
    assert len(compiler.compiled) == 2
    assert [path.name for path in tmp_path.iterdir()] in ([], ["elu_sym"])


def test_a_device_that_is_newer_than_the_compiler_gets_what_its_driver_compiles(compiler):
    program = cuda_program(FILES, (12, 1))
    assert program.startswith(b"ptx of a kernel for --gpu-architecture=compute_90 ")


def test_for_a_device_that_is_too_old_or_without_a_compiler_there_is_no_program(
    compiler, monkeypatch, folder
):
    assert cuda_program(FILES, (6, 1)) is None
    monkeypatch.setattr(cuda_programs, "runtime_compiler", lambda: None)
    assert cuda_program(FILES, NEW) is None
    assert not folder.exists()


def test_a_refused_source_says_why_and_nothing_is_kept(compiler, folder):
    compiler.refuses = True
    with pytest.raises(
        RuntimeError, match=r"refuses kernel\.cu: NVRTC_ERROR_COMPILATION\nlog of a"
    ):
        cuda_program(FILES, NEW)
    assert not folder.exists()


needs_nvrtc = pytest.mark.skipif(
    runtime_compiler() is None, reason="there is no cuda.bindings or no NVRTC"
)


@needs_nvrtc
def test_cuda_compiles_a_formula():
    program = cuda_program(cuda_files("relu_mean", "double"), NEW)
    assert program.startswith(b"\x7fELF")
    assert b"over_elements" in program


@needs_nvrtc
def test_cuda_says_what_is_wrong():
    files = cuda_files("relu_mean", "double")
    files[KERNEL] = files[KERNEL].replace("found[0]", "sought[0]")
    with pytest.raises(RuntimeError, match='identifier "sought" is undefined'):
        cuda_program(files, NEW)


def in_words(name, element):
    """The program for a device that nobody knows yet, which its driver would compile."""
    return cuda_program(cuda_files(name, element), (99, 0)).decode()


@needs_nvrtc
@pytest.mark.parametrize("name", ["mean", "second_moment_gradient", "variance"])
def test_numbers_stay_in_registers(name):
    """Arrays whose index depends on a loop would lie in memory, and calls would put them there."""
    program = in_words(name, "double")
    assert ".entry over_elements" in program
    assert ".local" not in program
    assert "call" not in program


@pytest.mark.deep
@needs_nvrtc
@pytest.mark.parametrize("capability", [(7, 5), (9, 0)], ids=str)
@pytest.mark.parametrize("element", ELEMENTS)
def test_cuda_compiles_every_formula_and_gradient(element, capability):
    count = 0
    for name, function in functions():
        try:
            in_c(name, function)
        except UntracedError:
            continue
        assert cuda_program(cuda_files(name, element), capability).startswith(b"\x7fELF"), name
        assert ".local" not in in_words(name, element), name
        count += 1
    assert count > 100
