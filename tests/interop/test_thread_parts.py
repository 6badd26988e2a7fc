"""Arrays in parts: every element once, what fails is told, and a fork has threads of its own."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from elu_sym.interop.thread_parts import LEAST, in_threads

THREADS = 3


@pytest.mark.parametrize("size", [0, 1, LEAST, 2 * LEAST, 3 * LEAST + 1, 7 * LEAST])
def test_every_element_is_computed_once(size):
    x, found, lock, parts = np.arange(float(size)), np.zeros((2, size)), threading.Lock(), []

    def compute(arguments, results):
        with lock:
            parts.append(arguments[0].size)
        results[0] += arguments[0]
        results[1] += 1.0

    in_threads(compute, [x], list(found), THREADS)
    assert (found[0] == x).all()
    assert (found[1] == 1.0).all()
    assert len(parts) == max(1, min(3, size // LEAST))
    assert max(parts) - min(parts) <= 1


def test_the_longest_axis_is_divided():
    x, found, parts = np.ones((2, 3 * LEAST)).T, np.zeros((3 * LEAST, 2)), []

    def compute(arguments, results):
        parts.append(arguments[0].shape)
        results[0][...] = arguments[0]

    in_threads(compute, [x], [found], THREADS)
    assert parts == [(LEAST, 2)] * 3
    assert (found == 1.0).all()


@pytest.mark.parametrize("failing", [0.0, 3.0 * LEAST - 1.0])
def test_what_a_part_raises_is_raised_after_those_that_have_begun(failing):
    x, found = np.arange(3.0 * LEAST), np.zeros(3 * LEAST)

    def compute(arguments, results):
        if failing in arguments[0]:
            raise ZeroDivisionError("here")
        time.sleep(0.05)  # longer than it takes to give up
        results[0][:] = 1.0

    with pytest.raises(ZeroDivisionError, match="here"):
        in_threads(compute, [x], [found], THREADS)
    # Nobody writes any more.
    written = found.copy()
    time.sleep(0.1)
    assert (found == written).all()


def test_what_no_thread_begins_is_computed_all_the_same(monkeypatch):
    def refused(_):
        raise RuntimeError("can't start new thread")

    x, found = np.arange(3.0 * LEAST), np.zeros(3 * LEAST)
    monkeypatch.setattr(threading.Thread, "start", refused)
    in_threads(lambda given, into: np.copyto(into[0], given[0]), [x], [found], THREADS)
    assert (found == x).all()


AFTER_THE_MAIN_THREAD = """
import atexit, threading
import numpy as np
from elu_sym.interop.thread_parts import LEAST, in_threads

def compute():
    x, found = np.ones(3 * LEAST), np.zeros(3 * LEAST)
    in_threads(lambda given, into: np.copyto(into[0], given[0]), [x], [found], 3)
    print(bool((found == x).all()))

def late():
    threading.main_thread().join()
    compute()

atexit.register(compute)
threading.Thread(target=late).start()
"""


def test_a_thread_that_outlives_the_main_one_computes_and_so_does_what_runs_at_exit():
    command = [sys.executable, "-c", AFTER_THE_MAIN_THREAD]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["True", "True"], run.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork")  # other threads do not matter to it
def test_a_fork_does_not_wait_for_threads_that_are_gone():
    x, found = np.ones(3 * LEAST), np.zeros(3 * LEAST)

    def double():
        def twice(given, into):
            np.multiply(given[0], 2.0, out=into[0])

        in_threads(twice, [x], [found], THREADS)
        return bool((found == 2.0).all())

    assert double()
    child = os.fork()
    if child == 0:
        found[:] = 0.0
        os._exit(0 if double() else 1)
    assert os.waitpid(child, 0)[1] == 0
