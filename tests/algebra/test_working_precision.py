"""Threads that compute with Arb at once neither change each other's digits nor the precision."""

import sys
from concurrent.futures import ThreadPoolExecutor

import flint
import mpmath
import pytest
from sympy import Rational, exp

from elu_sym.algebra import enclosure, working_precision
from elu_sym.book.formula import FORMULAS
from elu_sym.symbols import mu

PRECISIONS = [64, 200, 1000, 5000] * 30


def digits(bits: int) -> str:
    return str(enclosure.enclose(exp(mu), {mu: Rational(1, bits)}, bits).str(2000))


def from_eight_threads() -> tuple[list[str], int]:
    """What they find, and the precision that they leave."""
    before, interval = flint.ctx.prec, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(digits, PRECISIONS)), flint.ctx.prec
    finally:
        flint.ctx.prec = before
        sys.setswitchinterval(interval)


def test_threads_find_the_digits_of_one_and_leave_the_precision() -> None:
    with flint.ctx.workprec(70):
        assert from_eight_threads() == (list(map(digits, PRECISIONS)), 70)


def formulas_and_digits(number: int) -> tuple[str, str]:
    formula = list(FORMULAS.values())[number % len(FORMULAS)]
    value = formula.lambdify("mpmath")(*(0.3 for _ in formula.arguments))
    return str(formula.derivation.result), mpmath.nstr(value, 12)


def test_threads_that_derive_and_evaluate_leave_the_precision_of_mpmath() -> None:
    alone = list(map(formulas_and_digits, range(0, 60, 7)))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with mpmath.workdps(15), ThreadPoolExecutor(8) as pool:
            together = list(pool.map(formulas_and_digits, [*range(0, 60, 7)] * 8))
            assert mpmath.mp.dps == 15
    finally:
        sys.setswitchinterval(interval)
    assert together == alone * 8


def test_without_the_lock_they_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unlocked:
        def __enter__(self) -> None: ...

        def __exit__(self, *error: object) -> None: ...

    alone = list(map(digits, PRECISIONS)), flint.ctx.prec
    monkeypatch.setattr(working_precision, "_ALONE", Unlocked())
    assert any(from_eight_threads() != alone for _ in range(50))
