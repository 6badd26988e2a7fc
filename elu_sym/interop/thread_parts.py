"""Large arrays divided between threads, for functions that work element by element.

The compiled functions release Python's lock, and no element's bits depend on its neighbours; so the
parts are as good as the whole.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

LEAST = 1 << 15
"""Elements of a part: fewer are computed sooner than another thread begins."""


def in_threads(
    compute: Callable[[Sequence[NDArray[Any]], Sequence[NDArray[Any]]], None],
    arguments: Sequence[NDArray[Any]],
    results: Sequence[NDArray[Any]],
) -> None:
    """Fill results by a function of parts of arrays, on as many threads as there are processors.

    Args:
        compute: it gets the arguments and the results, or the same part of each of them.
        arguments: one-dimensional arrays.
        results: one or more of the same size, to be written.

    Raises:
        BaseException: what ``compute`` raises.

    >>> import numpy as np
    >>> x, y = np.linspace(0.0, 1.0, 10**6), np.empty(10**6)
    >>> in_threads(lambda given, found: np.sqrt(given[0], out=found[0]), [x], [y])
    >>> bool((y == np.sqrt(x)).all())
    True
    """
    size = results[0].size
    number = min(processors(), size // LEAST)
    if number < 2:
        compute(arguments, results)
        return
    first, *others = pairwise(size * k // number for k in range(number + 1))

    def part(start: int, stop: int) -> None:
        compute([x[start:stop] for x in arguments], [y[start:stop] for y in results])

    running = [_pool(os.getpid()).submit(part, *other) for other in others]
    try:
        part(*first)
    finally:
        wait(running)  # nobody writes into the results any more when this returns
    for each in running:
        each.result()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads of a process; after a fork those of the parent are gone."""
    return ThreadPoolExecutor(processors(), "elu_sym")
