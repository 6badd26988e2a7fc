r"""Antiderivatives of a polynomial times a Gaussian times at most one normal distribution.

.. math:: \int x^n \, \Phi(a + b x) \, \varphi((x - m)/s)/s \, dx

Integration by parts lowers n, since :math:`(x - m)\varphi = -s^2 \varphi'`; what comes of the
derivative of :math:`\Phi` is a Gaussian again, and for n = 0 the integral is a bivariate normal
distribution. Nothing here has to be believed: the derivative of what is found is compared with the
integrand.

References:
    Owen: A table of normal integrals, Communications in Statistics B9 (1980), 10,010.3 and 11,010.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Mul, Poly, S, Symbol, exp, factor, pi, sqrt

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.order import OTHERWISE, UnsupportedExpressionError
from elu_sym.symbols import Correlation


@dataclass(frozen=True)
class Gaussian:
    """The normal density with a mean and a standard deviation, in one variable."""

    variable: Symbol
    mean: Expr
    deviation: Expr

    @property
    def standardized(self) -> Expr:
        """The variable, less the mean, over the deviation."""
        return (self.variable - self.mean) / self.deviation

    @property
    def density(self) -> Expr:
        """The density as an expression."""
        return NormalPdf(self.standardized) / self.deviation

    def times(self, intercept: Expr, slope: Expr) -> tuple[Expr, "Gaussian"]:
        """The product with phi(intercept + slope*x): a factor, and another Gaussian."""
        widening = root(1 + slope**2 * self.deviation**2)
        center = intercept + slope * self.mean
        peak = NormalPdf(reduced(center / widening)) / widening
        mean = self.mean - center * slope * (self.deviation / widening) ** 2
        return peak, Gaussian(self.variable, reduced(mean), self.deviation / widening)

    def integral(self, powers: dict[int, Expr]) -> Expr:
        """An antiderivative of a polynomial, by its coefficients, times the density."""
        return _by_parts(self, powers, NormalCdf(self.standardized), S.One)

    def integral_with(self, powers: dict[int, Expr], intercept: Expr, slope: Expr) -> Expr:
        """The same times Phi(intercept + slope*x)."""
        widening = root(1 + slope**2 * self.deviation**2)
        whole = BivariateNormalCdf(
            reduced((intercept + slope * self.mean) / widening),
            self.standardized,
            reduced(-slope * self.deviation / widening),
        )
        distribution = NormalCdf(intercept + slope * self.variable)
        peak, narrower = self.times(intercept, slope)

        def inner(coefficients: dict[int, Expr]) -> Expr:
            return slope * peak * narrower.integral(coefficients)

        return _by_parts(self, powers, whole, distribution, inner)


def antiderivative(integrand: Expr, variable: Symbol) -> Expr:
    """An antiderivative of a sum of such terms.

    Args:
        integrand: an expression with a normal form, whose exponents are quadratic in the variable.
        variable: the variable, a real symbol.

    Raises:
        UnsupportedExpressionError: if a term is of another kind; it is named.

    Examples:
        >>> from elu_sym.symbols import x
        >>> antiderivative(NormalCdf(x) * NormalPdf(x), x)
        BivariateNormalCdf(0, x, -sqrt(2)/2)
    """
    return Add(*(_of_term(*term, variable) for term in _terms(integrand, variable)))


def root(square: Expr) -> Expr:
    """The root of a positive expression, over sqrt(1 - r^2) where a correlation r occurs.

    Examples:
        >>> from sympy import expand
        >>> from elu_sym.symbols import rho, sigma
        >>> root(expand(sigma**2 * (1 - rho**2))), root(1 + rho**2 / (1 - rho**2))
        (sigma*sqrt(1 - rho**2), 1/sqrt(1 - rho**2))
    """
    for symbol in square.atoms(Correlation):
        for power in (0, 1, -1):
            rest = factor(square / (1 - symbol**2) ** power)
            if not rest.has(symbol):
                return sqrt(rest) * complement(symbol) ** power
    return sqrt(factor(square))


def reduced(expression: Expr) -> Expr:
    """An expression as its normal form is written."""
    return NormalForm.from_expr(expression).to_expr()


def _terms(integrand: Expr, variable: Symbol) -> Iterator[tuple[Expr, Expr, Expr | None]]:
    """Coefficient, exponent and argument of a distribution, if there is one, of each term."""
    form = NormalForm.from_expr(integrand)
    if not form.is_sum:
        raise UnsupportedExpressionError(f"{integrand} is a quotient of distributions; {OTHERWISE}")
    for coefficient, exponent, distributions in form.terms():
        inside = [d for d in distributions if d.has(variable)]
        outside = Mul(coefficient, *(d for d in distributions if not d.has(variable)))
        if len(inside) > 1 or not all(isinstance(d, NormalCdf) for d in inside):
            product = Mul(*inside)
            raise UnsupportedExpressionError(
                f"{product} is more than one distribution of {variable}; {OTHERWISE}"
            )
        yield outside, exponent, inside[0].args[0] if inside else None


def _of_term(coefficient: Expr, exponent: Expr, argument: Expr | None, variable: Symbol) -> Expr:
    quadratic = Poly(exponent, variable)
    polynomial = Poly(coefficient, variable)
    powers = {n: c for (n,), c in polynomial.terms()}
    if quadratic.degree() != 2:
        raise UnsupportedExpressionError(
            f"exp({exponent}) is no Gaussian in {variable}; {OTHERWISE}"
        )
    curvature, linear, constant = quadratic.all_coeffs()
    deviation = root(-1 / (2 * curvature))
    mean = reduced(linear * deviation**2)
    factor = exp(reduced(constant + mean * linear / 2)) * sqrt(2 * pi) * deviation
    gaussian = Gaussian(variable, mean, deviation)
    if argument is None:
        return factor * gaussian.integral(powers)
    line = Poly(argument, variable)
    if line.degree() != 1:
        raise UnsupportedExpressionError(
            f"{NormalCdf(argument)} has no linear argument in {variable}; {OTHERWISE}"
        )
    slope, intercept = line.all_coeffs()
    return factor * gaussian.integral_with(powers, intercept, slope)


def _by_parts(
    gaussian: Gaussian,
    powers: dict[int, Expr],
    whole: Expr,
    distribution: Expr,
    inner: Callable[[dict[int, Expr]], Expr] | None = None,
) -> Expr:
    """Lower the degree to 0, where ``whole`` is the antiderivative."""
    variable, mean, square = gaussian.variable, gaussian.mean, gaussian.deviation**2
    left = dict(powers)
    boundary: Expr = S.Zero
    lowered: dict[int, Expr] = {}
    for power in range(max(left, default=0), 0, -1):
        coefficient = left.pop(power, S.Zero)
        if coefficient == 0:
            continue
        boundary -= square * coefficient * variable ** (power - 1)
        lowered[power - 1] = square * coefficient
        left[power - 1] = left.get(power - 1, S.Zero) + mean * coefficient
        if power > 1:
            more = (power - 1) * square * coefficient
            left[power - 2] = left.get(power - 2, S.Zero) + more
    result = boundary * gaussian.density * distribution + left.get(0, S.Zero) * whole
    return result + inner(lowered) if inner is not None and lowered else result
