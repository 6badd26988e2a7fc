r"""The rules by which an expectation becomes a closed form.

A rule rewrites a sum of terms; a term is an expression, or a coefficient times an integral. What
makes a step valid is checked elsewhere, in :mod:`elu_sym.gaussian.checks`, which never calls a
rule.
"""

from collections.abc import Callable

from sympy import Add, Expr, Mul, Poly, S, Symbol, exp, expand

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian import derivation
from elu_sym.gaussian.antiderivative import antiderivative
from elu_sym.gaussian.derivation import BoundaryTerm, DefiniteIntegral, Hypotheses, Terms
from elu_sym.gaussian.exponential_polynomial import monomials
from elu_sym.gaussian.forms import textbook
from elu_sym.gaussian.piecewise import read_piecewise
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
    """Write each piece as a sum of polynomials times ``exp(k*x)``.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> density = Hypotheses(mu, sigma).density(x)
        >>> whole = DefiniteIntegral((exp(x) - 1) * density, (x, -S.Infinity, 0))
        >>> for term in expand_pieces((whole,), Hypotheses(mu, sigma)):
        ...     print(term)
        -Integral(NormalPdf((-mu + x)/sigma)/sigma, (x, -oo, 0))
        Integral(exp(x)*NormalPdf((-mu + x)/sigma)/sigma, (x, -oo, 0))
    """

    def expanded(integral: Expr) -> list[Expr]:
        function, limits = integral.args
        variable = limits[0]
        density = hypotheses.density(variable)
        return [
            factor * DefiniteIntegral(polynomial * exp(rate * variable) * density, limits)
            for rate, (factor, polynomial) in _by_rate(function / density, variable).items()
        ]

    return _rewrite(terms, expanded)


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

    def absorbed(integral: Expr) -> list[Expr]:
        function, limits = integral.args
        variable = limits[0]
        density = hypotheses.density(variable)
        ((rate, (factor, polynomial)),) = _by_rate(function / density, variable).items()
        shifted = Hypotheses(mean + rate * deviation**2, deviation).density(variable)
        constant = factor * exp(expand(rate * mean + rate**2 * deviation**2 / 2))
        return [constant * DefiniteIntegral(polynomial * shifted, limits)]

    return _rewrite(terms, absorbed)


def shift_mean(terms: Terms, hypotheses: Hypotheses) -> Terms:
    """Standardize: ``x = m + sigma*z`` with ``m`` the mean of the density at hand.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> density = Hypotheses(mu, sigma).density(x)
        >>> shift_mean((DefiniteIntegral(x * density, (x, 0, S.Infinity)),), Hypotheses(mu, sigma))
        (Integral((mu + sigma*z)*NormalPdf(z), (z, -mu/sigma, oo)),)
    """
    deviation = hypotheses.standard_deviation

    def standardized(integral: Expr) -> list[Expr]:
        function, (variable, *ends) = integral.args
        (density,) = function.atoms(NormalPdf)
        mean = expand(variable - density.args[0] * deviation)
        polynomial = (function * deviation / density).subs(variable, mean + deviation * z)
        ends = [end if end.is_infinite else expand((end - mean) / deviation) for end in ends]
        return [DefiniteIntegral(polynomial * NormalPdf(z), (z, *ends))]

    return _rewrite(terms, standardized)


def integrate_by_parts(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Lower the degree: :math:`z^n \varphi = (-z^{n-1} \varphi)' + (n-1) z^{n-2} \varphi`.

    Examples:
        >>> integrate_by_parts((DefiniteIntegral(z**2 * NormalPdf(z), (z, 0, S.Infinity)),), None)
        ([-z*NormalPdf(z) for z from 0 to oo], Integral(NormalPdf(z), (z, 0, oo)))
    """

    def lowered(integral: Expr) -> list[Expr]:
        function, limits = integral.args
        polynomial = Poly(function / NormalPdf(z), z)
        domain = polynomial.domain
        *coefficients, rest = polynomial.rep.to_list()
        for place in range(len(coefficients) - 1):
            power = len(coefficients) - place
            lower = place + 2
            if lower < len(coefficients):
                coefficients[lower] += (power - 1) * coefficients[place]
            else:
                rest += (power - 1) * coefficients[place]
        antiderivative = -Poly.from_list(coefficients or [0], z, domain=domain)
        boundary = BoundaryTerm(antiderivative.as_expr() * NormalPdf(z), limits)
        remaining = domain.to_sympy(rest) * DefiniteIntegral(NormalPdf(z), limits)
        return [boundary] * (not antiderivative.is_zero) + [remaining] * bool(rest)

    return _rewrite(terms, lowered)


def evaluate_tail(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Put in the ends: :math:`\varphi` vanishes at infinity, :math:`\int\varphi` is :math:`\Phi`.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> evaluate_tail((DefiniteIntegral(NormalPdf(z), (z, -mu/sigma, S.Infinity)),), None)
        (NormalCdf(mu/sigma),)
    """

    def evaluated(part: Expr) -> list[Expr]:
        inner, (variable, lower, upper) = part.args
        if isinstance(part, BoundaryTerm):
            ends = [(end, sign) for end, sign in ((upper, 1), (lower, -1)) if not end.is_infinite]
            return [sign * inner.subs(variable, end) for end, sign in ends]
        if upper.is_infinite:
            return [NormalCdf(-lower)]
        return [NormalCdf(upper)] + [-NormalCdf(lower)] * (not lower.is_infinite)

    return _rewrite(terms, evaluated)


def find_antiderivatives(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Find an antiderivative of each integrand, where it has a :math:`\Phi` in it.

    Examples:
        >>> integral = DefiniteIntegral(NormalCdf(z) * NormalPdf(z), (z, 0, S.Infinity))
        >>> find_antiderivatives((integral,), None)
        ([BivariateNormalCdf(0, z, -sqrt(2)/2) for z from 0 to oo],)
    """

    def found(integral: Expr) -> list[Expr]:
        function, limits = integral.args
        return [BoundaryTerm(antiderivative(function, limits[0]), limits)]

    return _rewrite(terms, found)


def insert_ends(terms: Terms, hypotheses: Hypotheses) -> Terms:
    r"""Put in the ends: at infinity :math:`\varphi` vanishes, and a distribution is its limit.

    Examples:
        >>> insert_ends((BoundaryTerm(NormalCdf(z) - z * NormalPdf(z), (z, 0, S.Infinity)),), None)
        (1, -1/2)
    """

    def at(antiderivative: Expr, variable: Symbol, end: Expr) -> Expr:
        if not end.is_infinite:
            return antiderivative.subs(variable, end)

        def limit(function: Expr) -> Expr:
            if isinstance(function, NormalPdf):
                return S.Zero
            return function.func(*(end if part.has(variable) else part for part in function.args))

        moving = {f for f in antiderivative.atoms(NormalPdf, NormalCdf) if f.has(variable)}
        moving |= antiderivative.atoms(BivariateNormalCdf)
        vanishing = {f: S.Zero for f in moving if isinstance(f, NormalPdf)}
        return antiderivative.xreplace(vanishing).xreplace({f: limit(f) for f in moving})

    def inserted(part: Expr) -> list[Expr]:
        inner, (variable, lower, upper) = part.args
        return [at(inner, variable, upper), -at(inner, variable, lower)]

    return _rewrite(terms, inserted)


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


def _by_rate(piece: Expr, variable: Symbol) -> dict[Expr, tuple[Expr, Expr]]:
    """A piece as ``{k: (c, p)}``, the sum of ``c * p(x) * exp(k*x)``, c not 1 of one term only."""
    polynomials: dict[Expr, list[tuple[Expr, Expr]]] = {}
    for (n, rate), factor in monomials(piece, variable).items():
        polynomials.setdefault(rate, []).append((factor, variable**n))
    return {
        rate: terms[0] if len(terms) == 1 else (S.One, Add(*(Mul(*term) for term in terms)))
        for rate, terms in polynomials.items()
    }


def _rewrite(terms: Terms, rewrite: Callable[[Expr], list[Expr]]) -> Terms:
    """The terms with new ones for what each multiplies between two ends."""
    result: list[Expr] = []
    for coefficient, part in map(derivation.split_integral, terms):
        result += [coefficient * new for new in ([S.One] if part is None else rewrite(part))]
    return tuple(result) or (S.Zero,)
