"""Strategies for expressions of the algebra: rational functions, exponentials, normal laws."""

from hypothesis import strategies as st
from sympy import Add, Expr, Mul, Rational, S, exp

from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, sigma

coefficients = st.fractions(-4, 4, max_denominator=6).map(lambda q: Rational(str(q)))
"""Small rational numbers."""

small = st.integers(-2, 2).map(S)


@st.composite
def exponents(draw: st.DrawFn) -> Expr:
    """What occurs in the exponent of an expectation: polynomial, or with a power of sigma below."""
    monomials = [mu, sigma**2, mu / sigma, mu**2 / sigma**2, alpha * mu, mu / alpha, S.One]
    chosen = draw(st.lists(st.sampled_from(monomials), max_size=2, unique=True))
    return Add(*(draw(small) * monomial / 2 for monomial in chosen))


@st.composite
def arguments(draw: st.DrawFn) -> Expr:
    """The argument of a distribution function, ``(mu - b)/sigma + k*sigma`` and the like."""
    a, b, k = draw(small), draw(small), draw(small)
    return a * mu / sigma + b * alpha / sigma + k * sigma


@st.composite
def terms(draw: st.DrawFn) -> Expr:
    """A coefficient, powers of parameters, an exponential, and at most two distributions."""
    factors = [draw(coefficients), exp(draw(exponents()))]
    for symbol in (mu, sigma, alpha):
        factors.append(symbol ** draw(st.integers(-1 if symbol is not mu else 0, 2)))
    functions = st.sampled_from([NormalCdf, NormalCdf, NormalPdf, MillsRatio])
    for function in draw(st.lists(functions, max_size=2)):
        factors.append(function(draw(arguments())))
    return Mul(*factors)


expressions = st.lists(terms(), min_size=1, max_size=3).map(lambda summands: Add(*summands))
"""Sums of up to three terms."""

denominators = st.builds(lambda q, n: 1 + exp(q) + n**2, exponents(), small)
"""Sums that are positive, and no single term."""

points = st.fixed_dictionaries(
    {
        mu: st.fractions(-3, 3, max_denominator=20).map(lambda q: Rational(str(q))),
        sigma: st.fractions("1/4", 3, max_denominator=20).map(lambda q: Rational(str(q))),
        alpha: st.fractions("1/4", 3, max_denominator=20).map(lambda q: Rational(str(q))),
    }
)
"""Rational parameters of ordinary size."""
