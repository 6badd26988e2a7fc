"""Where ELU is on its floor and its derivative is 0 with two roundings, for all alpha at once.

Neither depends on alpha, within sharp limits for alpha: from 1/2 on a product with a positive float
is not rounded to 0; and above the smallest normal number a product with a float above -1 is not
rounded to -alpha, as the relative error is too small for that.
"""

from typing import Any

from sympy import Expr, Rational, S, Symbol, exp

from elu_sym.algebra.rounding import (
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.chapters.floating_point.computations import (
    Rounded,
    antisymmetric,
    apart,
    at_point,
    beyond,
    is_float,
    monotone,
    rounds,
)
from elu_sym.claims.formulas import at_most, both, equal, for_all, iff, less, term
from elu_sym.claims.kernel import Proof
from elu_sym.claims.kernel.language import Formula, Term, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import (
    Tactic,
    auto,
    by_cases,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    number_of,
    parts,
    tactic,
)
from elu_sym.symbols import alpha, height, x, y, z

OTHER = Symbol("w", real=True)
"""The value with another alpha."""


def least_normal(numbers: FloatingPointFormat) -> Term:
    """The smallest positive normal number, as a power of 2."""
    return ("^", 2, numbers.least_exponent)


def for_every(
    computation: Computation, numbers: FloatingPointFormat, said: Formula, *conditions: Formula
) -> Formula:
    """For every alpha that fulfils conditions something holds at all floats ``x <= 0``."""
    at_floats = Rounded(computation, numbers).at_floats(said)
    return for_all(alpha, implies(is_float(numbers, alpha), *conditions, at_floats))


def together(low: Expr, high: Expr, at: Expr) -> Formula:
    """Two results reach their levels at the same floats, those up to a threshold."""
    return both(iff(equal(z, high), equal(y, low)), iff(equal(y, low), at_most(x, at)))


def zero_together(numbers: FloatingPointFormat, at: Expr, condition: Formula) -> Formula:
    """The derivative is 0 if and only if the exponential is, up to a threshold."""
    return for_every(DERIVATIVE_ROUNDED_TWICE, numbers, together(S.Zero, S.Zero, at), condition)


def floor_together(numbers: FloatingPointFormat, at: Expr, condition: Formula) -> Formula:
    """ELU is -alpha if and only if expm1 is -1, up to a threshold."""
    said = together(S.NegativeOne, -alpha, at)
    return for_every(ELU_ROUNDED_TWICE, numbers, said, condition)


def floor_early(numbers: FloatingPointFormat, at: Rational, greatest: Any) -> Formula:
    """For every alpha up to a greatest one ELU is -alpha at a float, although expm1 is not -1."""
    roundings = rounds(numbers, exp(at) - 1, y), rounds(numbers, alpha * y, z)
    said = both(equal(z, -alpha), less(-1, y))
    small = is_float(numbers, alpha), at_most(alpha, greatest)
    return for_all(alpha, y, z, implies(*small, *roundings, said))


def same_floor(
    computation: Computation,
    numbers: FloatingPointFormat,
    least: Expr | None = None,
    heights: tuple[Expr, Expr] = (alpha, height),
) -> Formula:
    """ELU is on its floor at the same floats for two alphas, symbols or numbers.

    Args:
        computation: of ELU.
        numbers: the format.
        least: the smallest alpha that is meant, if not all are.
        heights: the two alphas.
    """
    one, other = (Rounded(computation, numbers, each) for each in heights)
    *first, operation = zip(one.operations, one.results, strict=True)
    roundings = [*first, operation, (other.operations[-1], OTHER)]
    symbols = [each for each in heights if isinstance(each, Symbol)]
    conditions = [is_float(numbers, each) for each in symbols]
    conditions += [at_most(least, each) for each in symbols if least is not None]
    conditions += [is_float(numbers, x), at_most(x, 0)]
    conditions += [rounds(numbers, *each) for each in roundings]
    same = iff(equal(one.last, -heights[0]), equal(OTHER, -heights[1]))
    return for_all(*symbols, x, *one.results, OTHER, implies(*conditions, same))


def two_floors(
    computation: Computation, numbers: FloatingPointFormat, at: Rational, *heights: Rational
) -> Tactic:
    """A float at which ELU is on its floor for one of two alphas only."""
    one, other = (Rounded(computation, numbers).values(at, each) for each in heights)
    return at_point({**one, height: heights[1], OTHER: list(other.values())[-1]})


# --- Proofs ----------------------------------------------------------------------------------


def result_is(
    numbers: FloatingPointFormat, value: Expr, result: Expr, exact: Any, proof: Tactic
) -> Tactic:
    """A result is what the same value is rounded to, as a proof shows."""
    rounding, known = rounds(numbers, value, result), rounds(numbers, value, exact)
    bounds = [
        (known, proof),
        (at_most(result, exact), monotone(rounding, known, auto())),
        (at_most(exact, result), monotone(known, rounding, auto())),
    ]
    return lemmas(bounds, antisymmetric(result, exact))


def by_two_values(
    numbers: FloatingPointFormat,
    computation: Computation,
    levels: tuple[Expr, Expr],
    at: Rational,
    below: Tactic,
    above: Tactic,
) -> Tactic:
    """Up to the threshold the first result is at its level, beyond it at least at the next float.

    Args:
        numbers: the format.
        computation: two operations.
        levels: of both results.
        at: the threshold.
        below: that the second result is at its level if the first one is.
        above: that it is greater beyond the threshold.
    """
    first, after = Rounded(Computation(computation.operations[:1]), numbers), numbers.successor(at)
    least, (low, high) = first.values(after)[y], levels
    known = parts(intro(auto()), intro(auto()))
    reached = [(equal(y, low), antisymmetric(y, low)), (equal(z, high), below)]
    greater = linear((1, at_most(least, y)), (least - low, -1))
    passed = [(less(low, y), greater), (less(high, z), above)]
    no_first, no_last = (
        intro(("contradict", linear((1, less(level, result)), (1, equal(result, level)))))
        for result, level in ((y, low), (z, high))
    )
    neither = parts(parts(no_last, no_first), parts(no_first, intro(beyond(at, after))))
    below = first.above_limit(first.at_most(at, lemmas(reached, parts(known, known))))
    return intro(
        apart(is_float(numbers, x), at, below, first.at_least(after, lemmas(passed, neither)))
    )


def by_half(numbers: FloatingPointFormat, at: Rational) -> Tactic:
    """More than 1/2 times a positive float exceeds half of the smallest one."""
    more, least = numbers.successor(S.Half), EXPONENTIAL.value(numbers, {x: numbers.successor(at)})
    product = numbers.round(more * least)
    bound = rounds(numbers, more * least, product)
    rise = linear((y, at_most(more, alpha)), (more, at_most(least, y)))
    above = lemmas(
        [
            (bound, auto()),
            (at_most(product, z), monotone(bound, rounds(numbers, alpha * y, z), rise)),
        ],
        linear((1, at_most(product, z)), (product, -1)),
    )
    small = (linear((m, equal(y, 0)), (numbers.least_positive / 2, -1)) for m in (-alpha, alpha))
    below = result_is(numbers, alpha * y, z, S.Zero, ("rounds-number", *small))
    levels = S.Zero, S.Zero
    proof = by_two_values(numbers, DERIVATIVE_ROUNDED_TWICE, levels, at, below, above)
    no_less = ("contradict", linear((1, less(S.Half, alpha)), (1, at_most(alpha, S.Half))))
    return intro(apart(is_float(numbers, alpha), S.Half, no_less, proof))


def by_relative_error(numbers: FloatingPointFormat, at: Rational) -> Tactic:
    """The product is further from -alpha than its rounding error allows."""
    half, unit = numbers.least_positive / 2, Rational(1, 2**numbers.precision)
    least, normal = at_most(unit - 1, y), less(least_normal(numbers), alpha)
    floor = at_most(z, -alpha)

    def error_of(*shares: tuple[Any, Any]) -> Tactic:
        """The error is not so far below 0: the last fact but one."""
        return tactic(
            lambda goal, context: linear((1, len(context.facts) - 2), (1, floor), *shares)
        )

    absolute = error_of((alpha, least), (unit, normal))
    opposite = error_of((alpha, least), (unit * alpha, at_most(y, 0)), (unit * alpha, -1))
    same = error_of((alpha + unit * alpha, least), (unit**2 * alpha, -1))

    def distant(goal: Formula, context: Context) -> Proof:
        number = number_of(context, rounds(numbers, alpha * y, z))
        return ("rounds-error", number, last_either(absolute, opposite, same))

    first = Rounded(EXPONENTIAL_LESS_ONE, numbers)
    above = ("contradict", first.at_most(S.Zero, tactic(distant)))
    near = linear((-alpha, equal(y, -1)), (half, -1)), linear((alpha, equal(y, -1)), (half, -1))
    below = result_is(numbers, alpha * y, z, -alpha, exactly_opposite(numbers, *near))
    return by_two_values(numbers, ELU_ROUNDED_TWICE, (S.NegativeOne, -alpha), at, below, above)


def exactly_opposite(numbers: FloatingPointFormat, first: Tactic, second: Tactic) -> Tactic:
    """What is close to -alpha rounds to it."""

    def find(goal: Formula, context: Context) -> Proof:
        is_opposite = ("float", number_of(context, is_float(numbers, alpha)))
        return ("rounds-near", is_opposite, first, second)

    return tactic(find)


def by_absolute_error(numbers: FloatingPointFormat, at: Rational) -> Tactic:
    """The product is at most half of the smallest float from -alpha, in a tie an even one."""
    half, unit = numbers.least_positive / 2, Rational(1, 2**numbers.precision)
    normal, beside = least_normal(numbers), unit - 1
    first, edge = equal(y, beside), term(-numbers.least_normal)
    near = (
        linear((-alpha, first), (unit * alpha + half, -1)),
        linear((alpha, first), (unit, less(alpha, normal))),
    )
    tie = (
        linear((-alpha, first), (1 - unit, at_most(alpha, normal)), (2 * half, -1)),
        linear((alpha, first), (1 - unit, at_most(normal, alpha))),
    )
    product = alpha * y, z
    at_edge = lemmas(
        [
            (equal(alpha, normal), antisymmetric(alpha, normal)),
            (equal(z, edge), result_is(numbers, *product, edge, ("rounds-number", *tie))),
        ],
        linear((1, equal(z, edge)), (1, equal(alpha, normal))),
    )
    below_edge = result_is(numbers, *product, -alpha, exactly_opposite(numbers, *near))
    return intro(
        have(
            first,
            result_is(numbers, exp(at) - 1, y, beside, auto()),
            parts(
                by_cases(less(alpha, normal), below_edge, at_edge),
                linear((-1, first), (unit, -1)),
            ),
        )
    )
