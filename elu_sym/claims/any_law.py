"""What is said of all laws of X, and how it is proved: formulas and tactics.

Only facts are known of such a law, called p here: which functions have a mean, and that some mean
is positive. A probability is the mean of an indicator.
"""

from typing import Any

from sympy import Derivative, Expr, Piecewise, S, Symbol, expand

from elu_sym.claims.analysis import signed_mean
from elu_sym.claims.formulas import Defined, Expectation, at_most, equal, less, term
from elu_sym.claims.kernel.language import Formula, Term, define, implies, substitute
from elu_sym.claims.tactics import (
    Tactic,
    again,
    assumption,
    auto,
    by_sign,
    first_of,
    have,
    intro,
    lemmas,
    linear,
)
from elu_sym.symbols import mu, sigma, x, z

LAW = Symbol("p")
"""A law of which only facts are known."""

NEGATIVE = Piecewise((1, x < 0), (0, True))
POSITIVE = Piecewise((1, x > 0), (0, True))
ALWAYS = NEGATIVE + Piecewise((0, x < 0), (1, True))
"""Indicators; the last one is 1, which the rules for laws only see in a function of x."""

define("is_zero", ("z",), term(Piecewise((0, z < 0), (1, z <= 0), (0, True))))


def indicator_of_zero(value: Expr) -> Expr:
    """1 where a value is 0, and 0 elsewhere."""
    return Defined(Symbol("is_zero"), value)


def slope(function: Expr) -> Expr:
    """The derivative in x, and 1 at 0, where there may be none."""
    derivative = Derivative(function, x)
    return Piecewise((derivative, x < 0), (1, x <= 0), (derivative, True))


def mean_of(body: Any) -> Expr:
    """E g(X) under the law p."""
    return Expectation(body, x, LAW)


def integrable(body: Any) -> Formula:
    """E abs(g(X)) is finite under the law p."""
    return ("integrable", LAW.name, x.name, term(body))


SYMMETRIC: Formula = ("symmetric", LAW.name)
"""-X has the law of X."""

HITS_NEGATIVE = less(0, mean_of(NEGATIVE))
"""P(X < 0) > 0; a symmetric law has it if and only if X is not 0 almost surely."""


def every_law(*formulas: Formula) -> Formula:
    """The last formula, under the others, for every law p."""
    return ("forall-law", LAW.name, implies(*formulas))


def reflection(body: Any) -> Term:
    """A function at -x."""
    return substitute(term(body), x.name, term(-x))


def two_points(distance: Any) -> tuple[Any, ...]:
    """The law of mass 1/2 at either sign of a distance."""
    half, place = ("/", 1, 2), term(distance)
    return ("points", (place, half), (("*", -1, place), half))


# --- Tactics ---------------------------------------------------------------------------------


Lemma = tuple[Formula, Tactic]
"""A formula with its proof."""


def pointwise(*below: Lemma) -> Tactic:
    """What holds at every x shows for x < 0, by some lemmas there, at 0, and for x > 0."""
    return intro(by_sign(x, lemmas(below, auto()), auto(), auto()))


def dominated(
    body: Any, constant: Any = 0, *bounds: tuple[Any, Any], proof: Tactic = None
) -> Lemma:
    """A lemma: what is bounded by a constant and multiples of integrable functions has a mean."""
    pairs = tuple((term(factor), term(bound)) for factor, bound in bounds)
    return integrable(body), ("law-dominated", term(constant), pairs, proof or pointwise())


def added(left: Expr, right: Expr, proof: Tactic = None) -> Lemma:
    """A lemma: an equation that is linear in means, as the functions add up at every x."""
    gap = expand(right - left)
    means = sorted(gap.atoms(Expectation), key=str)
    shares = [(gap.coeff(mean), mean.args[0]) for mean in means]
    rest = expand(gap - sum(gap.coeff(mean) * mean for mean in means))
    pairs = tuple((term(factor), term(body)) for factor, body in (*shares, (rest, S.One)))
    return equal(left, right), ("law-linear", LAW.name, x.name, pairs, proof or pointwise())


def positive_mean(body: Any, *below: Lemma, part: Any = NEGATIVE) -> Lemma:
    """A lemma: E g > 0, as g >= 0, and g > 0 wherever a function of positive mean is positive."""

    def inside() -> Tactic:
        return first_of(auto, lambda: again(less(0, part), ("contradict", auto())))

    strictly = intro(by_sign(x, lemmas(below, inside()), inside(), inside()))
    hit = assumption()
    return less(0, mean_of(body)), ("law-positive", pointwise(*below), term(part), hit, strictly)


def nonnegative_mean(body: Any, proof: Tactic = None) -> Lemma:
    """A lemma: E g >= 0, as g >= 0."""
    return at_most(0, mean_of(body)), ("law-positive", proof or pointwise())


def sure() -> tuple[Lemma, ...]:
    """Lemmas: the probability of everything is positive."""
    return dominated(ALWAYS, 1), added(mean_of(ALWAYS), S.One), (less(0, mean_of(ALWAYS)), linear())


def mirrored(body: Any, image: Any) -> Lemma:
    """A lemma: under a symmetric law g(X) and its mirror image g(-X) have the same mean."""
    shares, turned = ((1, term(image)),), ((-1, term(body)),)
    proof = ("law-linear", LAW.name, x.name, shares, pointwise(), turned)
    return equal(mean_of(body), mean_of(image)), proof


def positive_gaussian_mean(
    body: Any, *below: Lemma, mean: Any = mu, deviation: Any = sigma
) -> Lemma:
    """A lemma: E g > 0 under a normal law, as g >= 0, and g > 0 for x < 0, by some lemmas there."""
    inside = intro(have(less(x, 0), linear(), lemmas(below, auto())))
    return (
        less(0, Expectation(body, x, mean, deviation)),
        signed_mean(pointwise(*below), -2, -1, inside),
    )
