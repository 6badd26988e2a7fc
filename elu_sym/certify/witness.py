"""A witness: what one independent check found, and what it cost."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from elu_sym.algebra.normal_form import NotNormalizableError


@dataclass(frozen=True)
class Witness:
    """The outcome of one certificate.

    Attributes:
        kind: the method, such as ``"heat"``, ``"identity"``, ``"arb"``, ``"montecarlo"``,
            ``"stein"``, ``"mutation"`` or ``"derivation"``.
        passed: whether the check accepts what it was given.
        detail: one sentence with the figures: widths, z-scores, numbers of points, or the reason
            of the rejection.
        seconds: the wall-clock time that the check took.
    """

    kind: str
    passed: bool
    detail: str
    seconds: float

    def __bool__(self) -> bool:
        return self.passed


class RejectedError(ArithmeticError):
    """Raised inside a certificate when a condition fails; the message says which and where."""


def testify(kind: str, check: Callable[[], str]) -> Witness:
    """Run a check and report it.

    Args:
        kind: the method, as in :class:`Witness`.
        check: returns the detail of a success and raises :class:`RejectedError` otherwise. An
            expression outside the algebra, or one that divides by zero, is rejected too: what
            cannot be read cannot be certified.

    Returns:
        The witness, with its time.

    Examples:
        >>> testify("arb", lambda: "2 balls overlap").passed
        True
        >>> def fails():
        ...     raise RejectedError("the balls are disjoint at mu = 0")
        >>> testify("arb", fails).detail
        'the balls are disjoint at mu = 0'
    """
    start = time.perf_counter()
    try:
        passed, detail = True, check()
    except (RejectedError, NotNormalizableError, ZeroDivisionError) as rejection:
        passed, detail = False, str(rejection)
    return Witness(kind, passed, detail, time.perf_counter() - start)
