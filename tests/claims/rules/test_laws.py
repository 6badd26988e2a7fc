"""Statements about every law of X: each refutation names a law, looked at by its few points."""

from typing import Any

import mpmath
import pytest
from findings import found, number, witness
from sympy import DiracDelta, Eq, Expr, Heaviside, Piecewise, S, SingularityFunction, exp

from elu_sym.activations import Elu, EluDerivative, LeakyRelu, Relu, ReluDerivative
from elu_sym.algebra.enclosure import Point
from elu_sym.claims.rules.elementary import Side
from elu_sym.claims.rules.laws import (
    AlmostSurelyNonzero,
    PositiveMean,
    PositiveSymmetricMean,
    SymmetricMean,
    on_side,
    symmetrized,
)
from elu_sym.symbols import alpha, distance, excess, slack, slope, weight, x

ELU, SLOPE = Elu(x, alpha), EluDerivative(x, alpha)
HOLE = Piecewise((1, Eq(x, 0)), (0, True))
"""1 at 0 and 0 elsewhere."""

TRUE = [
    AlmostSurelyNonzero(SLOPE),
    AlmostSurelyNonzero(-exp(x)),
    AlmostSurelyNonzero(ReluDerivative(x) + slope),
    PositiveMean(Relu(x) - ELU),
    PositiveMean(Heaviside(-x)),
    PositiveMean(Elu(x, alpha) - Elu(x, alpha + excess)),
    PositiveMean(SLOPE**2 - ReluDerivative(x)),
    PositiveSymmetricMean(x**2),
    PositiveSymmetricMean(Relu(x) + Elu(x, S.One)),
    PositiveSymmetricMean(Relu(x) - ELU),
    PositiveSymmetricMean(slack * x**2, strict=False),
    PositiveSymmetricMean(x, strict=False),
    SymmetricMean(x**3, S.Zero, atom_at_zero=True),
    SymmetricMean(Heaviside(-x), S.Half, atom_at_zero=True),
    SymmetricMean(ReluDerivative(x), S.Half),
    SymmetricMean(1 / x, S.Zero),
    SymmetricMean(Relu(x) + Relu(-x) - LeakyRelu(x, -S.One), S.Zero, atom_at_zero=True),
]

FALSE = [
    AlmostSurelyNonzero(ELU),
    AlmostSurelyNonzero(Relu(x)),
    AlmostSurelyNonzero(ReluDerivative(x)),
    AlmostSurelyNonzero(1 - SLOPE),
    AlmostSurelyNonzero(exp(x) - alpha),
    PositiveMean(1 - ELU),
    PositiveMean(SLOPE - alpha),
    PositiveMean(Relu(x)),
    PositiveMean(Heaviside(-x) - slope * Heaviside(x)),
    PositiveSymmetricMean(x),
    PositiveSymmetricMean(-ELU),
    PositiveSymmetricMean(Relu(x) + ELU),
    PositiveSymmetricMean(x**2 + ELU - x, strict=False),
    SymmetricMean(Heaviside(-x), S(101) / 200),
    SymmetricMean(x**2, alpha),
    SymmetricMean(ReluDerivative(x), S.Half, atom_at_zero=True),
    SymmetricMean(SLOPE, 1 - alpha / 2),
]

OPEN = {
    "a pole at 0": AlmostSurelyNonzero(1 / x),
    "another value at 0": PositiveMean(Heaviside(-x) * exp(x) - HOLE),
    "another value at 0, under symmetry": PositiveSymmetricMean(x**2 - HOLE),
    "an atom": PositiveMean(1 - DiracDelta(x)),
    "a positive atom, of no value at 0": PositiveMean(1 + DiracDelta(x)),
    "the derivative of an atom": PositiveMean(1 + DiracDelta(x, 1)),
    "a kink elsewhere": PositiveMean(1 - Elu(x + 1, alpha) + Elu(x + 1, alpha) ** 2),
    "x stands for X": SymmetricMean(x**2, x**2),
    "delta stands for abs(x)": SymmetricMean(x**2, distance**2),
    "delta as a parameter": PositiveMean(distance - x),
    # Under a law with a density at 0 it has that mean.
    "an atom that vanishes off 0": SymmetricMean(Relu(x).diff(x, 2), S.Zero),
    "the derivative of one": SymmetricMean(DiracDelta(x, 1), S.Zero),
    "another way to write it": SymmetricMean(SingularityFunction(x, 0, -1), S.Zero),
    "no value at 0": SymmetricMean(1 / x, S.Zero, atom_at_zero=True),
}


def mean_under(expression: Expr, point: Point, *law: tuple[Expr, Any]) -> Any:
    """E g(X) of a law of a few points, each with its probability."""
    return mpmath.fsum(p * number(expression, {**point, x: place}) for place, p in law)


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: Any) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_under_a_law_of_few_points(assertion: Any) -> None:
    point = witness(assertion)
    place = point.get(x, S.One)
    g = assertion.expression
    if isinstance(assertion, AlmostSurelyNonzero):
        assert mean_under(g, point, (place, 1)) == 0
    elif isinstance(assertion, PositiveMean):
        little = mpmath.mpf(2) ** -40 if place > 0 else 0
        assert mean_under(g, point, (place, 1 - little), (-S.One, little)) <= 0
    else:
        atom = number(weight, point) if weight in point else mpmath.mpf(0)
        law = [(place, (1 - atom) / 2), (-place, (1 - atom) / 2), (S.Zero, atom)]
        value = mean_under(g, point, *law)
        if isinstance(assertion, SymmetricMean):
            assert abs(value - number(assertion.value + 0 * x, point)) > 1e-9
        else:
            assert value < 0 or (value == 0 and assertion.strict)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_a_strict_inequality_leaves_out_the_point_mass_at_zero() -> None:
    text = PositiveSymmetricMean(x**2).to_text()
    assert text == "E[x**2] > 0 at x = X, for every symmetric law of X but the point mass at 0"
    assert PositiveSymmetricMean(x**2, strict=False).to_text().endswith("every symmetric law of X")


def test_pieces() -> None:
    assert on_side(ELU + Relu(x), Side.LEFT) == alpha * (exp(x) - 1)
    assert symmetrized(x**3 + x**2) == x**2
    for read in (lambda: on_side(distance * x, Side.LEFT), lambda: symmetrized(distance * x)):
        with pytest.raises(ValueError, match="delta, the distance from the kink"):
            read()
