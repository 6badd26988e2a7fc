"""Mean field theory in numbers: the price of preservation, the relatives, depth at alpha = 1."""

from math import factorial

from sympy import Add, Derivative, Expr, Rational, S, Symbol, exp, pi, sqrt

from elu_sym.activations import Celu, Elu, Selu
from elu_sym.claims.analysis import growth, mean_value
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.chapters.initialization.gain_lemmas import (
    ELU,
    PERCENT_MORE,
    A,
    B,
    Lemma,
    between,
    enclosed,
    gain,
    multiple_of,
    normal,
    on_the_left,
    positive_mean,
    slope_square,
    square,
    square_is_positive,
)
from elu_sym.claims.chapters.initialization.published import STANDARD_SELU
from elu_sym.claims.chapters.meanfield import preservation
from elu_sym.claims.chapters.meanfield.preservation import ANY_BIAS, WEIGHTS, gap
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import Defined, at_most, both, equal, for_all, less, limit, term
from elu_sym.claims.kernel.language import Formula, define, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    by_fact,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    parts,
)
from elu_sym.symbols import alpha, excess, scale, sigma, x, y

# --- The largest price -----------------------------------------------------------------------

TWO_DECADES = sigma, Rational(1, 10), Rational(10)
OCTAVES = alpha, Rational(1, 2), Rational(2)


def inside(*box: tuple[Symbol, Rational, Rational]) -> tuple[Formula, ...]:
    """The conditions that keep variables in a box."""
    return tuple(f for s, low, high in box for f in (at_most(low, s), at_most(s, high)))


def price_below(bound: str, height: Expr = S.One) -> Formula:
    """A bound of chi for two decades of sigma, at alpha = 1 or for two octaves of alpha."""
    box = (TWO_DECADES,) if height == 1 else (TWO_DECADES, OCTAVES)
    price = sigma**2 * slope_square(height=height) / square(height=height)
    symbols = (symbol for symbol, _, _ in box)
    return for_all(*symbols, implies(*inside(*box), less(price, Rational(bound))))


def price_bounded() -> Tactic:
    """Branch and bound; the largest value is 1.0546, at q = 6.85."""
    moment = square(height=S.One)
    bounded = less(sigma**2 * slope_square(height=S.One), Rational("1.06") * moment)
    known = positive_mean(Elu(x, S.One) ** 2), (bounded, on_box([TWO_DECADES]))
    return intro(lemmas(known, linear((1 / moment, bounded))))


# --- The relatives ---------------------------------------------------------------------------


def growing(activation: Expr, factor: Rational = S.One) -> Formula:
    """Squared gradients grow, by more than a factor, under weights that preserve a variance."""
    slopes = normal(Derivative(activation, x) ** 2)
    return less(factor * normal(activation**2), sigma**2 * slopes)


SELU, CELU = Selu(x, alpha, scale), Celu(x, alpha)
SELU_PRICE = normal(Derivative(STANDARD_SELU, x) ** 2, S.One) / normal(STANDARD_SELU**2, S.One)


def relatives_grow() -> Statement:
    """The same integrand, scaled, for CELU at x/alpha; and SELU at its own fixed point."""
    selu = for_all(alpha, scale, sigma, growing(SELU))
    celu = for_all(alpha, sigma, growing(CELU))
    of_selu = multiple_of(gap(factor=scale**2), 1, ())[1]
    of_celu = multiple_of(gap(argument=x / alpha), 1, ())[1]
    return Statement(
        both(selu, celu, between(SELU_PRICE, "1.0715", "1.0725")),
        parts(intro(of_selu), intro(of_celu), enclosed()),
    )


# --- LeCun's rule at alpha = 1 ---------------------------------------------------------------

CUBIC = sqrt(2 / pi)
"""E R^3 over a half-line, R = abs(Z)."""

MOMENT = square(height=S.One)


def rest(factor: Rational = S.One) -> Expr:
    """E f^2 at alpha = 1 less q - sqrt(2/pi) q^(3/2), the cubic term times a factor."""
    return MOMENT - sigma**2 + factor * CUBIC * sigma**3


def rest_between(factor: Rational = S.One) -> Formula:
    """It lies between 0 and 7/8 q^2."""
    return for_all(
        sigma, both(less(0, rest(factor)), less(rest(factor), Rational(7, 8) * sigma**4))
    )


def taylor(order: int, value: Expr) -> Expr:
    """The rest of the exponential after so many powers, with the sign that it has for v < 0."""
    polynomial = Add(*(value**k / factorial(k) for k in range(order + 1)))
    return (-1) ** (order + 1) * (exp(value) - polynomial)


def positive_rest(order: int, value: Expr = x) -> Lemma:
    """Which is positive, as its derivative is the one before, and negative."""
    if order == 0:
        return less(0, 1 - exp(value)), mean_value(y, exp(y), value, S.Zero)
    inner = Symbol(f"v_{order}", real=True)
    slope = intro(have(*positive_rest(order - 1, inner), assumption()))
    return less(0, taylor(order, value)), mean_value(
        inner, -taylor(order, inner), value, S.Zero, slope
    )


FIRST_ORDER: Lemma = (
    for_all(A, B, at_most((1 - A / B**2) / (2 * B), ("+", gain(A), term(-1 / B)))),
    intro(linear(((B - sqrt(A)) ** 2 * (2 * B + sqrt(A)) / (2 * B**3 * sqrt(A)), -1))),
)
"""The tangent of 1/sqrt(a) at b^2."""

_change = 1 - A / B**2
_curved = (1 - sqrt(A) / B) ** 2 / B
SECOND_ORDER: Lemma = (
    for_all(
        *(A, B),
        implies(
            at_most(B**2 / 2, A),
            at_most(("+", gain(A), term(-1 / B)), _change / (2 * B) + _change**2 / B),
        ),
    ),
    intro(
        linear(
            (2 * _curved / (sqrt(A) * B), at_most(B**2 / 2, A)),
            (_curved * (1 + 2 * A / B**2) / 2, -1),
        )
    ),
)
"""And a parabola above it."""


def decay() -> Statement:
    """With r = -x and u = 1 - e^-r, r^3 - (r - u)*(r + u) in parts that are positive, and less."""
    r, u = -x, 1 - exp(x)
    first, second, third = (taylor(order, x) for order in (1, 2, 3))
    facts = [positive_rest(order) for order in range(4)]
    facts.insert(1, (less(0, r + u), linear((1, facts[0][0]), (1, less(x, 0)))))
    lower = positive_mean(on_the_left(second * (r + u) + r**2 / 2 * first), *facts[:4])
    upper = positive_mean(
        on_the_left(third * (r + u) + r**3 / 6 * first + r**2 / 2 * second), *facts
    )
    bounds = intro(parts(multiple_of(lower, 1, ())[1], multiple_of(upper, 1, ())[1]))
    increment = ("+", gain(MOMENT), term(-1 / sigma))
    reciprocal = limit(increment, sigma, 0, 1 / sqrt(2 * pi), "+")
    change = 1 - MOMENT / sigma**2
    lowest, highest = change / (2 * sigma), change / (2 * sigma) + change**2 / sigma
    half = positive_mean(on_the_left(Elu(x, S.One) ** 2))
    at_least = at_most(sigma**2 / 2, MOMENT), have(*half, linear((1, half[0])))
    is_positive = less(0, MOMENT), linear((1, at_least[0]), (sigma**2 / 2, -1))
    here = MOMENT, assumption(), sigma, assumption()
    order = parts(
        by_fact(FIRST_ORDER[0], *here, then=assumption()),
        by_fact(SECOND_ORDER[0], *here, assumption(), then=assumption()),
    )
    squeezed = (
        "squeeze",
        *(term(lowest), term(highest), growth(), growth()),
        intro(lemmas([at_least, is_positive], order)),
    )
    return Statement(
        both(rest_between(), reciprocal),
        lemmas([FIRST_ORDER, SECOND_ORDER], parts(bounds, squeezed)),
    )


# --- Dropout ---------------------------------------------------------------------------------

define("kept", ("t",), term(1 / (1 + excess)))
KEPT = Defined(Symbol("kept"), excess)
"""The probability that a unit is kept; it then passes on its value times 1 + t, and else 0."""

COVARIANCE = WEIGHTS * normal((KEPT * ((1 + excess) * ELU)) ** 2) + ANY_BIAS
VARIANCE = WEIGHTS * normal(KEPT * ((1 + excess) * ELU) ** 2) + ANY_BIAS
"""With the squared mean over one mask, the mean product over two; and the mean square over one."""


def dropout() -> Statement:
    """A unit of value x passes on x*(1 + t) with probability 1/(1 + t), and else 0."""
    plain = WEIGHTS * square() + ANY_BIAS
    noisy = WEIGHTS * (1 + excess) * square() + ANY_BIAS
    formula = both(equal(COVARIANCE, plain), equal(VARIANCE, noisy), less(COVARIANCE, VARIANCE))
    positive_square = square_is_positive()
    more = have(*positive_square, linear((WEIGHTS * excess, positive_square[0])))
    proof = parts(ALGEBRA, ALGEBRA, more)
    return Statement(for_all(alpha, sigma, excess, WEIGHTS, ANY_BIAS, formula), intro(proof))


CLAIMS = (
    Claim(
        "meanfield.price_bounded",
        "At alpha = 1 the price of preserving the variance is at most 6 % a layer, chi < 1.06, for"
        " 1/10 <= sigma <= 10.",
        Statement(price_below("1.06"), price_bounded()),
        preservation.DERIVED,
        neighbours={
            "It is at most 4.94 %.": refuted(
                price_below("1.0494"), counterexample(sigma=Rational(13, 5))
            ),
            "The same bound holds for 1/2 <= alpha <= 2.": refuted(
                price_below("1.06", alpha), counterexample(sigma=Rational(2), alpha=2)
            ),
            "With 1.1 in place of 1.06 it holds for 1/2 <= alpha <= 2.": refuted(
                price_below("1.1", alpha), counterexample(sigma=Rational(2), alpha=2)
            ),
        },
    ),
    Claim(
        "meanfield.relatives_grow",
        "SELU of every alpha and scale and CELU of every alpha make squared gradients grow as well,"
        " wherever weights preserve the variance: chi > 1 at every q. For SELU with its standard"
        " parameters at N(0, 1), chi = 1.072.",
        relatives_grow(),
        "Stein's identity; Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017",
        neighbours={
            "The factor of SELU is 1 % larger.": refuted(between(SELU_PRICE, "1.0822", "1.0833")),
            "Squared gradients of CELU shrink.": refuted(
                for_all(
                    *(alpha, sigma),
                    less(sigma**2 * normal(Derivative(CELU, x) ** 2), normal(CELU**2)),
                )
            ),
            "For SELU the factor is above 1.01 at every q and alpha.": refuted(
                for_all(alpha, scale, sigma, growing(SELU, PERCENT_MORE)),
                counterexample(**{"alpha": 1, "lambda": 1, "sigma": 100}),
            ),
        },
    ),
    Claim(
        "meanfield.lecun_decay",
        "At alpha = 1 under LeCun's rule, w = 1, without biases, E f^2 = q - sqrt(2/pi)*q^(3/2) + R"
        " with 0 < R < 7/8*q^2: the reciprocal of sigma grows by 1/sqrt(2*pi) a layer in the limit"
        " of small variances.",
        decay(),
        preservation.DERIVED,
        neighbours={
            "The cubic term is 1 % larger.": refuted(
                rest_between(PERCENT_MORE), counterexample(sigma=Rational(1, 1000))
            ),
            "The cubic term is 1 % smaller.": refuted(
                rest_between(Rational("0.99")), counterexample(sigma=Rational(1, 1000))
            ),
        },
    ),
    Claim(
        "meanfield.dropout",
        "With dropout the correlation 1 is no fixed point: two copies of one input under"
        " independent masks, units kept with probability 1/(1 + t) and then multiplied by 1 + t,"
        " have the covariance w*E f^2 + b in the next layer and the larger variance"
        " w*(1 + t)*E f^2 + b.",
        dropout(),
        "Schoenholz et al., ICLR 2017, section 5, for ELU",
        neighbours={
            "The two are equal.": refuted(
                for_all(alpha, sigma, excess, WEIGHTS, ANY_BIAS, equal(COVARIANCE, VARIANCE)),
                counterexample(b=0),
            )
        },
    ),
)
