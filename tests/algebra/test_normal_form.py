"""The normal form obeys the laws of a differential ring, and knows the relations of the design."""

import os
import subprocess
import sys

import pytest
from expressions import denominators, expressions, points
from flint import arb, ctx
from hypothesis import given, settings, strategies as st
from sympy import (
    E,
    Expr,
    Float,
    I,
    Rational,
    S,
    Symbol,
    diff,
    erf,
    erfc,
    exp,
    log,
    nan,
    oo,
    pi,
    rootof,
    sinh,
    sqrt,
    symbols,
    zoo,
)

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, sigma, slope

read = NormalForm.from_expr
parameters = st.sampled_from([mu, sigma, alpha])
few = settings(max_examples=20)  # each takes some tens of milliseconds


def same(left: NormalForm, right: NormalForm) -> bool:
    return (left - right).is_zero


class TestRing:
    @few
    @given(expressions, expressions)
    def test_reading_respects_sums_and_products(self, a: Expr, b: Expr) -> None:
        assert same(read(a + b), read(a) + read(b))
        assert same(read(a * b), read(a) * read(b))
        assert same(read(a - b), read(a) - read(b))

    @few
    @given(expressions, expressions)
    def test_commutative(self, a: Expr, b: Expr) -> None:
        assert same(read(a) + read(b), read(b) + read(a))
        assert same(read(a) * read(b), read(b) * read(a))

    @few
    @given(expressions, expressions, expressions)
    def test_associative_and_distributive(self, a: Expr, b: Expr, c: Expr) -> None:
        a, b, c = read(a), read(b), read(c)
        assert same((a + b) + c, a + (b + c))
        assert same((a * b) * c, a * (b * c))
        assert same((a + b) * c, a * c + b * c)

    @few
    @given(expressions)
    def test_units_and_inverses(self, a: Expr) -> None:
        form, zero, one = read(a), read(S.Zero), read(S.One)
        assert zero.is_zero
        assert not one.is_zero
        assert same(form + zero, form)
        assert same(form * one, form)
        assert (form + -form).is_zero
        assert (form - form).is_zero
        assert (form * zero).is_zero
        assert same(form**0, one)
        assert same(form**2, form * form)

    @few
    @given(expressions, denominators, denominators)
    def test_quotients(self, a: Expr, b: Expr, c: Expr) -> None:
        a, b, c = read(a), read(b), read(c)
        assert same(a / b * b, a)
        assert same(a / b / c, a / (b * c))
        assert same(a / b + a / c, a * (b + c) / (b * c))
        assert same(b**-2, read(S.One) / (b * b))

    def test_division_by_zero_is_an_error(self) -> None:
        zero = NormalCdf(mu) + NormalCdf(-mu) - 1
        with pytest.raises(ZeroDivisionError):
            read(1 / zero)
        with pytest.raises(ZeroDivisionError):
            read(mu) / read(zero)


class TestDerivative:
    @few
    @given(expressions, parameters)
    def test_agrees_with_sympy(self, a: Expr, symbol: Symbol) -> None:
        assert same(read(a).diff(symbol), read(diff(a, symbol)))

    @few
    @given(expressions, expressions, parameters)
    def test_leibniz(self, a: Expr, b: Expr, symbol: Symbol) -> None:
        a, b = read(a), read(b)
        assert same((a * b).diff(symbol), a.diff(symbol) * b + a * b.diff(symbol))
        assert same((a + b).diff(symbol), a.diff(symbol) + b.diff(symbol))

    @few
    @given(expressions, denominators, parameters)
    def test_quotient_rule(self, a: Expr, b: Expr, symbol: Symbol) -> None:
        quotient = read(a / b).diff(symbol)
        assert same(
            quotient, (read(diff(a, symbol)) - read(a / b) * read(diff(b, symbol))) / read(b)
        )

    @few
    @given(expressions)
    def test_derivatives_commute(self, a: Expr) -> None:
        assert same(read(a).diff(mu).diff(sigma), read(a).diff(sigma).diff(mu))

    @few
    @given(expressions, points, parameters)
    def test_agrees_with_a_difference_quotient(self, a: Expr, at: Point, symbol: Symbol) -> None:
        # With steps of 1e-30 and 1,024 bits the quotient is right to about 1e-60.
        step = Rational(1, 10**30)
        above, below = ({**at, symbol: at[symbol] + h} for h in (step, -step))
        with ctx.workprec(1024):
            difference = enclose(a, above, 1024) - enclose(a, below, 1024)
            quotient = difference / (2 * arb(10) ** -30)
            derivative = enclose(read(a).diff(symbol).to_expr(), at, 1024)
            scale = 1 + abs(derivative) + abs(enclose(a, at, 1024))
            assert abs(quotient - derivative) < scale * arb(10) ** -45

    def test_unknown_parameter_has_derivative_zero(self) -> None:
        assert read(mu * NormalCdf(sigma)).diff(slope).is_zero

    def test_logarithms_move_with_their_parameter(self) -> None:
        assert same(read(exp(mu * log(alpha))).diff(alpha), read(mu * exp(mu * log(alpha)) / alpha))
        gaussian = NormalCdf((log(alpha) - mu) / sigma)
        assert same(read(gaussian).diff(alpha), read(diff(gaussian, alpha)))


class TestConversion:
    @few
    @given(expressions, denominators)
    def test_round_trip(self, a: Expr, b: Expr) -> None:
        for expression in (a, a / b):
            form = read(expression)
            assert same(read(form.to_expr()), form)
            assert same(read(form.to_expr().rewrite(erfc)), form)

    @few
    @given(expressions, points)
    def test_keeps_the_value(self, a: Expr, at: Point) -> None:
        written = read(a).to_expr()
        for form in (written, written.rewrite(erfc)):
            assert enclose(a, at, 512).overlaps(enclose(form, at, 512))

    def test_plain_form_names_nothing_of_the_project(self) -> None:
        plain = read(NormalCdf(mu) * NormalPdf(sigma) + MillsRatio(mu)).to_expr().rewrite(erfc)
        assert not plain.has(NormalCdf, NormalPdf, MillsRatio)
        assert plain.has(erfc)


t = mu / sigma
CUBIC = rootof(symbols("r") ** 3 - symbols("r") - 1, 0)
SHORT, LONG = 2 ** Rational(1, 10**40), 2 ** (1 - Rational(1, 10**40))
ZEROS = {
    "one sign of Phi": NormalCdf(t) + NormalCdf(-t) - 1,
    "its square": NormalCdf(-t) ** 2 - (1 - NormalCdf(t)) ** 2,
    "Phi(0)": NormalCdf(t - mu / sigma * 1) - S.Half,
    "a sign hidden in the denominator": NormalCdf(1 / (mu - alpha))
    + NormalCdf(1 / (alpha - mu))
    - 1,
    "complementary halves": (1 - NormalCdf((0 - mu) / sigma)) + NormalCdf((0 - mu) / sigma) - 1,
    "three densities": NormalPdf(-t) * NormalPdf((2 - mu) / sigma)
    - NormalPdf((1 - mu) / sigma) ** 2 * exp(-1 / sigma**2),
    "shifted density": NormalPdf(t + sigma) - NormalPdf(t) * exp(-mu - sigma**2 / 2),
    "even density": NormalPdf(t) - NormalPdf(-t),
    "Mills ratio": MillsRatio(t) * NormalPdf(t) - NormalCdf(-t),
    "Mills and exponential form": exp(mu + sigma**2 / 2) * NormalCdf(-t - sigma)
    - NormalPdf(t) * MillsRatio(t + sigma),
    "error functions": erf(t / sqrt(2)) + erfc(t / sqrt(2)) - 1,
    "Phi by erfc": NormalCdf(t) - erfc(-t / sqrt(2)) / 2,
    "Phi by erf": NormalCdf(t) - (1 + erf(t / sqrt(2))) / 2,
    "merged exponents": exp(mu) * exp(-2 * mu) ** 3 - exp(-5 * mu),
    "a quotient": (exp(2 * mu) - 1) / (exp(mu) - 1) - exp(mu) - 1,
    "logistic functions": 1 / (1 + exp(mu)) + 1 / (1 + exp(-mu)) - 1,
    "a logarithm in an exponent": exp(3 * log(alpha) + mu) - alpha**3 * exp(mu),
    "a negative one": exp(mu - 2 * log(alpha)) - exp(mu) / alpha**2,
    "a logarithm times a parameter": exp(mu * log(alpha)) * exp((2 - mu) * log(alpha)) - alpha**2,
    "logarithms of products": log(alpha * sigma) - log(alpha) - log(sigma),
    "logarithms of numbers": log(S(6)) - log(S(2)) - log(S(3)),
    "logarithms of exponentials": log((alpha * exp(mu) - alpha) / alpha + 1) - mu,
    "logarithm of pi": exp(mu + 2 * log(pi)) - pi**2 * exp(mu),
    "roots of two": sqrt(2) * NormalPdf(mu) - exp(-(mu**2) / 2) / sqrt(pi),
    "roots of pi": sqrt(2 * pi) * NormalPdf(mu) - exp(-(mu**2) / 2),
    "powers of roots": (sqrt(2) / sqrt(pi)) ** 3 - 2 * sqrt(2) / (pi * sqrt(pi)),
    "number e": exp(S.One) * exp(mu - 1) - exp(mu),
    "a conjugate": 1 / (1 + sqrt(2)) - sqrt(2) + 1,
    "roots of several primes": 1 / (sqrt(2) + sqrt(3) + sqrt(5))
    - (3 * sqrt(2) + 2 * sqrt(3) - sqrt(30)) / 12,
    "a root that cancels in an argument": NormalCdf(1 / (mu - sqrt(sigma)))
    - NormalCdf((mu + sqrt(sigma)) / (mu**2 - sigma)),
    "roots of a parameter": alpha ** Rational(1, 2) * alpha ** Rational(1, 3)
    - alpha ** Rational(5, 6),
    "a root of a sum": (1 + alpha) / sqrt(1 + alpha) - sqrt(1 + alpha),
    "a root of pi": pi ** Rational(1, 4) * (2 * pi) ** Rational(1, 4)
    - 2 ** Rational(1, 4) * sqrt(pi),
    "a logarithm beside a sum below": exp(
        (mu + 2 * alpha * log(alpha) + 2 * log(alpha)) / (alpha + 1)
    )
    - alpha**2 * exp(mu / (alpha + 1)),
    "a root of a logarithm": NormalPdf(mu - sqrt(log(2))) * sqrt(2)
    - NormalPdf(mu) * exp(mu * log(2) / sqrt(log(2))),
    "a nested root": 1 / sqrt(2 + sqrt(3)) - sqrt(2 + sqrt(3)) * (2 - sqrt(3)),
    "a root and a logarithm": exp(log(alpha) / 2 + mu) / sqrt(alpha) - exp(mu),
    "an irrational rate": exp(sqrt(2) * mu) * exp(-2 * mu / sqrt(2)) - 1,
    "e before and in an argument": NormalPdf(mu - E) * E
    - NormalPdf(mu) * exp(mu * E + 1 - exp(2) / 2),
    "half of e": NormalCdf(mu - exp(S.Half)) * (E - exp(S.Half) ** 2),
    "an exponential in an argument": NormalPdf(exp(alpha) - mu) * exp(2 * alpha)
    - NormalPdf(mu) * exp(mu * exp(alpha) - exp(2 * alpha) / 2 + 2 * alpha),
    "an exponential of an exponential": exp(exp(mu)) * exp(1 - exp(mu)) - E,
    "a power of a number": 2 ** (mu + 1) - 2 * exp(mu * log(2)),
    "an irrational power": 2 ** sqrt(2) * 2 ** (mu - sqrt(2)) - exp(mu * log(2)),
    "a power with a parameter": alpha**mu * alpha ** (1 - mu) - alpha,
    "the real root of a cubic": 1 / CUBIC - CUBIC**2 + 1,
    "an argument of the error function": erf(mu) + erfc(mu) - 1,
    "a logarithm of a root": log(sqrt(2) * alpha) - log(alpha) - log(S(2)) / 2,
    "roots of a high degree": (1 + SHORT) * (1 + LONG) - 3 - SHORT - LONG,
    "one in a denominator": (LONG - SHORT) / (LONG * SHORT) - (1 / SHORT - 1 / LONG),
    "one beside a low one": (1 + sqrt(2)) * (1 + SHORT)
    - (1 + sqrt(2) + SHORT + 2 ** (S.Half + Rational(1, 10**40))),
    "some in an argument": NormalCdf(mu * (1 + SHORT) * (1 + LONG) / SHORT)
    - NormalCdf(mu * (3 / SHORT + 1 + LONG / SHORT)),
    "one below a sum in an argument": NormalCdf((mu**2 - SHORT) / (mu + sqrt(SHORT)))
    - NormalCdf(mu - sqrt(SHORT)),
    "one of a parameter": (1 + alpha ** Rational(1, 10**40)) * (1 + alpha ** Rational(-1, 10**40))
    - (2 + alpha ** Rational(1, 10**40) + alpha ** Rational(-1, 10**40)),
    "half a logarithm of pi": (pi**mu + 1) * (sqrt(pi) + 1)
    - (pi ** (mu + S.Half) + pi**mu + sqrt(pi) + 1),
}


@pytest.mark.parametrize("name", ZEROS)
def test_relation_that_a_naive_form_misses(name: str) -> None:
    assert is_zero(ZEROS[name])


NOT_ZEROS = [
    NormalCdf(t) - NormalCdf(-t),
    NormalPdf(t) * NormalPdf((2 - mu) / sigma) - NormalPdf((1 - mu) / sigma) ** 2,
    exp(mu) - 1 - mu,
    exp(log(alpha) * mu) - mu * alpha,
    log((alpha * exp(mu) - alpha) / alpha + 1) - mu - alpha,
    MillsRatio(t) - MillsRatio(-t),
    NormalCdf(t) ** 2 - NormalCdf(t),
    sqrt(2 * pi) * NormalPdf(mu) - exp(-(mu**2)),
    sqrt(2) - Rational(141421356, 100000000),
    sqrt(alpha) ** 2 + alpha,
    E - exp(S.Half),
    exp(E) - E**3,
    CUBIC**3 - CUBIC,
    2**mu - exp(mu),
]


@pytest.mark.parametrize("expression", NOT_ZEROS)
def test_what_is_not_zero_is_not_called_zero(expression: Expr) -> None:
    assert not is_zero(expression)


class TestSubstitution:
    """Two generators may meet after a substitution, so the form is made again after each."""

    def test_two_exponentials_collapse(self) -> None:
        difference = exp(mu + sigma**2 / 2) - exp(-(mu**2) / (2 * sigma**2))
        assert not is_zero(difference)
        assert is_zero(difference.subs(mu, -(sigma**2)))

    def test_an_argument_becomes_zero(self) -> None:
        difference = NormalCdf(t + sigma) - S.Half
        assert not is_zero(difference)
        assert is_zero(difference.subs(mu, -(sigma**2)))

    def test_breakpoints_coincide(self) -> None:
        b, c = symbols("b c", real=True)
        difference = NormalCdf((mu - b) / sigma + sigma) - NormalCdf((mu - c) / sigma)
        assert not is_zero(difference)
        assert is_zero(difference.subs(b, c + sigma**2))

    def test_the_sign_of_an_argument_survives_a_larger_field(self) -> None:
        sum_of_parts = read(NormalCdf(mu - 1)) + read(alpha * NormalCdf(1 - mu))
        assert same(sum_of_parts, read(NormalCdf(mu - 1) + alpha * NormalCdf(1 - mu)))
        assert same(
            read(NormalCdf(sigma - mu)) + read(NormalCdf(mu - sigma + 0 * alpha)), read(S.One)
        )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sinh(mu), r"sinh\(mu\)"),
        (mu * Float(1.5), "1.5"),
        (I * mu, "I"),
        (zoo, "zoo"),
        (nan, "nan"),
        (oo, "oo"),
        (sqrt(mu), "mu has a root, but its sign"),
        (S(-2) ** Rational(1, 3), "-2 has a root"),
        (sqrt(mu**2), "Abs"),
        (NormalCdf(NormalCdf(mu)), "the argument of the normal distribution"),
        (exp(NormalCdf(mu)), "the exponent NormalCdf"),
        (log(NormalCdf(mu)), "NormalCdf"),
        (sqrt(1 + NormalCdf(mu) ** 2), r"NormalCdf"),
    ],
)
def test_what_does_not_fit_is_named(expression: Expr, message: str) -> None:
    with pytest.raises(NotNormalizableError, match=message):
        read(expression)


class TestRelations:
    """What is known of a constant decides, also between forms that were read one by one."""

    roots = (sqrt(2), sqrt(3), sqrt(6), 2 ** Rational(1, 3), sqrt(alpha), sqrt(1 + alpha), E, CUBIC)

    @few
    @given(expressions, expressions, st.sampled_from(roots), st.sampled_from(roots))
    def test_forms_over_different_constants_meet(self, a: Expr, b: Expr, r: Expr, s: Expr) -> None:
        left, right = read(a * r + b), read(b * s - a)
        assert same(left * right, read((a * r + b) * (b * s - a)))
        assert same(left + right, read(a * r + b * s + b - a))
        assert same(left.diff(alpha), read(diff(a * r + b, alpha)))

    @few
    @given(st.lists(st.tuples(st.sampled_from(roots), st.integers(-3, 3)), max_size=4), points)
    def test_an_inverse_is_one_and_keeps_the_value(self, terms: list, at: Point) -> None:
        number = sum((S(n) * r for r, n in terms), S.One * 20)
        assert same(read(number) * read(1 / number), read(S.One))
        assert enclose(1 / number, at, 512).overlaps(enclose(read(1 / number).to_expr(), at, 512))

    def test_a_zero_in_disguise_does_not_divide(self) -> None:
        for zero in (
            sqrt(3 - 2 * sqrt(2)) - sqrt(2) + 1,
            sqrt(alpha**2 + 2 * alpha + 1) - alpha - 1,
        ):
            assert not is_zero(zero), "the relation between the roots is not known"
            with pytest.raises(NotNormalizableError, match="may be zero"):
                read(NormalCdf(mu / zero))


GROUND_TYPES_PROGRAM = """
from sympy import exp, symbols
from sympy.external.gmpy import GROUND_TYPES
from elu_sym.algebra.equality import equals
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.claims.chapters import CLAIMS
from elu_sym.symbols import alpha, mu, sigma
t = mu/sigma
form = NormalForm.from_expr(mu*NormalCdf(t) + sigma*NormalPdf(t) + alpha*(
    exp(mu + sigma**2/2)*NormalCdf(-t - sigma) - NormalCdf(-t)))
print(sorted(str(term) for term in form.diff(mu).diff(sigma).to_expr().args))
print(NormalForm.from_expr(NormalCdf(1/(mu - alpha)) + NormalCdf(1/(alpha - mu)) - 1).is_zero)
print(equals(exp(mu), 1 + mu).witness)
chapters = ("construction", "regularity", "derivative", "sparsity", "centering")
outcomes = [claim.check() for claim in CLAIMS.values() if claim.chapter in chapters]
print([(outcome.claim.id, outcome.verdict.value) for outcome in outcomes])
print(all(outcome.is_expected for outcome in outcomes))
print(GROUND_TYPES)
"""


@pytest.mark.deep
def test_ground_types_of_sympy_make_no_difference() -> None:
    outputs = {}
    for ground_types in ("python", "flint"):
        finished = subprocess.run(
            [sys.executable, "-c", GROUND_TYPES_PROGRAM],
            env=os.environ | {"SYMPY_GROUND_TYPES": ground_types},
            capture_output=True,
            text=True,
            check=True,
        )
        *outputs[ground_types], used = finished.stdout.splitlines()
        assert used == ground_types
    assert outputs["python"] == outputs["flint"]
    assert outputs["flint"][-1] == "True"
