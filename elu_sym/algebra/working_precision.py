"""The working precision of Arb, for one thread at a time.

python-flint has one precision for the whole program, which every operation on balls reads. A thread
that changed it while another computes would change the other's digits, and two that restore it out
of order would leave it changed.
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
