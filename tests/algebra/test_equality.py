"""Equality is proved, or refuted at a point, or an error: never a guess."""

import itertools
from pathlib import Path

import pytest
from expressions import expressions
from hypothesis import given, settings
from sympy import Expr, Float, GoldenRatio, Rational, S, Symbol, cos, exp, log, sin, sqrt, symbols

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import UndecidedError, equals, rational_points
from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, sigma


def density(b: int) -> Expr:
    return NormalPdf((b - mu) / sigma)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (NormalCdf(mu / sigma) + NormalCdf(-mu / sigma), S.One),
        (density(0) * density(2), density(1) ** 2 * exp(-1 / sigma**2)),
        (
            (exp(mu + sigma**2 / 2) - exp(-(mu**2) / (2 * sigma**2))).subs(mu, -(sigma**2)),
            S.Zero,
        ),
        (1, 1),
    ],
)
def test_equal(left: Expr, right: Expr) -> None:
    comparison = equals(left, right)
    assert comparison
    assert comparison.equal
    assert comparison.witness == {}
    assert "normal form" in comparison.reason


@settings(max_examples=50)
@given(expressions, expressions)
def test_decision_is_symmetric_and_a_witness_separates(a: Expr, b: Expr) -> None:
    comparison = equals(a, b)
    assert bool(equals(b, a)) == bool(comparison)
    if not comparison:
        at = {mu: S.One, sigma: S.One, alpha: S.One} | comparison.witness
        difference = enclose(a - b, at, precision=2048)
        assert difference.is_finite()
        assert not difference.contains(0)
        assert "excludes zero" in comparison.reason


@settings(max_examples=50)
@given(expressions)
def test_a_tiny_difference_is_found(a: Expr) -> None:
    comparison = equals(a, a + Rational(1, 10**60))
    assert not comparison


def test_difference_without_symbols_has_the_empty_witness() -> None:
    comparison = equals(exp(S.One), S(3))
    assert not comparison
    assert comparison.witness == {}


def test_undecided_is_an_error() -> None:
    # The two are equal, but to the normal form the three logarithms are independent.
    left, right = log(alpha**2 + alpha), log(alpha) + log(alpha + 1)
    with pytest.raises(UndecidedError, match="no rational point separates"):
        equals(left, right)


@pytest.mark.parametrize("value", [sin(mu), NormalCdf(NormalCdf(mu)), mu * Float(0.5), abs(mu)])
def test_outside_the_algebra_is_an_error(value: Expr) -> None:
    with pytest.raises(NotNormalizableError):
        equals(value, mu)


def test_a_constant_that_no_ball_holds_is_undecided() -> None:
    assert equals(sin(1) * mu, mu * sin(1))
    with pytest.raises(UndecidedError, match=r"no enclosure is known for (sin|cos)"):
        equals(sin(1), cos(1))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1 / (1 + sqrt(2)), sqrt(2) - 1),
        (GoldenRatio**2, GoldenRatio + 1),
        (sqrt(alpha) ** 4, alpha**2),
        (2 ** (mu + 1), 2 * exp(mu * log(2))),
        ((mu**2 - 1) / (mu - 1), mu + 1),  # as functions, wherever both are defined
    ],
)
def test_constants_and_quotients(left: Expr, right: Expr) -> None:
    assert equals(left, right)
    assert not equals(left + Rational(1, 10**30), right)
    assert not equals(left, right + 1 / sqrt(10**9 + 7))


@pytest.mark.parametrize("side", ["left", "right"])
def test_text_is_not_run(side: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    text = f"__import__('pathlib').Path({str(trace)!r}).touch()"
    for value in (text, text.encode(), "mu"):
        with pytest.raises(TypeError, match=f"{side} = .*give a SymPy expression"):
            equals(**{"left": mu, "right": mu, side: value})
        for read in (NormalForm.from_expr, is_zero):
            with pytest.raises(TypeError, match=r"expression = .*give a SymPy expression"):
                read(value)
    assert not trace.exists()


class TestRationalPoints:
    signed = (
        Symbol("a", positive=True),
        Symbol("b", negative=True),
        Symbol("c", nonnegative=True),
        Symbol("d", nonpositive=True),
    )
    free = symbols("e:m", real=True)

    def test_values_are_exact_and_respect_the_signs(self) -> None:
        a, b, c, d = self.signed
        for point in rational_points([*self.signed, *self.free]):
            assert all(isinstance(value, Rational) for value in point.values())
            assert point[a] > 0 > point[b]
            assert point[c] >= 0 >= point[d]

    def test_order_of_the_symbols_does_not_matter(self) -> None:
        for order in itertools.permutations([mu, sigma, alpha]):
            assert list(rational_points(order)) == list(rational_points([alpha, mu, sigma]))

    @pytest.mark.parametrize("count", [1, 2, 5, 9, 11, 12, 30])
    def test_no_two_symbols_coincide_in_size(self, count: int) -> None:
        for point in rational_points(symbols(f"x:{count}", real=True)):
            assert len({abs(value) for value in point.values()}) == count

    @pytest.mark.parametrize("count", [1, 2, 3, 4])
    def test_every_pattern_of_signs_occurs(self, count: int) -> None:
        names = symbols(f"x:{count}", real=True)
        patterns = {tuple(point[name] > 0 for name in names) for point in rational_points(names)}
        assert len(patterns) == 2**count

    def test_special_positions_are_avoided(self) -> None:
        # Where mu = 0, mu = -sigma^2 or alpha = 1, generators meet that are different elsewhere.
        for point in rational_points([mu, sigma, alpha]):
            m, s, a = point[mu], point[sigma], point[alpha]
            assert 0 not in (m, m + s**2, m + 2 * s**2, a - 1, a - s, m - a)

    def test_integers_for_an_integer(self) -> None:
        n = Symbol("n", integer=True, positive=True)
        assert all(point[n].is_integer and point[n] > 0 for point in rational_points([n]))

    def test_without_symbols_there_is_the_empty_point(self) -> None:
        assert next(rational_points([])) == {}
