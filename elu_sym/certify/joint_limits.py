r"""What a formula of two inputs has to be at the ends and in the middle of the correlation.

- At correlation 0 it is what independence makes of it: a kernel is the product of two means.
- As the correlation tends to 1 or to -1, the second input becomes a line in the first, and the
  formula the expectation of a function of one input. The limit is found term by term, at rational
  points: a distribution of two variables becomes one of the smaller place, or of what both leave;
  what is divided by :math:`\sqrt{1 - \rho^2}` tends to infinity, with a sign.
- Where both activations are the same, exchanging the inputs changes nothing.

All are decided by the normal form.
"""

from collections.abc import Sequence

from sympy import Expr, Pow, S, cancel, exp

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement
from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu1, mu2, rho, sigma1, sigma2

EXCHANGED = {mu1: mu2, mu2: mu1, sigma1: sigma2, sigma2: sigma1}


def joint_limits_certificate(
    expression: Expr, independent: Expr, lines: Sequence[tuple[Point, Expr]], *, symmetric: bool
) -> Witness:
    """Prove or reject that an expression is right at the ends and the middle of the correlation.

    Args:
        expression: the closed form.
        independent: what it is for independent inputs.
        lines: rational points with the correlation 1 or -1, and the value there in one input. At
            none of them both inputs pass a breakpoint together.
        symmetric: whether exchanging the inputs changes nothing.

    Returns:
        A witness of kind ``"limits"``.

    Examples:
        >>> point = {mu1: S(1), sigma1: S(2), mu2: S(3), sigma2: S(1), rho: S(-1)}
        >>> arguments = mu1*mu2, [(point, S(1))]
        >>> product = mu1*mu2 + rho*sigma1*sigma2
        >>> joint_limits_certificate(product, *arguments, symmetric=True).detail
        'independence at correlation 0, 1 limit on a line, and unchanged by exchange, exactly'
        >>> joint_limits_certificate(product + rho*mu1, *arguments, symmetric=True).passed
        False
    """

    def check() -> str:
        if not is_zero(expression.subs(rho, 0) - independent):
            raise RejectedError("at correlation 0 it is not what it is for independent inputs")
        for point, value in lines:
            if not is_zero(limit_on_a_line(expression, point) - value):
                raise RejectedError(f"the limit on the line at {dict(point)} is not {value}")
        if symmetric and not is_zero(expression.subs(EXCHANGED, simultaneous=True) - expression):
            raise RejectedError("exchanging the inputs changes it")
        said = f"{len(lines)} limit{'s' * (len(lines) > 1)} on a line"
        exchange = ", and unchanged by exchange" if symmetric else ""
        return f"independence at correlation 0, {said}{exchange}, exactly"

    return testify(Evidence.LIMITS, check)


def limit_on_a_line(expression: Expr, point: Point) -> Expr:
    """The limit of a closed form as the correlation tends to 1 or to -1.

    Args:
        expression: a closed form.
        point: a rational for each symbol, 1 or -1 for the correlation.

    Raises:
        RejectedError: if a breakpoint of one input is that of the other one on the line, or a term
            has no limit.

    Examples:
        >>> point = {mu1: S(1), mu2: S(-2), rho: S(1)}
        >>> limit_on_a_line(BivariateNormalCdf(mu1, mu2, rho), point)
        NormalCdf(-2)
        >>> limit_on_a_line(NormalCdf((mu1 - rho*mu2)/complement(rho)), point)
        1
    """
    end = point[rho]
    form = expression.xreplace({s: value for s, value in point.items() if s != rho})

    def two(h: Expr, k: Expr, r: Expr) -> Expr:
        h, k, r = (each.subs(rho, end) for each in (h, k, r))
        if r == 1:
            return NormalCdf(min(h, k))
        return NormalCdf(h) - NormalCdf(-k) if h > -k else S.Zero

    def one(t: Expr) -> Expr:
        if _is_regular(t):
            return NormalCdf(t.subs(rho, end))
        return S.One if numerator(t) > 0 else S.Zero

    def power(t: Expr) -> Expr:
        if _is_regular(t):
            return exp(t.subs(rho, end))
        if numerator(t) > 0:
            raise RejectedError(f"exp({t}) has no limit")
        return S.Zero

    def numerator(t: Expr) -> Expr:
        """What is divided by a power of the complement, at the end."""
        for degree in (1, 2):
            value = cancel(t * complement(rho) ** degree)
            if _is_regular(value) and (value := value.subs(rho, end)) != 0:
                return value
        raise RejectedError(f"both inputs pass a breakpoint together, as {t} says")

    form = form.replace(BivariateNormalCdf, two).replace(NormalCdf, one).replace(exp, power)
    if not _is_regular(form):
        raise RejectedError(f"a term has no limit in {form}")
    return form.subs(rho, end)


def _is_regular(t: Expr) -> bool:
    """Whether nothing with the correlation in it is divided by."""
    return not any(each.exp.is_negative and each.base.has(rho) for each in t.atoms(Pow))
