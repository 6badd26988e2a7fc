"""A witness: what one independent check found, and what it cost."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from elu_sym.algebra.normal_form import NotNormalizableError


class Evidence(StrEnum):
    """What a finding rests on; the values are the kinds of witness in a report."""

    ALGEBRA = "derivation"
    HEAT = "heat"
    STEIN = "stein"
    PRICE = "price"
    LIMITS = "limits"
    PARAMETER = "parameter"
    IDENTITY = "identity"
    ENCLOSURE = "arb"
    SAMPLES = "montecarlo"
    MUTATION = "mutation"
    EXPERIMENT = "experiment"


@dataclass(frozen=True)
class Witness:
    """The outcome of one certificate.

    Attributes:
        kind: the method.
        passed: whether the check accepts what it was given.
        detail: one sentence with the figures: widths, z-scores, numbers of points, or the reason
            of the rejection.
        seconds: the wall-clock time that the check took.
    """

    kind: Evidence
    passed: bool
    detail: str
    seconds: float

    def __bool__(self) -> bool:
        return self.passed


class RejectedError(ArithmeticError):
    """Raised inside a certificate when a condition fails; the message says which and where."""


def testify(kind: Evidence, check: Callable[[], str]) -> Witness:
    """Run a check and report it.

    Args:
        kind: the method, as in :class:`Witness`.
        check: returns the detail of a success and raises :class:`RejectedError` otherwise. An
            expression outside the algebra, or one that divides by zero, is rejected too: what
            cannot be read cannot be certified.

    Returns:
        The witness, with its time.

    Examples:
        >>> testify(Evidence.ENCLOSURE, lambda: "2 balls overlap").passed
        True
        >>> def fails():
        ...     raise RejectedError("the balls are disjoint at mu = 0")
        >>> testify(Evidence.ENCLOSURE, fails).detail
        'the balls are disjoint at mu = 0'
    """
    start = time.perf_counter()
    try:
        passed, detail = True, check()
    except (RejectedError, NotNormalizableError, ZeroDivisionError) as rejection:
        passed, detail = False, str(rejection)
    return Witness(kind, passed, detail, time.perf_counter() - start)
