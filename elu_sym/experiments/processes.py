"""Tasks shared by processes that end when this one does, however it ends."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def finished(
    function: Callable[[Task], Result], tasks: Sequence[Task], processes: int = 1
) -> Generator[tuple[Task, Result], None, None]:
    """Each task with its result, as they are finished; in their order by one process, this one.

    Closing the generator ends the processes, and what they are at.

    Args:
        function: what is done, a function of a module where there is more than one process.
        tasks: what for.
        processes: how many processes; the calling script must be importable where there is more
            than one, as :mod:`multiprocessing` requires.

    Raises:
        ValueError: if ``processes`` is below 1.
        BrokenProcessPool: if a process is killed.

    Examples:
        >>> list(finished(abs, [-2, 1]))
        [(-2, 2), (1, 1)]
    """
    if processes < 1:
        raise ValueError(f"processes = {processes!r}: give at least 1")
    if processes == 1 or len(tasks) < 2:
        for task in tasks:
            yield task, function(task)
        return
    # Threads that this process may have forbid a fork.
    context = get_context("spawn")
    there, here = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        min(processes, len(tasks)), context, _end_when_closed, initargs=(there,)
    )
    try:
        with _interruptions_kept():
            futures = {pool.submit(function, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
        pool.shutdown()  # with nothing left to do they end by themselves, and tidy up
    finally:
        here.close()
        pool.shutdown(cancel_futures=True)
        there.close()


def _end_when_closed(pipe: Connection) -> None:
    """End this process when the other end of a pipe is closed, as it is when its owner ends.

    Without it a process waits for tasks as long as the machine runs.
    """

    def wait() -> None:
        pipe.poll(None)
        os._exit(1)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _interruptions_kept() -> Iterator[None]:
    """Processes started here do not hear of Ctrl-C, of which this one hears afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
