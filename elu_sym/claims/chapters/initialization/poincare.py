"""Poincare's inequality for ELU: Var f(X) <= sigma^2 E f'(X)^2 under every normal law.

Chernoff's proof, which needs no series: with h' = f'^2 and h(0) = 0, at any two points

    (f(x) - f(y))^2 <= (x - y) (h(x) - h(y))

by the inequality of Cauchy and Schwarz, and the means over two independent variables of both sides
are 2 Var f and 2 Cov(X, h(X)) = 2 sigma^2 E f'^2, the latter by Stein's identity.

References:
    Chernoff: A note on an inequality involving the normal distribution, Annals of Probability 9
    (1981).
"""

from sympy import Expr, Piecewise, Rational, S, Symbol, exp

from elu_sym.activations import Elu
from elu_sym.claims.analysis import mean_value, signed_mean
from elu_sym.claims.chapters.initialization.gain_lemmas import (
    ELU,
    Lemma,
    normal,
    slope_square,
    variance_of,
)
from elu_sym.claims.formulas import Expectation, at_most, for_all, less
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.tactics import (
    Tactic,
    again,
    assumption,
    auto,
    by_cases,
    by_fact,
    have,
    intro,
    lemmas,
    linear,
    positive,
)
from elu_sym.symbols import alpha, mu, sigma, x, y, z

U, V, W = (Symbol(name, real=True) for name in "uvw")

ENERGY = Piecewise((alpha**2 * (exp(2 * x) - 1) / 2, x < 0), (x, True))
"""The integral of f'^2 from 0."""

EXCESS = (x - y) * (ENERGY - ENERGY.subs(x, y)) - (ELU - Elu(y, alpha)) ** 2

AT_ALL_POINTS = for_all(x, y, at_most(0, EXCESS))


def trapezoid(lower: Expr, upper: Expr) -> Formula:
    """The integral of exp is at most that of its chord."""
    rise, ends = exp(upper) - exp(lower), exp(lower) + exp(upper)
    return at_most(2 * rise, (upper - lower) * ends)


TRAPEZOID: Lemma = (
    for_all(U, V, implies(at_most(U, V), trapezoid(U, V))),
    intro(
        mean_value(
            *(z, (z - U) * (exp(U) + exp(z)) - 2 * (exp(z) - exp(U)), U, V),
            intro(mean_value(W, W * exp(z) - exp(W), U, z, intro(mean_value(x, exp(x), W, z)))),
        )
    ),
)


def _with_trapezoid(lower: Expr, upper: Expr, then: Tactic) -> Tactic:
    """Add the inequality between two points, and that exp increases."""
    rises = at_most(exp(lower), exp(upper)), mean_value(W, exp(W), lower, upper)
    known = again(trapezoid(lower, upper), have(*rises, then))
    return by_fact(TRAPEZOID[0], lower, upper, auto(), then=known)


def _both_negative(lower: Expr, upper: Expr) -> Tactic:
    factor = alpha**2 * (exp(upper) - exp(lower)) / 2
    return _with_trapezoid(lower, upper, linear((factor, trapezoid(lower, upper))))


def _apart(negative: Expr, other: Expr) -> Tactic:
    """With r = -negative, u = -f and k = -h there: r k >= u^2, and r + k >= 2 u follows."""
    share, ends = 1 - exp(negative), 1 + exp(negative)
    excess = at_most(0, -negative + alpha**2 * share * ends / 2 - 2 * alpha * share)
    below, rises = trapezoid(negative, S.Zero), at_most(exp(negative), 1)
    is_positive = linear((1 / ends, below), (2 * (1 - alpha * ends / 2) ** 2 / ends, rises))
    whole = linear((other, excess), (alpha**2 * share / 2, below))
    return _with_trapezoid(negative, S.Zero, have(excess, is_positive, whole))


def by_signs(negative: Tactic, other: Tactic, variable: Symbol = x) -> Tactic:
    """For a negative value, and for another one."""
    return by_cases(less(variable, 0), negative, other)


POINTWISE: Lemma = (
    AT_ALL_POINTS,
    intro(
        by_signs(
            by_signs(
                by_cases(at_most(x, y), _both_negative(x, y), _both_negative(y, x)),
                _apart(x, y),
                y,
            ),
            by_signs(_apart(y, x), auto(), y),
        )
    ),
)


def poincare() -> Lemma:
    """Var f <= sigma^2 E f'^2."""
    inner = Expectation(EXCESS, y, mu, sigma)
    at_these = by_fact(AT_ALL_POINTS, x, y, then=assumption())
    over_y = signed_mean(intro(at_these))
    over_x = signed_mean(intro(by_signs(over_y, over_y)))
    twice = at_most(0, normal(inner, mean=mu)), over_x
    proof = lemmas([TRAPEZOID, POINTWISE, twice], linear((Rational(1, 2), twice[0])))
    return at_most(variance_of(ELU, mean=mu), sigma**2 * slope_square(mean=mu)), proof


def variance_is_positive() -> Lemma:
    """Var f = E (f - E f)^2 > 0, as f differs from its mean on one side of 0."""
    centre = normal(ELU, mean=mu)
    spread = less(0, normal((ELU - centre) ** 2, mean=mu))

    def differs(lower: int, upper: int, *shown: Lemma) -> Tactic:
        everywhere = intro(by_signs(positive(), positive()))
        return signed_mean(everywhere, lower, upper, intro(lemmas(shown, positive())))

    def apart(side: Formula, sign: Formula, by: Formula, wanted: Formula) -> tuple[Lemma, ...]:
        return (side, auto()), (sign, positive()), (wanted, linear((1, sign), (1, by)))

    above, below = less(0, centre), at_most(centre, 0)
    proof = by_cases(
        above,
        differs(-2, -1, *apart(less(x, 0), less(ELU, 0), above, less(ELU, centre))),
        differs(1, 2, *apart(less(0, x), less(0, ELU), below, less(centre, ELU))),
    )
    return less(0, variance_of(ELU, mean=mu)), have(spread, proof, linear((1, spread)))
