"""Formulas and initializers on the arrays and the machines of other libraries.

One module or folder a library, loaded only when it is asked for, each with the extra of its own
name; no mathematics of its own may live here.
"""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import libraries; where one is missing, the error names the extra that installs it.

    Raises:
        ModuleNotFoundError: if a library is missing.

    Examples:
        >>> with extra("dask"):
        ...     import no_such_library
        Traceback (most recent call last):
            ...
        ModuleNotFoundError: elu_sym.interop.dask needs no_such_library: pip install 'elu_sym[dask]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"elu_sym.interop.{name} needs {error.name}: pip install 'elu_sym[{name}]'",
            name=error.name,
        ) from error
