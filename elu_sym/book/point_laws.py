"""What E g(X) tends to where the law of X is a point: sigma -> 0+, or mu -> +-infinity."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

import mpmath
from sympy import Add, Expr, Float, S, Symbol, sign

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.exponential_polynomial import monomials
from elu_sym.gaussian.piecewise import PiecewiseExpression


def limit_at(g: PiecewiseExpression, mean: Expr, parameters: Mapping[Symbol, Expr]) -> Expr:
    """The limit of E g(X) for X ~ N(mean, sigma**2), exactly.

    Args:
        g: a function.
        mean: a rational number, and the limit is that of sigma -> 0+: the value of g, the mean of
            the values on either side where g jumps, infinite where it has an atom. Or an infinity,
            and the limit is that of the mean for any sigma: the tail beyond a breakpoint loses
            against every exponential, so the outer piece decides.
        parameters: rational values of the symbols in g.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import x
        >>> step = PiecewiseExpression(x, (S.Zero,), (S(4) + exp(x), S.One))
        >>> [limit_at(step, mean, {}) for mean in (S.NegativeInfinity, S.Zero, S.Infinity)]
        [4, 3, 1]
    """
    g = replace(
        g,
        breakpoints=tuple(each.xreplace(parameters) for each in g.breakpoints),
        pieces=tuple(each.xreplace(parameters) for each in g.pieces),
        atoms={b.xreplace(parameters): w.xreplace(parameters) for b, w in g.atoms.items()},
    )
    if mean.is_infinite:
        return _outer_limit(g, sign(mean))
    weights = [weight for location, weight in g.atoms.items() if location == mean]
    if weights and weights[0] != 0:
        return weights[0] * S.Infinity
    around = [
        piece.subs(g.variable, mean)
        for lower, upper, piece in g.intervals()
        if lower <= mean <= upper and lower < upper
    ]
    return Add(*around) / len(around)


def _outer_limit(g: PiecewiseExpression, side: Expr) -> Expr:
    """The limit of E of the outer piece on a side, 1 or -1, that of its fastest growing term.

    What a distribution misses of its limit loses against every exponential.
    """
    outer = g.pieces[-1 if side > 0 else 0].replace(
        lambda part: isinstance(part, NormalCdf | NormalPdf),
        lambda part: part.func(part.args[0].limit(g.variable, side * S.Infinity)),
    )
    terms = monomials(outer, g.variable)
    if not terms:
        return S.Zero
    degree, rate = max(terms, key=lambda term: (side * term[1], term[0]))
    if side * rate < 0:
        return S.Zero
    if rate == 0 and degree == 0:
        return terms[degree, rate]
    return sign(terms[degree, rate]) * side**degree * S.Infinity


def digits_of(number: Expr, digits: int) -> mpmath.mpf:
    """An exact number to so many digits, whatever cancels in it; it may be infinite."""
    if number.is_infinite:
        return mpmath.mpf(inf if number > 0 else -inf)
    found = number.evalf(digits + 2, maxn=100_000, strict=True)
    return mpmath.mpf(Float(found, digits + 2)._mpf_)


def nearest_double(number: Expr) -> float:
    """An exact number, rounded once to within a unit; infinite beyond the range.

    Examples:
        >>> nearest_double(S(1) / 3), nearest_double(S(10) ** 400)
        (0.3333333333333333, inf)
    """
    try:
        return int(number.p) / int(number.q) if number.is_Rational else float(digits_of(number, 20))
    except OverflowError:
        return inf if number > 0 else -inf
