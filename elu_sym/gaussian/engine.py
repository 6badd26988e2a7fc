r"""The engine: the exact expectation of a piecewise exponential polynomial of a Gaussian.

.. math:: E\,g(X) = \int g(x) \, \varphi((x - \mu)/\sigma) \, dx / \sigma

by seven rules in a fixed order. The derivation is data: every step carries what stood before it,
what stands after it and the exact checks that were made.
"""

from sympy import Dummy, Expr, Float, Rational, S, cosh, erfc, exp, sinh
from sympy.stats.crv_types import NormalDistribution
from sympy.stats.rv import RandomSymbol, random_symbols

from elu_sym.algebra.normal_form import NotNormalizableError
from elu_sym.algebra.working_precision import alone
from elu_sym.gaussian import checks, derivation, rules
from elu_sym.gaussian.derivation import Derivation, DerivationError, Hypotheses, Rule, Step
from elu_sym.gaussian.order import OTHERWISE, BreakpointOrder, UnsupportedExpressionError
from elu_sym.symbols import symbolic, x as standard_variable

RULES = (
    Rule(rules.split_at_kink, checks.check_split, "the integral over each piece of g"),
    Rule(
        rules.expand_pieces,
        checks.check_integrands,
        "each piece is a sum of polynomials times exponentials",
    ),
    Rule(
        rules.complete_square,
        checks.check_integrands,
        "an exponential times a normal density is a shifted density",
    ),
    Rule(rules.shift_mean, checks.check_substitution, "standardize each density"),
    Rule(
        rules.integrate_by_parts,
        checks.check_integrands,
        "powers of z go, since the derivative of phi is -z phi",
    ),
    Rule(rules.evaluate_tail, checks.check_ends, "phi vanishes at infinity and integrates to Phi"),
    Rule(rules.collect_terms, checks.check_sum, "equal exponentials and distributions meet"),
)


def expectation(g: Expr, X: RandomSymbol, order: tuple[Expr, ...] = ()) -> Expr:
    """The exact expectation E[g(X)] of a piecewise exponential polynomial, in plain SymPy.

    The class: with real x for X, g is built by sums, products and positive integer powers from x,
    real parameters and constants, exponentials ``exp(k*x)`` and ``a**x`` with real k and positive
    a, ``sinh`` and ``cosh``, the activations of this project, and atoms ``DiracDelta(k*x - b)`` as
    summands or smooth factors. ``Abs``, ``sign``, ``Heaviside``, ``Max`` and ``Min`` of such
    functions, and a ``Piecewise`` whose conditions compare them, belong to it where a comparison
    turns into one with zero of factors that are each

    * a polynomial in x with rational coefficients, or one of degree 2 at most, or ``x**n - c``,
      whose roots are known to be real or not, or
    * such a polynomial in ``exp(d*x)``,

    and where assumptions, or ``order``, order the zeros. Constants and parameters, those of the law
    too, enter by ``+ - * /``, powers, roots of what is positive, ``exp`` and ``log``. A float is
    the rational number that it is: 0.1 is 3602879701896397/36028797018963968, so write
    ``Rational(1, 10)`` for a tenth. What g is at single points does not matter.

    Every step is proved by the normal form, and the value is compared with quadrature at one
    rational point of the parameters; see :func:`derive_expectation`.

    Args:
        g: an expression in X.
        X: a normal random symbol, ``sympy.stats.Normal("X", mu, sigma)``.
        order: symbolic breakpoints in increasing order, where assumptions do not order them.

    Returns:
        A closed form in exponentials and ``erfc``, free of integrals, pieces and X.

    Raises:
        TypeError: if X is no normal random symbol, or g, or a part of ``order``, is text or
            otherwise no expression. Of a condition it says how its probability is written.
        UnsupportedExpressionError: if g is outside the class; the part is named, and what to write
            instead. It is an UnorderedBreakpointsError, which is one, if the order of two
            breakpoints is not known.

    Examples:
        >>> from sympy import Abs, Max, exp, log, symbols
        >>> from sympy.stats import Normal
        >>> X = Normal("X", 0, 1)
        >>> expectation(Abs(X), X)
        sqrt(2)/sqrt(pi)
        >>> K, s = symbols("K s", positive=True)
        >>> Y = Normal("Y", 0, s)
        >>> expectation(Max(exp(Y) - K, 0), Y)
        -K*erfc(sqrt(2)*log(K)/(2*s))/2 + exp(s**2/2)*erfc(sqrt(2)*(-s + log(K)/s)/2)/2
    """
    return derive_expectation(g, X, order).result.rewrite(erfc)


@alone()
def derive_expectation(g: Expr, X: RandomSymbol, order: tuple[Expr, ...] = ()) -> Derivation:
    """Derive E[g(X)] step by step.

    Args:
        g: an expression in X, of the class that :func:`expectation` defines.
        X: a normal random symbol, ``sympy.stats.Normal("X", mu, sigma)``.
        order: symbolic breakpoints in increasing order, where assumptions do not order them.

    Returns:
        The derivation; its ``result`` is the closed form over ``NormalCdf`` and ``NormalPdf``.

    Raises:
        TypeError: as :func:`expectation`.
        UnsupportedExpressionError: as :func:`expectation`.
        DerivationError: if a step, or the value, does not pass its check: a mistake in here.

    Examples:
        >>> from sympy.stats import Normal
        >>> from elu_sym.activations import Relu
        >>> from elu_sym.symbols import mu, sigma
        >>> derivation = derive_expectation(Relu(Normal("X", mu, sigma)), Normal("X", mu, sigma))
        >>> derivation.result
        mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
        >>> [step.rule.name for step in derivation.steps][:2]
        ['split_at_kink', 'expand_pieces']
    """
    distribution = getattr(getattr(X, "pspace", None), "distribution", None)
    if not isinstance(distribution, NormalDistribution):
        raise TypeError(
            f'X = {X} is no normal random symbol; use sympy.stats.Normal("X", mu, sigma)'
        )
    g = symbolic(g, "g")
    others = [symbol for symbol in random_symbols(g) if symbol != X]
    if others:
        raise UnsupportedExpressionError(
            f"g = {g} depends on another random symbol, {others[0]}; write what g is of {X} alone,"
            f" or the expectations of the factors one by one where the two are independent"
        )
    order = tuple(_exact(symbolic(point, f"order[{n}]")) for n, point in enumerate(order))
    mean, deviation = _exact(distribution.mean), _exact(distribution.std)
    variable = standard_variable
    if g.has(standard_variable) or mean.has(standard_variable) or deviation.has(standard_variable):
        variable = Dummy("x", real=True)
    hypotheses = Hypotheses(mean, deviation, BreakpointOrder(order))
    integrand = _exact(g.xreplace({X: variable})).rewrite((sinh, cosh), exp)
    integrand *= hypotheses.density(variable)
    terms: tuple[Expr, ...] = (
        derivation.DefiniteIntegral(integrand, (variable, S.NegativeInfinity, S.Infinity)),
    )
    steps = []
    for rule in RULES:
        try:
            after = rule.apply(terms, hypotheses)
            step = Step.checked(rule, terms, after, hypotheses)
        except NotNormalizableError as error:
            raise UnsupportedExpressionError(f"g = {g}: {error}; {OTHERWISE}") from error
        if step.failed:
            raise DerivationError(f"{rule.name} fails for g = {g}: {step.failed}")
        steps.append(step)
        terms = after
    return Derivation(hypotheses, tuple(steps))


def _exact(expression: Expr) -> Expr:
    """An expression with every float as the rational number that it is."""
    return expression.xreplace({number: Rational(number) for number in expression.atoms(Float)})
