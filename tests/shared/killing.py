"""Runs commands that are killed at a write of theirs, the first, the second and so on.

A small library comes between a process, with all that it starts, and its system calls. It counts
those that change a folder, and at one of them sends a signal to all of these processes. A write has
happened by half then, any other call not at all.
"""

import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

BETWEEN = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct { long count, at, signal; } *state;
static char folder[PATH_MAX];

__attribute__((constructor)) static void begin(void)
{
    int file = open(getenv("KILLING_STATE"), O_RDWR | O_CLOEXEC);
    state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    strcpy(folder, getenv("KILLING_FOLDER"));
}

/* Whether it is the turn of this call. */
static int counts(const char *path)
{
    char whole[PATH_MAX];
    if (state == NULL)
        return 0;
    if (path[0] != '/') {
        if (getcwd(whole, sizeof whole) == NULL)
            return 0;
        path = whole;
    }
    if (strncmp(path, folder, strlen(folder)) != 0)
        return 0;
    return __sync_add_and_fetch(&state->count, 1) == state->at;
}

static int counts_file(int file)
{
    char link[64], path[PATH_MAX];
    strcpy(link, "/proc/self/fd/");
    char digits[16], *end = digits + sizeof digits;
    *--end = 0;
    do
        *--end = '0' + file % 10;
    while (file /= 10);
    strcat(link, end);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0 || path[0] != '/') /* a pipe, say */
        return 0;
    path[size] = 0;
    return counts(path);
}

static void end(void)
{
    int number = state->signal;
    kill(0, number);
    if (number == SIGKILL)
        for (;;)
            pause();
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t size)
{
    if (counts_file(file)) {
        NEXT(write)(file, bytes, size / 2);
        end();
        return NEXT(write)(file, (const char *)bytes + size / 2, size - size / 2) + size / 2;
    }
    return NEXT(write)(file, bytes, size);
}

#define BEFORE(type, name, counted, parameters, ...) \
    type name parameters { if (counted) end(); return NEXT(name)(__VA_ARGS__); }

BEFORE(int, fsync, counts_file(file), (int file), file)
BEFORE(int, ftruncate, counts_file(file), (int file, off_t size), file, size)
BEFORE(int, ftruncate64, counts_file(file), (int file, off64_t size), file, size)
BEFORE(int, rename, counts(new), (const char *old, const char *new), old, new)
BEFORE(int, unlink, counts(path), (const char *path), path)
BEFORE(int, rmdir, counts(path), (const char *path), path)
BEFORE(int, mkdir, counts(path), (const char *path, mode_t mode), path, mode)
BEFORE(int, chmod, counts(path), (const char *path, mode_t mode), path, mode)

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list rest; \
        va_start(rest, flags); \
        int mode = va_arg(rest, int); \
        va_end(rest); \
        if ((flags & (O_CREAT | O_TRUNC)) && counts(path)) \
            end(); \
        return NEXT(name)(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)
"""

READY = sys.platform == "linux"


@cache
def _library() -> Path:
    """What comes between, compiled."""
    folder = Path(tempfile.mkdtemp(prefix="killing-"))
    (folder / "between.c").write_text(BETWEEN)
    compiler = os.environ.get("CC", "cc")
    command = [compiler, "-shared", "-fPIC", "-w", "-o", "between.so", "between.c", "-ldl"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no compiler")
    return folder / "between.so"


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and every folder and socket, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    calls: int
    output: str


def run(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    at: int = 0,
    number: int = signal.SIGKILL,
    seconds: float | None = None,
) -> Ended:
    """Run a command in a folder and wait for all of its processes.

    Args:
        command: the command.
        folder: where it runs; the calls that change it count.
        environment: what its environment has beside that of this process.
        at: at which call it is killed; 0 for none.
        number: by which signal.
        seconds: after what time it is killed by it.
    """
    with tempfile.TemporaryFile() as file:
        file.write(struct.pack("lll", 0, at, number))
        file.flush()
        given = {
            **os.environ,
            "LD_PRELOAD": str(_library()),
            "KILLING_STATE": f"/proc/{os.getpid()}/fd/{file.fileno()}",
            "KILLING_FOLDER": str(folder.resolve()),
            **environment,
        }
        # A process that runs in the background ignores an interruption, and so would its children.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
            command,
            cwd=folder,
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            signal.signal(signal.SIGINT, before)
            try:
                output, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, number)
                # All that it started have its output: it ends when they do.
                output, _ = process.communicate(timeout=100)
        with mmap.mmap(file.fileno(), 24) as state:
            (calls, _, _) = struct.unpack("lll", state[:24])
    return Ended(process.returncode, calls, output)


@dataclass(frozen=True)
class Scenario:
    """A command that writes.

    Attributes:
        prepare: makes the folder as it is before.
        command: what is run there.
        published: the files that must be whole at any time.
        environment: what the command's environment has.
        same: takes from a content what may differ between two runs.
        numbers: the signals.
    """

    prepare: Callable[[Path], None]
    command: Sequence[str | Path]
    published: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    same: Callable[[bytes], bytes] = bytes
    numbers: Sequence[int] = (signal.SIGKILL,)

    def begin(self, folder: Path) -> dict[str, bytes]:
        folder.mkdir()
        self.prepare(folder)
        return snapshot(folder)

    def whole(self, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes], int, float]:
        """What is there before a run and after it, with how many calls, and in what time."""
        before, start = self.begin(folder), time.monotonic()
        ended = run(self.command, folder, self.environment)
        assert ended.code == 0, ended.output
        return before, self._compared(folder), ended.calls, time.monotonic() - start

    def _compared(self, folder: Path) -> dict[str, bytes]:
        return {name: self.same(content) for name, content in snapshot(folder).items()}

    def check(
        self, folder: Path, before: Mapping[str, bytes], after: Mapping[str, bytes], **killed: float
    ) -> None:
        """Run it, killed, and again: what is published is whole, and at last as if not killed."""
        self.begin(folder)
        ended = run(self.command, folder, self.environment, **killed)  # type: ignore[arg-type]
        there = self._compared(folder)
        for name in self.published:
            whole = (self.same(before[name]) if name in before else None, after.get(name))
            assert there.get(name) in whole, f"{name} is damaged, {killed}: {ended.output}"
        again = run(self.command, folder, self.environment)
        assert again.code == 0, f"{killed}: {again.output}"
        found = self._compared(folder)
        assert found.keys() == after.keys(), f"{killed}: {found.keys() ^ after.keys()}"
        assert found == after, f"{killed}: {[n for n in after if found[n] != after[n]]}"
