"""Large arrays divided between threads, for functions that work element by element.

The compiled functions release Python's lock, and no element's bits depend on its neighbours; so the
parts are as good as the whole.
"""

import os
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from numpy.typing import NDArray

__all__ = ["in_threads", "processors"]

LEAST = 1 << 15
"""Elements of a part: fewer are computed sooner than another thread begins."""

Arrays = Sequence[NDArray[Any]]


def in_threads(
    compute: Callable[[Arrays, Arrays], None], arguments: Arrays, results: Arrays, threads: int
) -> None:
    """Fill results by a function of parts of arrays.

    Args:
        compute: it gets the arguments and the results, or the same part of each of them.
        arguments: arrays of one shape.
        results: one or more of the same shape, to be written.
        threads: how many threads there may be.

    Raises:
        BaseException: what ``compute`` raises.

    >>> import numpy as np
    >>> x, y = np.linspace(0.0, 1.0, 10**6), np.empty(10**6)
    >>> in_threads(lambda given, found: np.sqrt(given[0], out=found[0]), [x], [y], 2)
    >>> bool((y == np.sqrt(x)).all())
    True
    """
    number = min(threads, results[0].size // LEAST)
    if number < 2:
        compute(arguments, results)
        return
    shape = results[0].shape
    axis = shape.index(max(shape))
    ends = [shape[axis] * k // number for k in range(number + 1)]

    failures: list[BaseException] = []

    def part(k: int) -> None:
        place = (*[slice(None)] * axis, slice(ends[k], ends[k + 1]))
        try:
            compute([x[place] for x in arguments], [y[place] for y in results])
        except BaseException as error:  # raised below, where somebody waits for it
            failures.append(error)

    # Threads of their own for every call: a process that is forked has none of its parent's, and a
    # pool takes no work once the main thread has ended, though others still compute.
    begun: list[Thread] = []
    try:
        for k in range(1, number):
            thread = Thread(target=part, args=(k,))
            try:
                thread.start()
            except RuntimeError:  # there may be no more of them, as when the interpreter ends
                part(k)
            else:
                begun.append(thread)
        part(0)
        for thread in begun:
            thread.join()
    finally:  # and if that was interrupted: nobody writes to results that were let go
        for thread in begun:
            thread.join()
    if failures:
        raise failures[0]


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
