r"""The heat-equation certificate of an expectation over two jointly normal variables.

Let (X, Y) have the means mu1, mu2 and the covariance matrix s^2 C, with C of the entries sigma1^2,
rho sigma1 sigma2, sigma2^2, and let g be a sum of products of piecewise exponential polynomials of
x and of y. The theorem used is that of :mod:`elu_sym.certify.heat`, in two dimensions:

    *Let F(mu1, mu2, s) be smooth for 0 < s <= 1 with*

    1. dF/d(s^2) = 1/2 (sigma1^2 d^2/dmu1^2 + 2 rho sigma1 sigma2 d^2/dmu1 dmu2 + sigma2^2
       d^2/dmu2^2) F,
    2. :math:`|F| \le C e^{c(|\mu_1| + |\mu_2|)}` *for all* 0 < s <= 1,
    3. F -> g(mu1, mu2) *as* s -> 0+ *for almost all* mu1, mu2.

    *Then F = E g(X, Y).*

The proof is the same: a linear change of variables makes C the identity, solutions with such a
bound are unique, and the limit is dominated. Since sigma1 and sigma2 are arbitrary, s d/ds is
sigma1 d/dsigma1 + sigma2 d/dsigma2 at s = 1, and the equation is checked there.

The three are checked on a normal form, term by term as in one dimension: a coefficient is a
polynomial in mu1, mu2 and s; an exponent is of degree at most 1 in the means, plus at most a
quadratic over s^2 that is nowhere positive; distributions lie in [0, 1]. Where the quadratic is
negative a term tends to 0; it may vanish at breakpoints only. In what is left the arguments of
distributions tend to infinity, with the sign of a breakpoint's side.

References:
    Widder: The heat equation, 1975, chapter 8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import product
from typing import Any

from sympy import Add, Dummy, Expr, Mul, S, cancel, exp

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, parametrized
from elu_sym.algebra.laurent import NotLaurentError, laurent
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.integrand import Integrand, compare
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu1, mu2, rho, sigma1, sigma2, x

Products = Sequence[tuple[Integrand, Integrand]]
"""A function of two variables: the pairs of factors, each a function of ``x``, that it sums up."""

_SCALE = Dummy("s", positive=True)
_SYMBOLS = (mu1, mu2, _SCALE)


def joint_heat_certificate(expression: Expr, products: Products) -> Witness:
    """Prove or reject that an expression equals E of a sum of products g(X) h(Y).

    Args:
        expression: the closed form in ``mu1``, ``sigma1``, ``mu2``, ``sigma2``, ``rho`` and the
            parameters of the functions.
        products: the pairs (g, h), without atoms.

    Returns:
        A witness of kind ``"heat"``; a rejection names the condition that fails.

    Examples:
        >>> identity = Integrand.from_expr(x)
        >>> joint_heat_certificate(mu1*mu2 + rho*sigma1*sigma2, [(identity, identity)]).detail
        'heat equation exact, 1 terms uniformly bounded, limit g on 1 rectangle'
        >>> joint_heat_certificate(mu1*mu2, [(identity, identity)]).detail
        'the heat equation fails: dF/d(s^2) - 1/2 C:d2F = -rho*sigma1*sigma2'
        >>> joint_heat_certificate(mu1*mu2 + rho*sigma1*sigma2 + 1, [(identity, identity)]).passed
        False
    """

    def check() -> str:
        if any(factor.atoms for pair in products for factor in pair):
            raise RejectedError("an atom is not bounded: certify the function that jumps there")
        form = NormalForm.from_expr(expression)
        _require_equation(form)
        scale = {sigma1: _SCALE * sigma1, sigma2: _SCALE * sigma2}
        scaled = NormalForm.from_expr(expression.subs(scale, simultaneous=True))
        lasting = _require_bound(scaled)
        rectangles = _require_limit(lasting, products)
        return (
            f"heat equation exact, {len(form.numerator)} terms uniformly bounded, "
            f"limit g on {rectangles} rectangle{'s' * (rectangles > 1)}"
        )

    return testify(Evidence.HEAT, check)


def _require_equation(form: NormalForm) -> None:
    first, second, coupling = map(
        NormalForm.from_expr, (sigma1**2 / 2, sigma2**2 / 2, rho * sigma1 * sigma2)
    )
    in_scale = sum(
        (NormalForm.from_expr(sigma / 2) * form.diff(sigma) for sigma in (sigma1, sigma2)),
        NormalForm.from_expr(S.Zero),
    )
    by_first = form.diff(mu1)
    curvature = first * by_first.diff(mu1) + coupling * by_first.diff(mu2)
    residual = in_scale - curvature - second * form.diff(mu2).diff(mu2)
    if not residual.is_zero:
        text = str(residual.to_expr())
        text = text if len(text) <= 200 else f"{text[:200]}..."
        raise RejectedError(f"the heat equation fails: dF/d(s^2) - 1/2 C:d2F = {text}")


@dataclass(frozen=True)
class _Lasting:
    """A term that does not vanish with s: its value at s = 0, and where its distributions tend.

    Attributes:
        value: the coefficient and the exponential at s = 0.
        distributions: each with its arguments; an argument is an expression, or a mean, the place
            on its axis where the sign changes, and the sign beyond it.
    """

    value: Expr
    distributions: tuple[tuple[type[Expr], tuple[Any, ...]], ...]


def _require_bound(form: NormalForm) -> list[_Lasting]:
    """The terms that do not vanish almost everywhere as s -> 0.

    Raises:
        RejectedError: if a term is not seen to be bounded.
    """
    if not form.is_sum:
        raise RejectedError("no uniform bound: the form is a quotient; certify its parts instead")
    lasting = []
    for (exponent, distributions), coefficient in form.numerator.items():
        try:
            powers = laurent(form.domain, coefficient, _SYMBOLS)
            rates = laurent(form.domain, exponent, _SYMBOLS)
            if any(min(key) < 0 for key in powers):
                raise RejectedError(
                    "no uniform bound: a coefficient has a negative power of a mean or of s in"
                    f" {form.domain.to_sympy(coefficient)}"
                )
            if any(n < 0 for _, n in distributions):
                raise RejectedError("no uniform bound: a negative power of a distribution")
            if _vanishes(form.domain, exponent, rates):
                continue
            value = _at_zero(form.domain, powers) * exp(_at_zero(form.domain, rates))
            parts = tuple(
                _limit_arguments(form.domain, argument)
                for argument, n in distributions
                for _ in range(n)
            )
        except NotLaurentError as reason:
            raise RejectedError(f"no uniform bound: {reason}") from None
        lasting.append(_Lasting(value, parts))
    return lasting


def _vanishes(domain: Any, exponent: Any, rates: Any) -> bool:
    """Whether there is a quadratic over s^2, negative but on a line or at a point.

    Raises:
        RejectedError: if the exponent is not bounded above.
    """
    quadratic = {key[:2]: part for key, part in rates.items() if key[2] == -2}
    others = [key for key in rates if key[2] != -2]
    refusal = f"no uniform bound: the exponent {domain.to_sympy(exponent)} is not bounded above"
    if any(s < 0 or min(m, n) < 0 or m + n > 1 for m, n, s in others):
        raise RejectedError(refusal)
    if not quadratic:
        return False
    a, b, c, d, e, f = (
        domain.to_sympy(quadratic.pop(key, domain.zero))
        for key in ((2, 0), (1, 1), (0, 2), (1, 0), (0, 1), (0, 0))
    )
    one_axis = next(
        ((p, q) for p, q, rest in ((a, d, (b, c, e)), (c, e, (a, b, d))) if not any(rest)), None
    )
    if one_axis is not None:
        p, q = one_axis
        held = _sign(p) < 0 and _sign(q**2 - 4 * p * f) <= 0
    else:
        determinant = 4 * a * c - b**2
        peak = f - (a * e**2 - b * d * e + c * d**2) / determinant if determinant != 0 else S.NaN
        held = _sign(a) < 0 < _sign(determinant) and _sign(peak) <= 0
    if quadratic or not held:
        raise RejectedError(refusal)
    return True


def _sign(value: Expr) -> float:
    """The sign, 0 of zero or where it is not positive, NaN where nothing is known."""
    value = parametrized(cancel(value)).factor()
    if value.is_negative or value.is_positive:
        return 1.0 if value.is_positive else -1.0
    return 0.0 if value.is_nonpositive else float("nan")


def _at_zero(domain: Any, parts: Any) -> Expr:
    """The value of an expansion at s = 0."""
    return Add(
        *(
            domain.to_sympy(part) * mu1**first * mu2**second
            for (first, second, power), part in parts.items()
            if power == 0
        )
    )


def _limit_arguments(domain: Any, argument: Any) -> tuple[type[Expr], tuple[Any, ...]]:
    if not isinstance(argument, tuple):
        return NormalCdf, (_limit_argument(domain, argument),)
    h, k, r = argument
    correlation = domain.to_sympy(r)
    if correlation.has(*_SYMBOLS) or _sign(1 - correlation**2) != 1:
        raise RejectedError(f"{correlation} is not known to be a fixed correlation")
    arguments = _limit_argument(domain, h), _limit_argument(domain, k), correlation
    return BivariateNormalCdf, arguments


def _limit_argument(domain: Any, argument: Any) -> Any:
    """What an argument is at s = 0, or on which side of which line it tends to infinity.

    Raises:
        RejectedError: if that depends on both means.
    """
    parts = laurent(domain, argument, _SYMBOLS)
    growing = {key[:2]: domain.to_sympy(part) for key, part in parts.items() if key[2] < 0}
    if len({key[2] for key in parts if key[2] < 0}) > 1:
        raise RejectedError(f"{domain.to_sympy(argument)} grows by two powers of s")
    if not growing:
        return _at_zero(domain, parts)
    for mean, axis in ((mu1, (1, 0)), (mu2, (0, 1))):
        slope = growing.get(axis, S.Zero)
        if set(growing) <= {axis, (0, 0)} and abs(_sign(slope)) == 1:
            return mean, cancel(-growing.get((0, 0), S.Zero) / slope), _sign(slope)
    raise RejectedError(f"the limit of {domain.to_sympy(argument)} depends on both means")


def _require_limit(terms: Sequence[_Lasting], products: Products) -> int:
    """The limit is the function on every rectangle between breakpoints; their number.

    Raises:
        RejectedError: with the rectangle and the two functions that differ there.
    """
    axes = {
        mean: _sorted(point for pair in products for point in pair[place].breakpoints)
        for place, mean in enumerate((mu1, mu2))
    }
    places = [range(len(points) + 1) for points in axes.values()]
    for place in product(*places):
        position = dict(zip(axes, place, strict=True))

        def ended(argument: Any, position: dict[Any, int] = position) -> Expr:
            if isinstance(argument, Expr):
                return argument
            mean, point, beyond = argument
            if point not in axes[mean]:
                raise RejectedError(f"the limit jumps at {mean} = {point}, where g does not")
            right = axes[mean].index(point) < position[mean]
            return S.Infinity if right == (beyond > 0) else S.NegativeInfinity

        limit = Add(
            *(
                Mul(term.value, *(kind(*map(ended, given)) for kind, given in term.distributions))
                for term in terms
            )
        )
        expected = Add(
            *(
                Mul(
                    *(
                        factor.piece_on(axes[mean], position[mean]).subs(x, mean)
                        for factor, mean in zip(pair, axes, strict=True)
                    )
                )
                for pair in products
            )
        )
        if not is_zero(limit - expected):
            raise RejectedError(
                f"the limit s -> 0+ on rectangle {place} is {limit} and not {expected}"
            )
    return len(places[0]) * len(places[1])


def _sorted(points: Iterable[Expr]) -> list[Expr]:
    return sorted(set(points), key=cmp_to_key(compare))
