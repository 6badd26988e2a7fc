"""Every symbol has the assumptions that the theorems need, and a name of its own."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Expr, Float, Rational, Symbol

from elu_sym import symbols

POSITIVE = {
    *("alpha", "sigma", "slope", "scale", "level", "rate", "distance", "excess"),
    *("weight", "height", "smoothness", "steepness", "strike"),
    *("learning_rate", "sigma1", "sigma2"),
}
REAL = {"x", "y", "z", "mu", "mu1", "mu2", "rho", "threshold", "offset", "amplitude", "seed"}


def test_assumptions() -> None:
    found = {name: value for name, value in vars(symbols).items() if isinstance(value, Symbol)}
    assert set(found) == POSITIVE | REAL
    for name, symbol in found.items():
        assert symbol.is_real
        assert symbol.is_finite
        assert bool(symbol.is_positive) == (name in POSITIVE)


def test_names_are_distinct() -> None:
    found = [value for value in vars(symbols).values() if isinstance(value, Symbol)]
    assert len({symbol.name for symbol in found}) == len(found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (symbols.x + 1, symbols.x + 1),
        (3, sympy.S(3)),
        (0.5, Float(0.5)),
        (np.float64(0.5), Float(0.5)),
        (np.int32(3), sympy.S(3)),
        (Fraction(1, 3), Rational(1, 3)),
        (Decimal("0.5"), Float(0.5)),
        (mpmath.mpf(0.5), Float(0.5)),
        (2j, 2.0 * sympy.I),
    ],
)
def test_expressions_and_numbers_are_taken(value: object, expected: Expr) -> None:
    assert symbols.symbolic(value, "g") == expected


def test_nothing_that_holds_text_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = f"__import__('pathlib').Path({str(trace)!r}).touch()"
    plain = [program, np.str_(program), program.encode(), np.bytes_(program.encode())]
    held = [bytearray(program.encode()), (program,), [program], {program: 1}, {program}]
    arrays = [np.array(program), np.array([program]), np.array([program], dtype=object)]
    for value in [*plain, *held, *arrays]:
        with pytest.raises(TypeError, match=r"^g = "):
            symbols.symbolic(value, "g")
    assert not trace.exists()
    sympy.sympify(program)
    assert trace.exists(), "the text is a program that leaves a trace where it is run"


@pytest.mark.parametrize(
    "value", [None, True, np.True_, sympy.true, sympy.EmptySet, object(), Expr]
)
def test_what_is_no_expression_is_an_error_that_names_it(value: object) -> None:
    with pytest.raises(TypeError, match=r"^order = "):
        symbols.symbolic(value, "order")


def test_a_condition_is_told_what_to_write_instead() -> None:
    with pytest.raises(TypeError, match=r"Piecewise\(\(1, x > 0\), \(0, True\)\)"):
        symbols.symbolic(symbols.x > 0, "g")
