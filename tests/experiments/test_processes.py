"""Processes share the work, and end when whoever started them does."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

import pytest

from elu_sym.experiments.processes import finished


def test_one_process_keeps_the_order_and_more_give_the_same():
    alone = list(finished(abs, [-3, 2, -1]))
    assert alone == [(-3, 3), (2, 2), (-1, 1)]
    assert sorted(finished(abs, [-3, 2, -1], 2)) == sorted(alone)
    assert list(finished(abs, [], 2)) == []


def test_no_process_is_an_error():
    with pytest.raises(ValueError, match="processes = 0: give at least 1"):
        next(finished(abs, [1], 0))


def test_an_error_of_a_task_comes_back_as_it_is():
    with pytest.raises(ValueError, match="invalid literal"):
        list(finished(int, ["1", "2", "one"], 2))


def test_a_process_that_is_killed_is_an_error():
    with pytest.raises(BrokenProcessPool):
        list(finished(os._exit, [1, 2], 2))


def test_who_stops_waits_for_no_task():
    start = time.monotonic()
    with closing(finished(time.sleep, [0.0, 300.0, 300.0], 2)) as results:
        assert next(results) == (0.0, None)
    assert time.monotonic() - start < 100


# Processes have the standard output of the one that started them: it ends when all of them do.
SLEEP = """
import signal, time
from elu_sym.experiments.processes import finished
if __name__ == "__main__":
    # Tests that are to outlive their terminal ignore this signal, and pass that on.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for _ in finished(time.sleep, [0.0, 600.0, 600.0], 2):
        print("begun", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="these are signals of POSIX")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGHUP"])
def test_processes_end_with_the_one_that_started_them(tmp_path, name):
    script = tmp_path / "sleep.py"
    script.write_text(SLEEP)
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(getattr(signal, name))
        assert process.communicate(timeout=100) == (b"", None)


@pytest.mark.skipif(os.name != "posix", reason="these are signals of POSIX")
def test_the_time_limit_of_a_caller_is_kept(tmp_path):
    script = tmp_path / "sleep.py"
    script.write_text(SLEEP)
    command = [sys.executable, str(script)]
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=3, check=False)
    assert time.monotonic() - start < 100
