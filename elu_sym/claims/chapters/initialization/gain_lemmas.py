"""The moments behind the gains of ELU, as terms, and what the proofs of several claims share.

An inequality between moments is the mean of a function that is nowhere negative, which the kernel
integrates; a gain is the inverse root of a moment, and falls as that one grows.
"""

from typing import Any

from sympy import Derivative, Expr, Piecewise, Rational, S, Symbol, exp, sqrt

from elu_sym.activations import Elu
from elu_sym.claims.analysis import growth, mean_value, signed_mean
from elu_sym.claims.formulas import Expectation, at_most, both, for_all, less, term
from elu_sym.claims.kernel import Proof, RejectedError
from elu_sym.claims.kernel.language import Formula, Term, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import (
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    have,
    intro,
    lemmas,
    linear,
    parts,
    positive,
    tactic,
)
from elu_sym.symbols import alpha, sigma, x, y, z

ELU, SLOPE = Elu(x, alpha), Derivative(Elu(x, alpha), x)
TAU = Symbol("tau", positive=True)
"""Another sigma."""

PERCENT_MORE = Rational(101, 100)

Lemma = tuple[Formula, Tactic]
"""A formula, and how it is proved."""

# --- Terms -----------------------------------------------------------------------------------


def normal(integrand: Expr, deviation: Expr = sigma, mean: Expr = S.Zero) -> Expr:
    """E g(X) for X of a normal law."""
    return Expectation(integrand, x, mean, deviation)


def square(deviation: Expr = sigma, height: Expr = alpha, mean: Expr = S.Zero) -> Expr:
    """E f^2."""
    return normal(Elu(x, height) ** 2, deviation, mean)


def slope_square(deviation: Expr = sigma, height: Expr = alpha, mean: Expr = S.Zero) -> Expr:
    """E f'^2."""
    return normal(Derivative(Elu(x, height), x) ** 2, deviation, mean)


def variance_of(function: Expr, deviation: Expr = sigma, mean: Expr = S.Zero) -> Expr:
    """Var g = E g^2 - (E g)^2."""
    return normal(function**2, deviation, mean) - normal(function, deviation, mean) ** 2


def share(deviation: Expr = sigma, height: Expr = alpha, mean: Expr = S.Zero) -> Expr:
    """E f^2/sigma^2, the inverse of the squared gain."""
    return square(deviation, height, mean) / deviation**2


def gain(moment: Any) -> Term:
    """The gain that makes 1 of a moment."""
    return ("/", 1, ("sqrt", term(moment)))


SMALL = (1 + alpha**2) / 2
"""The value of both moments for small sigma, as for the leaky ReLU of slope alpha."""


def between(value: Any, low: Any, high: Any) -> Formula:
    """A value lies between two numbers, which may be decimal fractions."""
    return both(less(Rational(low), value), less(value, Rational(high)))


def enclosed() -> Tactic:
    """Inequalities between numbers: the difference itself, which has no variables, is positive."""

    def gap(formula: Formula) -> Term:
        _, left, right = formula
        return ("+", right, ("*", -1, left))

    def is_true(formula: Formula, context: Context) -> bool:
        if formula[0] == "or":
            return any(is_true(part, context) for part in formula[1:])
        return context.sign(context.value(gap(formula))) == "+"

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] == "and":
            return parts(*(enclosed() for _ in goal[1:]))
        if goal[0] != "or":
            return ("combine", ((gap(goal), -1),))
        for number, part in enumerate(goal[1:]):
            if is_true(part, context):
                return ("witness", number, enclosed())
        raise RejectedError("no part of it is true")

    return tactic(find)


# --- Means of positive functions -------------------------------------------------------------


def on_the_left(value: Any) -> Expr:
    """A function where x < 0, and 0 elsewhere."""
    return Piecewise((value, x < 0), (S.Zero, True))


def positive_mean(
    integrand: Expr, *facts: Lemma, deviation: Expr = sigma, mean: Expr = S.Zero
) -> Lemma:
    """E g > 0 if g >= 0 shows for x >= 0, and g > 0 for x < 0 by some facts."""
    left = lemmas(facts, positive())
    everywhere = intro(by_cases(less(x, 0), left, auto()))
    inside = intro(have(less(x, 0), auto(), left))
    law = signed_mean(everywhere, -2, -1, inside)
    return less(0, normal(integrand, deviation, mean)), law


def multiple_of(lemma: Lemma, factor: Any, formula: Formula) -> Lemma:
    """A formula that is so many times a lemma."""
    return formula, have(*lemma, linear((factor, lemma[0])))


def below_one(value: Expr) -> Lemma:
    """exp(v) < 1 for v < 0."""
    return less(exp(value), 1), mean_value(y, exp(y), value, S.Zero)


ABOVE_TANGENT: Lemma = (
    less(x, exp(x) - 1),
    mean_value(z, z - exp(z), x, S.Zero, intro(lemmas([below_one(z)], linear()))),
)
"""x < e^x - 1 for x < 0."""

BELOW_SECANT: Lemma = (
    less(exp(x) - 1 - x * exp(x), 0),
    mean_value(z, exp(z) - 1 - z * exp(z), x, S.Zero),
)
"""e^x - 1 < x e^x for x < 0."""


def square_is_positive(deviation: Expr = sigma, mean: Expr = S.Zero) -> Lemma:
    """E f^2 > 0."""
    return positive_mean(ELU**2, deviation=deviation, mean=mean)


def slope_square_is_positive(height: Expr = alpha, mean: Expr = S.Zero) -> Lemma:
    """E f'^2 > 0."""
    slope = Piecewise((height * exp(x), x < 0), (S.One, True))
    lemma = positive_mean(slope**2, mean=mean)
    return multiple_of(lemma, 1, less(0, slope_square(height=height, mean=mean)))


def share_above_half(deviation: Expr = sigma) -> Lemma:
    """E f^2 > q/2: what is left is a mean over x < 0."""
    lemma = positive_mean(on_the_left(ELU**2), deviation=deviation)
    return multiple_of(lemma, deviation**-2, less(S.Half, share(deviation)))


def share_below_small(deviation: Expr = sigma) -> Lemma:
    """E f^2 < q (1 + alpha^2)/2, as alpha x < f(x) for x < 0."""
    shift = exp(x) - 1
    sum_is_negative = (less(x + shift, 0), lemmas([below_one(x)], linear()))
    lemma = positive_mean(
        on_the_left(alpha**2 * (x - shift) * (x + shift)),
        *(ABOVE_TANGENT, sum_is_negative),
        deviation=deviation,
    )
    return multiple_of(lemma, deviation**-2, less(share(deviation), SMALL))


def slope_square_above_half(deviation: Expr = sigma) -> Lemma:
    """E f'^2 > 1/2."""
    return less(S.Half, slope_square(deviation)), positive()


def slope_square_below_small(deviation: Expr = sigma) -> Lemma:
    """E f'^2 < (1 + alpha^2)/2."""
    lemma = positive_mean(
        on_the_left(alpha**2 * (1 - exp(x)) * (1 + exp(x))), below_one(x), deviation=deviation
    )
    return multiple_of(lemma, 1, less(slope_square(deviation), SMALL))


# --- Monotone moments ------------------------------------------------------------------------


def falls(moment: Any, lemma: Any, factor: Any) -> Lemma:
    """A moment falls from sigma to tau, as a multiple of a lemma is the negative of its slope."""
    fact, proof = lemma(z)
    slope = intro(lemmas([(less(0, z), linear()), (fact, proof)], linear((factor(z), fact))))
    return less(moment(TAU), moment(sigma)), mean_value(z, -moment(z), sigma, TAU, slope)


def steepness(deviation: Expr = sigma) -> Lemma:
    """-sigma^3 d/dsigma E f^2/sigma^2 = 2 E[f (f - X f')] > 0."""
    integrand = on_the_left(2 * ELU * (ELU - x * alpha * exp(x)))
    return positive_mean(integrand, BELOW_SECANT, deviation=deviation)


def share_falls() -> Lemma:
    """E f^2/sigma^2 falls as sigma grows."""
    return falls(share, steepness, lambda s: s**-3)


def slope_steepness(deviation: Expr = sigma) -> Lemma:
    """-sigma d/dsigma E f'^2 = -2 E[X f' f''] > 0."""
    return positive_mean(on_the_left(-2 * x * alpha**2 * exp(2 * x)), deviation=deviation)


def slope_square_falls() -> Lemma:
    """E f'^2 falls as sigma grows."""
    return falls(slope_square, slope_steepness, lambda s: 1 / s)


# --- Gains -----------------------------------------------------------------------------------

A, B = Symbol("a", positive=True), Symbol("b", positive=True)
"""Two moments."""

LOW, HIGH = Symbol("low", positive=True), Symbol("high", positive=True)
"""The roots of two numbers between which a moment lies."""


def gain_falls(relation: Any = less) -> Lemma:
    """A gain falls as its moment grows."""
    factor = 1 / ((sqrt(A) + sqrt(B)) * sqrt(A) * sqrt(B))
    formula = for_all(A, B, implies(relation(A, B), relation(gain(B), gain(A))))
    return formula, intro(linear((factor, relation(A, B))))


def tangent(moment: Any, root: Any) -> Any:
    """The tangent of the gain, as a function of the moment, where that is a square."""
    return (3 * root**2 - moment) / (2 * root**3)


def chord(moment: Any, low: Any, high: Any) -> Any:
    """Its chord between two squares."""
    return 1 / low - (moment - low**2) / (low * high * (low + high))


def _chord_is_above() -> Tactic:
    """Its excess has the factor (a - low^2) (high - sqrt(a))."""
    root = sqrt(A)
    below = at_most(0, HIGH - root)
    factor = (HIGH - root) * (HIGH + root + LOW)
    divisor = LOW * root * HIGH * (LOW + HIGH) * (root + LOW)
    return lemmas(
        [(below, linear((1 / (HIGH + root), at_most(A, HIGH**2))))],
        linear((factor / divisor, at_most(LOW**2, A))),
    )


ABOVE_TANGENT_OF_GAIN: Lemma = (
    for_all(A, B, at_most(tangent(A, B), gain(A))),
    intro(linear(((sqrt(A) - B) ** 2 * (sqrt(A) + 2 * B) / (2 * B**3 * sqrt(A)), -1))),
)
"""The gain is convex: it lies above its tangents."""

BELOW_CHORD_OF_GAIN: Lemma = (
    for_all(
        *(A, LOW, HIGH),
        implies(at_most(LOW**2, A), at_most(A, HIGH**2), at_most(gain(A), chord(A, LOW, HIGH))),
    ),
    intro(_chord_is_above()),
)
"""And below its chords."""

CONVEX_GAIN = ABOVE_TANGENT_OF_GAIN, BELOW_CHORD_OF_GAIN


def gain_tends(moment: Expr, above: Lemma, below: Lemma, root: Expr, bound: int) -> Tactic:
    """The gain tends to 1/root, as its moment does to root^2, which is 1/2 or (1 + alpha^2)/2.

    Between these the gain lies between a tangent and the chord, which have limits by their growth.
    """
    low, high = sqrt(S.Half), sqrt(SMALL)
    (above_tangent, _), (below_chord, _) = CONVEX_GAIN
    lower = by_fact(above_tangent, moment, auto(), root, positive(), then=assumption())
    upper = by_fact(
        below_chord,
        *(moment, auto(), low, positive(), high, positive(), linear(), linear()),
        then=assumption(),
    )
    known = (less(0, sigma), linear()), square_is_positive(), above, below
    between_them = intro(lemmas([*known, (less(0, moment), linear())], parts(lower, upper)))
    bounds = term(tangent(moment, root)), term(chord(moment, low, high))
    return ("squeeze", *bounds, growth(bound), growth(bound), between_them)


def gain_is_larger(one: Expr, other: Expr, *facts: Lemma, relation: Any = less) -> Tactic:
    """The gain of a moment is larger than that of another one, by facts on the two moments."""
    general = gain_falls(relation)
    apply = by_fact(general[0], one, positive(), other, positive(), assumption(), then=assumption())
    return lemmas([general, *facts], apply)
