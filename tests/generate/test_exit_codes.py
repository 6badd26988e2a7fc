"""A command ends with a code, and with one line where it is stopped."""

import os
import subprocess
import sys
from concurrent.futures import BrokenExecutor

import pytest

from elu_sym.generate.exit_codes import exit_code


def raises(error):
    def command():
        raise error

    return command


ENDS = {
    "success": (lambda: 0, 0, ""),
    "failure": (lambda: 1, 1, ""),
    "a code": (raises(SystemExit(3)), 3, ""),
    "help": (raises(SystemExit(None)), 0, ""),
    "interrupted": (raises(KeyboardInterrupt()), 130, "interrupted"),
    "a bad value": (raises(ValueError("alpha = 0: more")), 2, "error: alpha = 0: more"),
    "a missing package": (raises(ModuleNotFoundError("no tqdm")), 2, "error: no tqdm"),
    "a file": (raises(OSError(28, "no space", "a.txt")), 2, "error: a.txt: no space"),
    "no file": (raises(OSError("no semaphores")), 2, "error: no semaphores"),
    "a process": (
        raises(BrokenExecutor("?")),
        2,
        "error: a process that took part in it was killed",
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_a_code_and_at_most_one_line(capsys, end):
    command, code, message = ENDS[end]
    assert exit_code("program", command) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"program: {message}" if message else "")
    assert err.count("\n") == bool(message)


def test_what_nobody_expects_keeps_its_traceback():
    with pytest.raises(AssertionError):
        exit_code("program", raises(AssertionError()))


PROGRAM = """
import sys
from elu_sym.generate.exit_codes import exit_code

def command():
    print("±" * int(sys.argv[1]))
    with open("file", "w") as stream:  # which must not take the place of a closed stream
        print("error", file=sys.stderr)
        stream.write(str(stream.fileno()))
    return 0

raise SystemExit(exit_code("program", command))
"""


def run(folder, redirection, size, **environment):
    command = f'"{sys.executable}" -c "$PROGRAM" {size} {redirection}'
    given = {**os.environ, "PROGRAM": PROGRAM, **environment}
    return subprocess.run(
        command, shell=True, cwd=folder, env=given, capture_output=True, text=True, check=False
    )


FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk")


@FULL
@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_output_is_one_line(tmp_path, size, unbuffered):
    done = run(tmp_path, "> /dev/full", size, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("program: error: ")
    assert last.endswith("No space left on device")
    assert "Traceback" not in done.stderr
    # A buffer that is not yet full is known to be the output's own.
    assert unbuffered or size > 1 or "standard output" in last


@FULL
def test_a_full_disk_under_the_errors_changes_no_code(tmp_path):
    wrong = f'"{sys.executable}" -m elu_sym derive none 2> /dev/full'
    assert subprocess.run(wrong, shell=True, check=False).returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="the shell of POSIX closes streams so")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_one_that_nobody_reads(tmp_path, closed):
    done = run(tmp_path, closed, 1)
    assert done.returncode == 0
    assert done.stdout == ("" if ">&-" in closed and closed != "2>&-" else "±\n")
    assert int((tmp_path / "file").read_text()) > 2


def test_a_terminal_of_few_letters_is_written_to(tmp_path):
    done = run(tmp_path, "", 1, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (0, "\\xb1\n")


def test_a_reader_who_leaves_early_causes_no_traceback(tmp_path):
    done = run(tmp_path, "| head -c 1 > first", 10**6)
    assert done.stderr in ("error\n", "")
