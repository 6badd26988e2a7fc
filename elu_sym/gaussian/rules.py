r"""The rules by which an expectation becomes a closed form.

A rule rewrites a sum of terms; a term is an expression, or a coefficient times an integral. What
makes a step valid is checked elsewhere, in :mod:`elu_sym.gaussian.checks`, which never calls a
rule.
"""

from collections.abc import Callable

from sympy import Add, Expr, Float, Mul, Poly, S, Symbol, default_sort_key, exp, expand

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.derivation import (
    BoundaryTerm,
    DefiniteIntegral,
    Hypotheses,
    Terms,
    split_integral,
)
from elu_sym.gaussian.forms import textbook
from elu_sym.gaussian.piecewise import UnsupportedExpressionError, read_piecewise
from elu_sym.symbols import z


def split_at_kink(terms: Terms, hypotheses: Hypotheses) -> Terms:
    """Split the line at the breakpoints, one integral a piece; an atom gives its density.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> from elu_sym.symbols import mu, sigma, x
        >>> hypotheses = Hypotheses(mu, sigma)
        >>> whole = DefiniteIntegral(Relu(x) * hypotheses.density(x), (x, -S.Infinity, S.Infinity))
        >>> split_at_kink((whole,), hypotheses)
        (Integral(x*NormalPdf((-mu + x)/sigma)/sigma, (x, 0, oo)),)
    """
    (integral,) = terms
    ((variable, _, _),) = integral.limits
    density = hypotheses.density(variable)
    form = read_piecewise(integral.function / density, variable, hypotheses.order)
    pieces = [
        DefiniteIntegral(piece * density, (variable, lower, upper))
        for lower, upper, piece in form.intervals()
        if piece != 0
    ]
    atoms = [weight * hypotheses.density(point) for point, weight in form.atoms.items()]
    return (*pieces, *atoms) or (S.Zero,)


def expand_pieces(terms: Terms, hypotheses: Hypotheses) -> Terms:
    """Write each piece as a sum of monomials ``c * x**n * exp(k*x)``.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> density = Hypotheses(mu, sigma).density(x)
        >>> whole = DefiniteIntegral((exp(x) - 1) * density, (x, -S.Infinity, 0))
        >>> for term in expand_pieces((whole,), Hypotheses(mu, sigma)):
        ...     print(term)
        -Integral(NormalPdf((-mu + x)/sigma)/sigma, (x, -oo, 0))
        Integral(exp(x)*NormalPdf((-mu + x)/sigma)/sigma, (x, -oo, 0))
    """
    result: list[Expr] = []
    for coefficient, integral in map(split_integral, terms):
        if integral is None:
            result.append(coefficient)
            continue
        (limits,) = integral.limits
        variable = limits[0]
        density = hypotheses.density(variable)
        for (n, rate), factor in monomials(integral.function / density, variable).items():
            integrand = variable**n * exp(rate * variable) * density
            result.append(coefficient * factor * DefiniteIntegral(integrand, limits))
    return tuple(result) or (S.Zero,)


def complete_square(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Absorb ``exp(k*x)``: :math:`e^{kx}` times a density is a shifted density times a constant.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> density = Hypotheses(mu, sigma).density(x)
        >>> complete_square((DefiniteIntegral(exp(x) * density, (x, -S.Infinity, 0)),),
        ...                 Hypotheses(mu, sigma))
        (exp(mu + sigma**2/2)*Integral(NormalPdf((-mu - sigma**2 + x)/sigma)/sigma, (x, -oo, 0)),)
    """
    mean, deviation = hypotheses.mean, hypotheses.standard_deviation

    def absorb(integral: DefiniteIntegral) -> Expr:
        (limits,) = integral.limits
        variable = limits[0]
        density = hypotheses.density(variable)
        (((n, rate), factor),) = monomials(integral.function / density, variable).items()
        shifted = Hypotheses(mean + rate * deviation**2, deviation).density(variable)
        constant = factor * exp(expand(rate * mean + rate**2 * deviation**2 / 2))
        return constant * DefiniteIntegral(variable**n * shifted, limits)

    return _rewrite_integrals(terms, absorb)


def shift_mean(terms: Terms, hypotheses: Hypotheses) -> Terms:
    """Standardize: ``x = m + sigma*z`` with ``m`` the mean of the density at hand.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> density = Hypotheses(mu, sigma).density(x)
        >>> shift_mean((DefiniteIntegral(x * density, (x, 0, S.Infinity)),), Hypotheses(mu, sigma))
        (Integral((mu + sigma*z)*NormalPdf(z), (z, -mu/sigma, oo)),)
    """
    deviation = hypotheses.standard_deviation

    def standardize(integral: DefiniteIntegral) -> Expr:
        ((variable, lower, upper),) = integral.limits
        (density,) = integral.function.atoms(NormalPdf)
        mean = expand(variable - density.args[0] * deviation)
        polynomial = integral.function * deviation / density
        ends = (
            end if end.is_infinite else expand((end - mean) / deviation) for end in (lower, upper)
        )
        return DefiniteIntegral(
            polynomial.subs(variable, mean + deviation * z) * NormalPdf(z), (z, *ends)
        )

    return _rewrite_integrals(terms, standardize)


def integrate_by_parts(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Lower the degree: :math:`z^n \varphi = (-z^{n-1} \varphi)' + (n-1) z^{n-2} \varphi`.

    Examples:
        >>> integrate_by_parts((DefiniteIntegral(z**2 * NormalPdf(z), (z, 0, S.Infinity)),), None)
        ([-z*NormalPdf(z) for z from 0 to oo], Integral(NormalPdf(z), (z, 0, oo)))
    """
    result: list[Expr] = []
    for coefficient, integral in map(split_integral, terms):
        if integral is None:
            result.append(coefficient)
            continue
        (limits,) = integral.limits
        remaining = Poly(integral.function / NormalPdf(z), z)
        antiderivative = Poly(0, z)
        while (degree := remaining.degree()) > 0:
            step = Poly(remaining.LC() * z ** (degree - 1), z)
            antiderivative -= step
            remaining += step.diff(z) - Poly(remaining.LC() * z**degree, z)
        if not antiderivative.is_zero:
            boundary = BoundaryTerm(antiderivative.as_expr() * NormalPdf(z), limits)
            result.append(coefficient * boundary)
        if not remaining.is_zero:
            constant = remaining.as_expr()
            result.append(coefficient * constant * DefiniteIntegral(NormalPdf(z), limits))
    return tuple(result) or (S.Zero,)


def evaluate_tail(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Put in the ends: :math:`\varphi` vanishes at infinity, :math:`\int\varphi` is :math:`\Phi`.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> evaluate_tail((DefiniteIntegral(NormalPdf(z), (z, -mu/sigma, S.Infinity)),), None)
        (NormalCdf(mu/sigma),)
    """
    result: list[Expr] = []
    for term in terms:
        coefficient, integral = split_integral(term)
        if integral is not None:
            ((_, lower, upper),) = integral.limits
            both_finite = not (lower.is_infinite or upper.is_infinite)
            if both_finite:
                result += [coefficient * NormalCdf(upper), -coefficient * NormalCdf(lower)]
            else:
                result.append(coefficient * NormalCdf(-lower if upper.is_infinite else upper))
            continue
        boundaries = [f for f in Mul.make_args(term) if isinstance(f, BoundaryTerm)]
        if not boundaries:
            result.append(term)
            continue
        antiderivative, (variable, lower, upper) = boundaries[0].args
        for end, sign in ((upper, 1), (lower, -1)):
            if not end.is_infinite:
                outer = Mul(*(f for f in Mul.make_args(term) if f != boundaries[0]))
                result.append(sign * outer * antiderivative.subs(variable, end))
    return tuple(result) or (S.Zero,)


def collect_terms(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Bring the sum into its normal form, written over :math:`\Phi` and :math:`\varphi`.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> t = mu / sigma
        >>> collect_terms((NormalCdf(t) + NormalCdf(-t),), Hypotheses(mu, sigma))
        (1,)
    """
    form = NormalForm.from_expr(Add(*terms))
    return (textbook(form, hypotheses),)


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
    for term in Add.make_args(expand(piece)):
        if term == 0:  # all terms of the piece cancel, which only shows when it is expanded
            continue
        coefficient, dependent = term.as_independent(variable, as_Add=False)
        if coefficient.has(S.ImaginaryUnit) or coefficient.atoms(Float):
            raise UnsupportedExpressionError(
                f"the coefficient {coefficient} of {piece} is not an exact real number; write"
                " sympy.Rational for a float"
            )
        degree, rate = 0, S.Zero
        for factor in Mul.make_args(dependent):
            base, power = factor.as_base_exp()
            if factor == S.One:
                continue
            if base == variable and power.is_Integer and power.is_positive:
                degree += int(power)
                continue
            slope = factor.args[0].diff(variable) if isinstance(factor, exp) else variable
            if slope.has(variable):
                kind = "a Gaussian inside g" if isinstance(factor, exp) else "not integrable here"
                raise UnsupportedExpressionError(
                    f"{factor} in the piece {piece} is no polynomial and no exponential of a"
                    f" multiple of {variable}: {kind}"
                )
            rate += slope
            coefficient *= exp(expand(factor.args[0] - slope * variable))
        if rate.is_extended_real is False:
            raise UnsupportedExpressionError(
                f"the exponent {rate} in the piece {piece} is not real"
            )
        key = (degree, expand(rate))
        result[key] = result.get(key, S.Zero) + coefficient
    ordered = sorted(result, key=lambda key: (default_sort_key(key[1]), key[0]))
    return {key: result[key] for key in ordered if result[key] != 0}


def _rewrite_integrals(terms: Terms, rewrite: Callable[[DefiniteIntegral], Expr]) -> Terms:
    pairs = map(split_integral, terms)
    return tuple(
        coefficient if integral is None else coefficient * rewrite(integral)
        for coefficient, integral in pairs
    )
