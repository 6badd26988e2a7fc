r"""The engine: the exact expectation of a piecewise exponential polynomial of a Gaussian.

.. math:: E\,g(X) = \int g(x) \, \varphi((x - \mu)/\sigma) \, dx / \sigma

by seven rules in a fixed order. The derivation is data: every step carries what stood before it,
what stands after it and the exact checks that were made.
"""

from sympy import Dummy, Expr, Float, Rational, S, cosh, erf, erfc, exp, sinh, sqrt
from sympy.stats.crv_types import NormalDistribution
from sympy.stats.rv import RandomSymbol, random_symbols

from elu_sym.algebra.normal_form import NotNormalizableError
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
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

RULES_WITH_DISTRIBUTIONS = (
    RULES[0],
    Rule(
        rules.find_antiderivatives,
        checks.check_integrands,
        "by parts, down to a normal distribution of one or two variables",
    ),
    Rule(
        rules.insert_ends,
        checks.check_values,
        "phi vanishes at infinity, and a distribution has its limit",
    ),
    RULES[-1],
)
"""Those for a g that has a normal distribution or density in it."""


@alone()
def derive_expectation(g: Expr, X: RandomSymbol, order: tuple[Expr, ...] = ()) -> Derivation:
    """Derive E[g(X)] step by step.

    Args:
        g: an expression in X, of the class that
            :func:`~elu_sym.gaussian.random_variables.expectation` defines.
        X: a normal random symbol, ``sympy.stats.Normal("X", mu, sigma)``.
        order: symbolic breakpoints in increasing order, where assumptions do not order them.

    Returns:
        The derivation; its ``result`` is the closed form over ``NormalCdf`` and ``NormalPdf``.

    Raises:
        TypeError: as there.
        UnsupportedExpressionError: as there.
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
    order = tuple(readable(symbolic(point, f"order[{n}]")) for n, point in enumerate(order))
    mean, deviation = readable(distribution.mean), readable(distribution.std)
    variable = standard_variable
    if g.has(standard_variable) or mean.has(standard_variable) or deviation.has(standard_variable):
        variable = Dummy("x", real=True)
    hypotheses = Hypotheses(mean, deviation, BreakpointOrder(order))
    integrand = readable(g.xreplace({X: variable}))
    with_distribution = integrand.has(NormalCdf, NormalPdf)
    integrand *= hypotheses.density(variable)
    terms: tuple[Expr, ...] = (
        derivation.DefiniteIntegral(integrand, (variable, S.NegativeInfinity, S.Infinity)),
    )
    steps = []
    for rule in RULES_WITH_DISTRIBUTIONS if with_distribution else RULES:
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


def readable(expression: Expr) -> Expr:
    """An expression in what the engine reads: exact numbers, exponentials, normal distributions.

    Examples:
        >>> from elu_sym.symbols import x
        >>> readable(0.5 * x), readable(erfc(x))
        (x/2, 2*NormalCdf(-sqrt(2)*x))
    """
    numbers = {number: Rational(number) for number in expression.atoms(Float)}
    found = expression.xreplace(numbers).rewrite((sinh, cosh), exp)
    found = found.replace(erf, lambda u: 2 * NormalCdf(sqrt(2) * u) - 1)
    return found.replace(erfc, lambda u: NormalCdf(-sqrt(2) * u) * 2)
