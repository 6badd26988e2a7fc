r"""Exponential polynomials in one variable: their monomials, their zeros and their signs.

A piece of what the engine integrates is a sum of terms :math:`c\,x^n e^{kx}`. Where all of them
have one rate, its zeros are those of a polynomial in x; where none has a power of x and the rates
are multiples of one number d, those of a polynomial in :math:`e^{dx}`. SymPy finds them exactly,
and between two neighbours the sign is that at any point.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import lcm

from sympy import (
    Add,
    Dummy,
    Expr,
    I,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    default_sort_key,
    exp,
    expand,
    expand_log,
    log,
    real_roots,
    roots,
)

from elu_sym.gaussian.order import (
    OTHERWISE,
    BreakpointOrder,
    UnorderedBreakpointsError,
    UnsupportedExpressionError,
)


def monomials(piece: Expr, variable: Symbol) -> dict[tuple[int, Expr], Expr]:
    """A piece as ``{(n, k): c}``, the sum of ``c * x**n * exp(k*x)``.

    Raises:
        UnsupportedExpressionError: if the piece is no exponential polynomial in the variable.

    Examples:
        >>> from elu_sym.symbols import alpha, x
        >>> monomials(x * (alpha * exp(x) - 1) ** 2, x)
        {(1, 0): 1, (1, 1): -2*alpha, (1, 2): alpha**2}
    """
    result: dict[tuple[int, Expr], Expr] = {}
    # Else expand multiplies exp(-x)/(1 + sqrt(2)) out below: 1/(exp(x) + sqrt(2)*exp(x)).
    divisors = {
        Dummy("divisor"): part
        for part in piece.atoms(Pow)
        if part.base.is_Add and part.exp.is_negative and not part.has(variable)
    }
    masked = piece.xreplace({part: mask for mask, part in divisors.items()})
    for term in Add.make_args(expand(masked)):
        if term == 0:  # all terms of the piece cancel, which only shows when it is expanded
            continue
        coefficient, dependent = term.xreplace(divisors).as_independent(variable, as_Add=False)
        if coefficient.has(I):
            raise UnsupportedExpressionError(
                f"the coefficient {coefficient} of {piece} is not real; integrate the real and the"
                " imaginary part"
            )
        degree, rate = 0, S.Zero
        for factor in Mul.make_args(dependent):
            base, power = factor.as_base_exp()
            if factor == S.One:
                continue
            if base == variable and power.is_Integer and power.is_positive:
                degree += int(power)
                continue
            exponent = power * log(base) if base.is_positive and not base.has(variable) else None
            slope = variable if exponent is None else expand(exponent).diff(variable)
            if exponent is None or slope.has(variable):
                kind = "not integrable here" if exponent is None else "a Gaussian inside g"
                raise UnsupportedExpressionError(
                    f"{factor} in the piece {piece} is no polynomial and no exponential of a"
                    f" multiple of {variable}: {kind}; {OTHERWISE}"
                )
            rate += slope
            coefficient *= exp(expand(exponent - slope * variable))
        if rate.is_extended_real is False:
            raise UnsupportedExpressionError(
                f"the exponent {rate} in the piece {piece} is not real; write the real part, by"
                " sympy.re, as exponentials of real multiples"
            )
        key = (degree, expand(rate))
        result[key] = result.get(key, S.Zero) + coefficient
    ordered = sorted(result, key=lambda key: (default_sort_key(key[1]), key[0]))
    return {key: result[key] for key in ordered if result[key] != 0}


def zeros(piece: Expr, variable: Symbol) -> list[Expr]:
    """The zeros of a piece that have an exact form, in any order.

    Examples:
        >>> from elu_sym.symbols import alpha, x
        >>> zeros(x**2 - alpha, x), zeros(exp(2*x) - 3*exp(x) + 2, x)
        ([-sqrt(alpha), sqrt(alpha)], [0, log(2)])
    """
    found = [factor.zeros or () for factor in _factors(piece, variable)]
    return [zero for part in found for zero in part]


def sign_between(
    piece: Expr, variable: Symbol, lower: Expr, upper: Expr, order: BreakpointOrder
) -> int:
    """The sign of a piece on an open interval on which it does not change, zero only of zero.

    Raises:
        UnsupportedExpressionError: if it is not known, or changes.
        UnorderedBreakpointsError: if it is not known on which side of a zero the interval lies.

    Examples:
        >>> from elu_sym.symbols import strike, x
        >>> sign_between(exp(x) - strike, x, log(strike), S.Infinity, BreakpointOrder())
        1
    """
    unknown = None
    try:
        product = 1
        for factor in _factors(piece, variable):
            sign = factor.sign_between(lower, upper, order)
            if sign is None:
                break
            product *= sign
        else:
            return product
    except UnorderedBreakpointsError as error:
        unknown = error
    known = _sign(piece.subs(variable, interior_point(lower, upper)), order)
    if known is not None:
        return known
    raise unknown or UnsupportedExpressionError(
        f"the sign of {piece} for {variable} between {lower} and {upper} is not known;"
        f" give its symbols assumptions, such as positive=True, or write the pieces of g"
        " with the points where they meet, Piecewise((..., x < point), ...)"
    )


def interior_point(lower: Expr, upper: Expr) -> Expr:
    """Any point of an open interval, by a positive parameter that sweeps it.

    Examples:
        >>> interior_point(S.NegativeInfinity, S.Zero).is_negative
        True
        >>> (interior_point(S.One, S(2)) - 1).factor().is_positive
        True
    """
    parameter = Dummy("w", positive=True)
    if lower == S.NegativeInfinity and upper == S.Infinity:
        return Dummy("w", real=True)
    if lower == S.NegativeInfinity:
        return upper - parameter
    if upper == S.Infinity:
        return lower + parameter
    return (lower + parameter * upper) / (1 + parameter)


@dataclass(frozen=True)
class _Factor:
    """A polynomial in x, or in ``y = exp(rate*x)``, times an exponential; None if it is neither.

    Attributes:
        polynomial: the polynomial.
        rate: None for a polynomial in x itself.
    """

    polynomial: Poly | None
    rate: Expr | None = None

    @classmethod
    def of(cls, piece: Expr, variable: Symbol) -> "_Factor":
        terms = monomials(piece, variable)
        place = Dummy("y")
        rates = list(dict.fromkeys(rate for _, rate in terms))
        if not terms:
            return cls(None)
        if len(rates) == 1:
            return cls(Poly({(n,): c for (n, _), c in terms.items()}, place))
        step = rates[1] - rates[0]
        ratios = {rate: ((rate - rates[0]) / step).cancel() for rate in rates}
        if any(n for n, _ in terms) or not all(ratio.is_Rational for ratio in ratios.values()):
            return cls(None)
        divisor, least = lcm(*(int(r.q) for r in ratios.values())), min(ratios.values())
        coefficients = {
            (int((ratios[rate] - least) * divisor),): coefficient
            for (_, rate), coefficient in terms.items()
        }
        return cls(Poly(coefficients, place), step / divisor)

    @cached_property
    def _roots(self) -> list[Expr] | None:
        """The real roots of the polynomial, the positive ones where it is one in ``exp(rate*x)``.

        None where they are not known.
        """
        if self.polynomial is None:
            return None
        if self.polynomial.domain.is_QQ or self.polynomial.domain.is_ZZ:
            found = list(dict.fromkeys(real_roots(self.polynomial)))
        else:
            counted = roots(self.polynomial, cubics=False, quartics=False)
            if sum(counted.values()) < self.polynomial.degree():
                return None
            if any(root.is_real is None for root in counted):
                return None
            found = [root for root in counted if root.is_real]
        if self.rate is None:
            return found
        if any(root.is_positive is None for root in found):
            return None
        return [root for root in found if root.is_positive]

    @property
    def zeros(self) -> list[Expr] | None:
        """The zeros in x."""
        if self.rate is None or self._roots is None:
            return self._roots
        return [expand(expand_log(log(root)) / self.rate) for root in self._roots]

    def sign_between(self, lower: Expr, upper: Expr, order: BreakpointOrder) -> int | None:
        """The sign on an interval without a zero inside, from a point between the zeros around."""
        if self.polynomial is not None and self.polynomial.is_ground:
            return _sign(self.polynomial.as_expr(), order)
        if self.polynomial is None or self._roots is None or self.zeros is None:
            return None
        root_at = dict(zip(self.zeros, self._roots, strict=True))
        ends = [S.NegativeInfinity, *order.merge(tuple(root_at)), S.Infinity]
        for below, above in pairwise(ends):
            if order.sign(below, lower) <= 0 and order.sign(upper, above) <= 0:
                around = [root_at[end] for end in (below, above) if end in root_at]
                break
        else:
            return None
        if len(around) == 2:
            place = (around[0] + around[1]) / 2
        elif self.rate is None:
            place = around[0] + (1 if below in root_at else -1) if around else S.Zero
        else:
            rising = _sign(self.rate, order)
            if rising is None:
                return None
            # With d > 0 the exponential is larger beyond the last zero, smaller before the first.
            far = 2 if (below in root_at) == (rising > 0) else S.Half
            place = around[0] * far if around else S.One
        return _sign(self.polynomial.eval(place), order)


def _factors(piece: Expr, variable: Symbol) -> list[_Factor]:
    slope = piece.diff(variable)
    if not slope.has(variable):
        return [_Factor.of(piece, variable)]
    factors = []
    for part in Mul.make_args(expand(piece).factor()):
        base, power = part.as_base_exp()
        if power.is_Integer:  # an even power has the sign of a square
            factors += [_Factor.of(base, variable)] * (2 - power % 2)
        else:
            factors.append(_Factor.of(part, variable))
    return factors


def _sign(value: Expr, order: BreakpointOrder) -> int | None:
    value = order.with_gaps(value)
    for form in (expand(value), value.factor()):
        if form.is_zero:
            return 0
        if form.is_positive or form.is_negative:
            return 1 if form.is_positive else -1
    return None
