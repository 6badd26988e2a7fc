"""How a command ends: with an exit code, and with one line where it is stopped."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import TextIO

__all__ = ["exit_code"]


def exit_code(program: str, command: Callable[[], int]) -> int:
    """Run a command of this process to its end.

    Args:
        program: what the line on standard error begins with.
        command: what is run; it returns its exit code, or raises ``SystemExit`` with it.

    Returns:
        The code of the command; 2 where it raises an error of what it was given or asked for, or
        where standard output cannot be written to; 1 where the reader of the output has gone; 130
        where it is interrupted.
    """
    _open_standard_streams()
    code, wrong = 2, ""
    try:
        code = command()
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
    except KeyboardInterrupt:
        code, wrong = 130, "interrupted"
    except BrokenExecutor:
        wrong = "error: a process that took part in it was killed, as where memory is short"
    except BrokenPipeError:  # the reader has gone; what it did not read is not needed
        code = 1
    except OSError as error:
        named = "" if error.filename is None else f"{error.filename}: "
        wrong = f"error: {named}{error.strerror or error}"
    except (TypeError, ValueError, ModuleNotFoundError) as error:
        wrong = f"error: {error}"
    # What could not be written is still there, and would be tried again when Python ends.
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 1
        _discard(sys.stdout)
    except OSError as error:
        code, wrong = 2, f"error: standard output: {error.strerror}"
        _discard(sys.stdout)
    try:
        print(f"{program}: {wrong}\n" if wrong else "", end="", file=sys.stderr, flush=True)
    except OSError:  # there is nobody to tell
        _discard(sys.stderr)
    return code


def _discard(stream: TextIO) -> None:
    """Let what is written to a stream be written nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_standard_streams() -> None:
    """Let there be streams that take every character, also where the caller closed them.

    Otherwise the next file that is opened would be taken for standard output or error.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
