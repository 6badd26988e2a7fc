"""The working precisions of Arb and of mpmath, for one thread at a time.

Each has one precision for the whole program, which every operation reads, and SymPy sets that of
mpmath whenever it evaluates a number. A thread that changed one while another computes would change
the other's digits, and two that restore it out of order would leave it changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from elu_sym.algebra.optional import extra

_ALONE = RLock()


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Arb computes with this precision inside; other threads that come here wait until then.

    Args:
        bits: the precision.

    Raises:
        ModuleNotFoundError: if python-flint is not installed, which the extra ``verify`` brings.

    Examples:
        >>> import flint
        >>> with working_precision(200):
        ...     third = flint.arb(1) / 3
        >>> third.rel_accuracy_bits() > 190
        True
    """
    with extra("verify", "a rigorous ball"):
        import flint

    with _ALONE, flint.ctx.workprec(bits):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """SymPy evaluates numbers inside; other threads that come here wait until then.

    Also a decorator, of what computes with SymPy for a user.

    Examples:
        >>> from mpmath import mp
        >>> with alone():
        ...     mp.dps = 50
        >>> mp.dps
        15
    """
    from mpmath import mp

    with _ALONE:
        before = mp.prec
        try:
            yield
        finally:
            mp.prec = before
