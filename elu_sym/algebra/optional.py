"""Libraries that an extra installs: named where one is missing, done without where none is needed.

The other half of ``[project.optional-dependencies]`` in ``pyproject.toml``.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["extra", "with_progress"]

T = TypeVar("T")


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """Let a library that is missing be an error that names the extra which installs it.

    Args:
        name: the extra.
        what: what needs it.

    Raises:
        ModuleNotFoundError: if a library is missing.

    Examples:
        >>> with extra("dask", "a sweep"):
        ...     import no_such_library
        Traceback (most recent call last):
            ...
        ModuleNotFoundError: a sweep needs no_such_library: pip install 'elu_sym[dask]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        advice, said = f"pip install 'elu_sym[{name}]'", str(error)
        # A part that needs the same extra is named by the whole, which was asked for.
        if library == "elu_sym" or ("pip install" in said and not said.endswith(advice)):
            raise  # a fault of our own, or it says something else to do
        raise ModuleNotFoundError(f"{what} needs {library}: {advice}", name=error.name) from error


def with_progress(items: Iterable[T], count: int, unit: str) -> Iterable[T]:
    """The items, with a bar on standard error if that is a terminal and tqdm is installed.

    >>> list(with_progress("abc", 3, "letter"))
    ['a', 'b', 'c']
    """
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return items
    bar: Iterable[T] = tqdm(items, total=count, unit=unit, leave=False, disable=None)
    return bar
