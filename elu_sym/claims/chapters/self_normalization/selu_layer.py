"""What is said of a layer of SELU on a domain, as formulas; and how boxes prove it.

A formula is proved for all alpha and lambda in two intervals, 10^-30 wide, and used at the standard
constants, which are defined numbers. On a box an inequality between closed forms is seen part by
part; the domains of :mod:`elu_sym.claims.chapters.self_normalization.domains` are brought to boxes
by what is said there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import atan2, cos, sin
from typing import Any

from sympy import Derivative, Expr, Rational, S, Symbol, sqrt

from elu_sym.activations import Selu
from elu_sym.algebra.enclosure import enclose
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    OnDomain,
    Place,
    constants,
)
from elu_sym.claims.chapters.self_normalization.moment_map import (
    input_variance as nu,
    jacobian,
    square_sum as tau,
    symbolic_jacobian,
)
from elu_sym.claims.formulas import Expectation, at_most, both, exists, for_all, less, term
from elu_sym.claims.kernel.language import (
    Formula,
    canonical,
    free_variables,
    implies,
    negation,
    substitute,
    unfolded,
)
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.standard_selu import SELU_ALPHA, SELU_SCALE
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    first_of,
    have,
    intro,
    lemmas,
    linear,
    parts,
    positive,
    tactic,
    with_hole,
)
from elu_sym.symbols import alpha, mu, scale, sigma, x

omega = Symbol("omega", real=True)
"""The sum of the weights of a unit."""

P, Q = Symbol("p", real=True), Symbol("q", real=True)
"""A change of the mean and the variance of the inputs."""

# --- The constants -------------------------------------------------------------------------------


def standard(formula: Formula) -> Formula:
    """A formula in alpha and lambda, at the constants of the standard SELU."""
    formula = substitute(formula, alpha.name, term(SELU_ALPHA))
    return substitute(formula, scale.name, term(SELU_SCALE))


def for_close_constants(formula: Formula) -> Formula:
    """A formula for all alpha and lambda in the intervals around those constants."""
    bounds = [each for s, low, high in constants() for each in (at_most(low, s), at_most(s, high))]
    return for_all(alpha, scale, implies(*bounds, formula))


# --- What is said --------------------------------------------------------------------------------


def mean_and_variance(mean: Expr = omega * mu, square: Expr = tau * nu) -> tuple[Expr, Expr]:
    """E selu(Z) and Var selu(Z), by default of a layer."""
    unit = Selu(x, alpha, scale)
    first, second = (Expectation(unit**n, x, mean, sqrt(square)) for n in (1, 2))
    return first, second - first**2


def inside(domain: Domain) -> list[Formula]:
    """The ends of a domain."""
    return [
        *(at_most(-domain.mu, mu), at_most(mu, domain.mu)),
        *(at_most(-domain.omega, omega), at_most(omega, domain.omega)),
        *(at_most(domain.nu_min, nu), at_most(nu, domain.nu_max)),
        *(at_most(domain.tau_min, tau), at_most(tau, domain.tau_max)),
    ]


def everywhere(domain: Domain, formula: Formula) -> Formula:
    """A formula at all points of a domain."""
    return for_all(mu, omega, nu, tau, implies(*inside(domain), formula))


def somewhere(domain: Domain, formula: Formula) -> Formula:
    """A formula at one point of a domain."""
    for symbol in (tau, nu, omega, mu):
        formula = exists(symbol, both(*inside(domain), formula) if symbol == tau else formula)
    return formula


def image_within(mean: tuple[Expr, Expr], variance: tuple[Expr, Expr]) -> Formula:
    """The mean and the variance after the layer lie strictly between two numbers each."""
    pairs = zip(mean_and_variance(), (mean, variance), strict=True)
    ends = ((less(low, value), less(value, high)) for value, (low, high) in pairs)
    return both(*(each for pair in ends for each in pair))


def changed_square() -> Expr:
    """The square of the length of the change after the layer, to first order."""
    return sum(
        (Derivative(value, mu) * P + Derivative(value, nu) * Q) ** 2
        for value in mean_and_variance()
    )


def contracts(size: Expr) -> Formula:
    """The largest singular value of the Jacobian by (mu, nu) is less than a number."""
    shorter = less(changed_square(), size**2 * (P**2 + Q**2))
    return for_all(P, Q, implies(less(0, P**2 + Q**2), shorter))


def exceeds(size: Expr) -> Formula:
    """The largest singular value is more than a number."""
    return exists(P, exists(Q, less(size**2 * (P**2 + Q**2), changed_square())))


def variance_shrinks(domain: Domain, ratio: Expr = S.One) -> Formula:
    """The variance after the layer is less than a multiple of that before it."""
    return everywhere(domain, less(mean_and_variance()[1], ratio * nu))


def variance_grows(domain: Domain, ratio: Expr = S.One) -> Formula:
    """The variance after the layer is more than a multiple of that before it."""
    return everywhere(domain, less(ratio * nu, mean_and_variance()[1]))


# --- Boxes ---------------------------------------------------------------------------------------


def box_lemma(inequality: OnDomain) -> tuple[Formula, Tactic]:
    """An inequality on a box, with its proof."""
    fixed = {symbol: low for symbol, low, high in inequality.box if low == high}
    axes = [axis for axis in (*inequality.box, *constants()) if axis[1] < axis[2]]
    bounds = [each for s, low, high in axes for each in (at_most(low, s), at_most(s, high))]
    formula = for_all(
        *(symbol for symbol, _, _ in axes),
        implies(*bounds, less(0, inequality.expression.xreplace(fixed))),
    )
    return formula, intro(on_box(axes))


def boxed(inequalities: Iterable[OnDomain], then: Tactic) -> Tactic:
    """Add inequalities on boxes."""
    return lemmas((singular_values(), *map(box_lemma, inequalities)), then)


def bounds_of_products(domain: Domain) -> list[tuple[Formula, Tactic]]:
    """The mean and the variance of the input of the activation lie between the products of ends."""
    largest, found = domain.mu * domain.omega, []
    for sign in (1, -1):
        halves = [
            at_most(0, (domain.omega - sign * s * omega) * (domain.mu + s * mu)) for s in (1, -1)
        ]
        found += [(half, auto()) for half in halves]
        bound = at_most(sign * omega * mu, largest)
        found.append((bound, linear(*((S.Half, half) for half in halves))))
    least, most = domain.nu_min * domain.tau_min, domain.nu_max * domain.tau_max
    lower = linear((nu, at_most(domain.tau_min, tau)), (domain.tau_min, at_most(domain.nu_min, nu)))
    upper = linear((tau, at_most(nu, domain.nu_max)), (domain.nu_max, at_most(tau, domain.tau_max)))
    found.append((at_most(least, tau * nu), lower))
    found.append((at_most(tau * nu, most), upper))
    return found


def used_at(inequality: OnDomain, value: Expr, ends: Sequence[Tactic], then: Tactic) -> Tactic:
    """Use an inequality on a box at omega*mu and at a value of nu or tau, which has these ends."""
    formula, _ = box_lemma(inequality)
    steps = (omega * mu, value, auto(), alpha, assumption(), scale, assumption())
    known = assumption(), assumption(), *ends, *[assumption()] * 4
    return by_fact(formula, *steps, *known, then=then)


def mapped_proof(inequalities: Sequence[OnDomain]) -> Tactic:
    """The proof of the four inequalities of an image."""
    ends = assumption(), assumption()
    return parts(*(used_at(each, tau * nu, ends, linear_last(S.One)) for each in inequalities))


def linear_last(factor: Expr, *others: tuple[Expr, Formula]) -> Tactic:
    """The goal is a multiple of the last fact, and of others."""
    return tactic(lambda goal, context: linear((factor, len(context.facts) - 1), *others))


def by_size(
    domain: Domain,
    first: Any,
    second: Any,
    use: Callable[[Any, Expr, Sequence[Tactic], Expr], Tactic],
) -> Tactic:
    """Bring a point of a domain to the largest tau with the same tau*nu, or to the least nu."""
    largest, least = domain.tau_max, domain.nu_min
    to_variance, to_square = tau * nu / largest, tau * nu / least
    is_large = at_most(least, to_variance)
    fits = linear((1, at_most(nu, domain.nu_max)), (nu / largest, at_most(tau, largest)))
    starts = linear((tau / least, at_most(least, nu)), (1, at_most(domain.tau_min, tau)))
    stays = linear((largest / least, less(to_variance, least)))
    return by_cases(
        is_large,
        use(first, to_variance, (assumption(), fits), largest),
        use(second, to_square, (starts, stays), to_square),
    )


def shrinking_proof(domain: Domain, ratio: Expr, inequalities: Sequence[OnDomain]) -> Tactic:
    """The proof that the variance shrinks."""
    smaller = {
        0: (ratio * nu / domain.tau_max, at_most(tau, domain.tau_max)),
        1: (ratio, at_most(domain.nu_min, nu)),
    }

    def use(inequality: OnDomain, value: Expr, ends: Sequence[Tactic], _: Expr) -> Tactic:
        rest = smaller[inequalities.index(inequality)]
        return used_at(inequality, value, ends, linear_last(S.One, rest))

    first, second = inequalities
    return by_size(domain, first, second, use)


def growing_proof(
    domain: Domain, ratio: Expr, inequalities: Sequence[OnDomain], fits: Tactic | None = None
) -> Tactic:
    """The proof that the variance grows: the least tau with the same tau*nu, or the largest nu."""
    first, second = inequalities
    least, largest = domain.tau_min, domain.nu_max
    to_variance, to_square = tau * nu / least, tau * nu / largest
    starts = linear((nu / least, at_most(least, tau)), (1, at_most(domain.nu_min, nu)))
    stays = linear((least / largest, less(largest, to_variance)))
    fits = fits or linear((1, at_most(tau, domain.tau_max)), (tau / largest, at_most(nu, largest)))
    more_squares, less_variance = at_most(least, tau), at_most(nu, largest)
    return by_cases(
        at_most(to_variance, largest),
        used_at(
            first,
            to_variance,
            (starts, assumption()),
            linear_last(S.One, (ratio * nu / least, more_squares)),
        ),
        used_at(second, to_square, (stays, fits), linear_last(S.One, (ratio, less_variance))),
    )


# --- Singular values -----------------------------------------------------------------------------

FIRST = tuple(Symbol(name, real=True) for name in ("a1", "a2"))
SECOND = tuple(Symbol(name, real=True) for name in ("b1", "b2"))
"""The derivatives of the mean and of the variance by the mean; and by the variance."""

ROW, COLUMN = Symbol("o", real=True), Symbol("t", positive=True)
"""Omega and tau."""

WEIGHTS, SQUARES, SIZE = (Symbol(name, positive=True) for name in ("W", "T", "s"))
"""The largest abs(omega) and tau, and what the singular values are less than."""


def singular_values() -> tuple[Formula, Tactic]:
    """Trace and determinant at the largest omega and tau bound the singular values at all."""
    u, v, w = FIRST[0] ** 2 + FIRST[1] ** 2, SECOND[0] ** 2 + SECOND[1] ** 2, SIZE**2
    dot = FIRST[0] * SECOND[0] + FIRST[1] * SECOND[1]
    cross = FIRST[0] * SECOND[1] - FIRST[1] * SECOND[0]
    square, norm = P**2 + Q**2, WEIGHTS**2 * u + SQUARES**2 * v
    trace = less(0, 2 * w - norm)
    determinant = less(0, w**2 - w * norm + WEIGHTS**2 * SQUARES**2 * cross**2)
    image = sum((ROW * a * P + COLUMN * b * Q) ** 2 for a, b in zip(FIRST, SECOND, strict=True))
    smaller = at_most(ROW**2, WEIGHTS**2), at_most(COLUMN, SQUARES)
    turned = for_all(P, Q, implies(less(0, square), less(image, w * square)))
    formula = for_all(
        *(*FIRST, *SECOND, ROW, WEIGHTS, COLUMN, SQUARES, SIZE),
        implies(*smaller, trace, determinant, turned),
    )
    # The diagonal of s^2 - J^T J, at the largest values and here.
    ends = w - WEIGHTS**2 * u, w - SQUARES**2 * v
    here = w - ROW**2 * u, w - COLUMN**2 * v
    product = at_most(0, WEIGHTS**2 * SQUARES**2 * dot**2)

    def is_positive(one: Expr, other: Expr) -> Tactic:
        # If it is not, the other one is, and the determinant is not positive.
        opposite = at_most(one, 0)
        clash = linear((1, determinant), (1, product), (other, opposite))
        return ("contradict", have(less(0, other), linear((1, trace), (1, opposite)), clash))

    squares = at_most(COLUMN**2, SQUARES**2)
    mixed = ROW * COLUMN * dot
    rest_of_product = here[0] * here[1] - mixed**2
    whole = less(0, rest_of_product)
    total = here[0] + here[1]
    rest = (here[0] * P - mixed * Q) ** 2 + (here[1] * Q - mixed * P) ** 2
    steps = [
        (product, auto()),
        (less(0, ends[0]), is_positive(*ends)),
        (less(0, ends[1]), is_positive(*ends[::-1])),
        (squares, linear((COLUMN + SQUARES, smaller[1]))),
        (less(0, here[0]), linear((1, less(0, ends[0])), (u, smaller[0]))),
        (less(0, here[1]), linear((1, less(0, ends[1])), (v, squares))),
        (
            whole,
            linear(
                (1, determinant),
                (here[0] * v, squares),
                (ends[1] * u, smaller[0]),
                (dot**2 * SQUARES**2, smaller[0]),
                (dot**2 * ROW**2, squares),
            ),
        ),
        (less(0, total), linear((1, less(0, here[0])), (1, less(0, here[1])))),
    ]
    return formula, intro(
        lemmas(steps, linear((rest_of_product / total, less(0, square)), (rest / total, -1)))
    )


def entries() -> Iterator[tuple[Expr, Symbol, Expr, Expr]]:
    """The Jacobian: a moment, by what, the factor of the column, and the closed form without it."""
    moments, slopes = mean_and_variance(), iter(symbolic_jacobian())
    for moment in moments:
        for variable, factor in ((mu, omega), (nu, tau)):
            at_layer = {mu: omega * mu, sigma: sqrt(tau * nu)}
            yield moment, variable, factor, next(slopes).xreplace(at_layer)


def contraction_proof(domain: Domain, size: Expr, inequalities: Sequence[OnDomain]) -> Tactic:
    """The proof that the singular values are less than a number."""
    formula, _ = singular_values()
    closed_forms = [closed for *_, closed in entries()]
    first, second = closed_forms[::2], closed_forms[1::2]
    small = at_most(0, (domain.omega - omega) * (domain.omega + omega))

    def use(pair: Sequence[OnDomain], value: Expr, ends: Sequence[Tactic], squares: Expr) -> Tactic:
        values = (*first, *second, omega)
        sizes = (domain.omega, auto(), tau, auto(), squares, auto(), size, auto())
        bounds = linear((1, small)), fits_squares(domain, squares), known(2), known(1)
        turned = tactic(
            lambda goal, context: intro(
                by_fact(context.facts[-1], P, Q, assumption(), then=known(1))
            )
        )
        then = by_fact(formula, *values, *sizes, *bounds, then=turned)
        for each in reversed(pair):
            then = used_at(each, value, ends, then)
        return then

    pairs = inequalities[:2], inequalities[2:]
    then = have(small, auto(), by_size(domain, *pairs, use))
    for moment, variable, factor, closed in entries():
        then = replaced(Derivative(moment, variable), factor * closed, ALGEBRA, then)
    return then


def known(back: int) -> Tactic:
    """The goal is the last fact but some, in other words."""
    return tactic(lambda goal, context: linear((1, len(context.facts) - back)))


def fits_squares(domain: Domain, squares: Expr) -> Tactic:
    """Tau is at most its largest value, or tau*nu over the least nu."""
    if squares == domain.tau_max:
        return assumption()
    return linear((tau / domain.nu_min, at_most(domain.nu_min, nu)))


def replaced(value: Expr, other: Expr, proof: Tactic, then: Tactic) -> Tactic:
    """Replace a value in the goal by an equal one."""
    old, new = term(value), term(other)

    def find(goal: Formula, context: Context) -> Tactic:
        return ("replace", len(context.facts) - 1, "hole", with_hole(goal, old, "hole"), then)

    return have(("=", old, new), proof, tactic(find))


# --- Proofs --------------------------------------------------------------------------------------


def normalizes(
    domain: Domain,
    mean: tuple[Expr, Expr],
    variance: tuple[Expr, Expr],
    size: Expr,
    boxes: Sequence[OnDomain],
) -> tuple[Formula, Tactic]:
    """The image of a domain lies between these numbers, and the singular values are less."""
    formula = everywhere(domain, both(image_within(mean, variance), contracts(size)))
    proof = parts(mapped_proof(boxes[:4]), contraction_proof(domain, size, boxes[4:]))
    return proved(domain, formula, boxes, proof)


def self_normalizing(domain: Domain, boxes: Sequence[OnDomain]) -> tuple[Formula, Tactic]:
    """The domain is mapped into itself, and the layer contracts on it."""
    mean, variance = (-domain.mu, domain.mu), (domain.nu_min, domain.nu_max)
    return normalizes(domain, mean, variance, S.One, boxes)


def shrinking(
    domain: Domain, boxes: Sequence[OnDomain], ratio: Expr = S.One
) -> tuple[Formula, Tactic]:
    """The variance after the layer is less than a multiple of that before it."""
    formula = variance_shrinks(domain, ratio)
    return proved(domain, formula, boxes, shrinking_proof(domain, ratio, boxes))


def growing(
    domain: Domain, boxes: Sequence[OnDomain], ratio: Expr = S.One
) -> tuple[Formula, Tactic]:
    """The variance after the layer is more than a multiple of that before it."""
    formula = variance_grows(domain, ratio)
    return proved(domain, formula, boxes, growing_proof(domain, ratio, boxes))


def proved(
    domain: Domain, formula: Formula, boxes: Sequence[OnDomain], proof: Tactic
) -> tuple[Formula, Tactic]:
    """A formula on a domain at the standard constants, with its proof."""
    steps = at_the_standard(formula, boxes, lemmas(bounds_of_products(domain), proof))
    return standard(formula), steps


def stated(*pairs: tuple[Formula, Tactic]) -> Statement:
    """All of some formulas with their proofs."""
    if len(pairs) == 1:
        return Statement(*pairs[0])
    formulas, proofs = zip(*pairs, strict=True)
    return Statement(both(*formulas), parts(*proofs))


def at_place(place: Place, formula: Formula) -> Tactic:
    """Prove that something is so at a point, in the direction that is stretched most there."""
    values: dict[str, Expr] = dict(zip(("mu", "omega", "nu", "tau"), place, strict=True))
    if '["exists","p"' in canonical(formula):
        values |= dict(zip("pq", steepest(place), strict=True))

    def find(goal: Formula, context: Context) -> Tactic:
        if goal[0] == "exists":
            return ("witness", term(values[goal[1]]), tactic(find))
        if goal[0] == "and":
            return parts(*[tactic(find)] * (len(goal) - 1))
        if goal[0] == "or":
            ways = (("witness", n, tactic(find)) for n in range(len(goal) - 1))
            return first_of(*(partial(tuple, way) for way in ways))
        if free_variables(unfolded(goal)):
            return on_box(constants())
        return positive()

    return tactic(find)


def obtained(name: str, then: Tactic) -> Tactic:
    """Give what the last fact says to exist a name."""
    return tactic(lambda goal, context: ("obtain", len(context.facts) - 1, name, then))


def at_standard(formula: Formula, proof: Tactic) -> Statement:
    """A formula at the standard constants, proved for all that are close."""
    return Statement(standard(formula), at_the_standard(formula, (), proof))


def at_close_constants(place: Place, formula: Formula) -> Tactic:
    """The same of a formula in alpha and lambda, at the standard constants."""
    return at_the_standard(formula, (), at_place(place, formula))


def reached(domain: Domain, place: Place, formula: Formula) -> tuple[Formula, Tactic]:
    """A formula at the standard constants holds at a point of a domain."""
    there = somewhere(domain, formula)
    return standard(there), at_close_constants(place, there)


def missed(formula: Formula, *places: Place) -> Statement:
    """A formula at the standard constants that is false at one of some points."""
    negated = negation(formula)
    ways = (partial(at_close_constants, place, negated) for place in places)
    return refuted(standard(formula), first_of(*ways))


def steepest(place: Place) -> tuple[Rational, Rational]:
    """The direction of the largest singular value of the Jacobian, to 8 digits."""
    mean, weights, variance, squares = place
    values = {mu: mean * weights, sigma: sqrt(variance * squares)}
    numbers = [float(enclose(entry.xreplace(values), {})) for entry in jacobian()]
    a, b, c, d = (n * float(f) for n, f in zip(numbers, (weights, squares) * 2, strict=True))
    angle = atan2(2 * (a * b + c * d), a**2 + c**2 - b**2 - d**2) / 2
    first, second = (Rational(round(end * 10**8), 10**8) for end in (cos(angle), sin(angle)))
    return first, second


def known_parts() -> Tactic:
    """The goal is a fact, or of several."""

    def find(goal: Formula, context: Context) -> Tactic:
        if goal[0] == "and":
            return parts(*[known_parts()] * (len(goal) - 1))
        return assumption()

    return tactic(find)


def at_the_standard(formula: Formula, inequalities: Sequence[OnDomain], proof: Tactic) -> Tactic:
    """Prove a formula for all close constants, by boxes, and use it at the standard ones."""
    general = for_close_constants(formula)
    first, second = (SELU_ALPHA, SELU_SCALE)
    numbers = (first, positive(), second, positive(), *[positive()] * 4)
    used = by_fact(general, *numbers, then=known_parts())
    then = have(general, intro(proof), used)
    return boxed(inequalities, then) if inequalities else then
