"""ELU at alpha = 1 without a scale: the variance dies out, like 2*pi/n^2 after n layers.

With normalized, centred weights the variance map is F(q) = Var f(sqrt(q) Z). Near 0 the function is
x + x^2/2 for x < 0, so that F(q) = q - sqrt(2/pi) q^(3/2) + O(q^2), and y = q^(-1/2) grows by
1/sqrt(2*pi) a layer. The map of the second moment has the same first two terms, and the same law.
"""

from sympy import Expr, Piecewise, Rational, S, Symbol, exp, pi, sqrt

from elu_sym.activations import Elu
from elu_sym.book.formula import variance
from elu_sym.claims.analysis import continuity, mean_value, signed_mean
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    Defined,
    Expectation,
    at_most,
    both,
    equal,
    for_all,
    less,
    limit,
    term,
)
from elu_sym.claims.kernel.language import Formula, Term, define, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    parts,
)
from elu_sym.symbols import alpha, mu, sigma, x, z

y = Symbol("y", positive=True)

ELU = Elu(x, S.One)

RATE = sqrt(2 / pi)
"""The coefficient of q^(3/2) in q - F(q)."""

q = Symbol("q", positive=True)
"""A variance."""


def moments(deviation: Expr) -> tuple[Expr, Expr]:
    """The second moment and the variance after a layer, at mean 0 and a deviation before it."""
    first, second = (Expectation(ELU**n, x, 0, deviation) for n in (1, 2))
    return second, second - first**2


def variance_map(square: Expr) -> Expr:
    """F in closed form, which is defined at 0, too."""
    closed = variance.closed_form.xreplace({mu: S.Zero, alpha: S.One, sigma: sqrt(q)})
    define("elu_variance_map", ("q",), term(closed))
    return Defined(Symbol("elu_variance_map"), square)


def decays() -> Formula:
    """F is the variance after a layer, loses something everywhere, and how much near 0."""
    after = variance_map(q)
    is_map = both(equal(after, moments(sqrt(q))[1]), less(after, q))
    orbit = ("orbit", "y", term(variance_map(y)), "q", 0)
    lost = limit((sigma**2 - variance_map(sigma**2)) / sigma**3, sigma, 0, RATE, "+")
    return both(for_all(q, both(*is_map[1:], orbit)), lost)


# --- The proof -----------------------------------------------------------------------------------

FALL = 1 - exp(x)
"""By how much exp has fallen at x < 0, where it is -f."""

SECOND, THIRD = -x - x**2 / 2, -x - x**2 / 2 - x**3 / 6
"""Its Taylor polynomials."""

TWICE = 2 * SECOND

LOW, HIGH = -(x**3) - Rational(7, 12) * x**4 - x**6 / 36, -(x**3)
"""Bounds of x^2 - f(x)^2 at x < 0."""


def fallen() -> list[tuple[Formula, Tactic]]:
    """Bounds of 1 - exp(x) at x < 0 by its Taylor polynomials."""
    bounds = FALL, -x - FALL, FALL - SECOND, THIRD - FALL
    found: list[tuple[Formula, Tactic]] = []
    for bound in bounds:
        formula = for_all(x, implies(less(x, 0), less(0, bound)))
        before = found[-1][0] if found else None
        slope = linear((exp(z), -1))
        if before is not None:
            slope = by_fact(before, z, linear(), then=auto())
        found.append((formula, intro(mean_value(z, -bound.xreplace({x: z}), x, 0, intro(slope)))))
    return found


def at_x(then: Tactic) -> Tactic:
    """Use the bounds at x < 0."""
    for formula, _ in fallen():
        then = by_fact(formula, x, assumption(), then=then)
    return then


def left(value: Expr) -> Expr:
    """A value where x < 0, else 0."""
    return Piecewise((0, x >= 0), (value, True))


def expected(value: Expr) -> Expr:
    """The mean of a value under N(0, sigma^2)."""
    return Expectation(value, x, 0, sigma)


def bounds() -> list[tuple[Formula, Tactic]]:
    """What holds for every sigma, by inequalities that hold at every x."""
    first, (_, least, above, most) = less(0, FALL), (formula[2][2] for formula, _ in fallen())
    lost = x**2 - ELU**2
    sums = less(0, FALL - x), less(0, THIRD + FALL)
    both_sums = [
        (sums[0], linear((1, least), (2, first))),
        (sums[1], linear((1, most), (2, first))),
    ]
    short = linear((TWICE, above), ((FALL - SECOND) ** 2 + x**4 / 4, -1))
    far = linear((-x, less(TWICE, 0)), (FALL**2 + x**2, -1))
    shown = {
        lost: linear((FALL - x, least)),
        left(HIGH) - lost: by_cases(at_most(0, TWICE), short, far),
        lost - left(LOW): linear((THIRD + FALL, most), (-(x**5) / 6, -1)),
        ELU - x: linear((1, least)),
        left(x**2 / 2) - (ELU - x): linear((1, above)),
    }
    found = []
    for value, proof in shown.items():
        at_left = at_x(lemmas(both_sums, proof))
        everywhere = intro(by_cases(less(x, 0), at_left, auto()))
        if value == lost:
            inside = intro(have(less(x, 0), linear(), at_left))
            found.append((less(0, expected(value)), signed_mean(everywhere, -2, -1, inside)))
        else:
            positive = signed_mean(everywhere)
            found.append((at_most(0, expected(value)), positive))
    mean = expected(ELU)
    spread = expected((ELU - mean) ** 2)
    found.append((at_most(0, spread), signed_mean(intro(auto()))))
    return found


def steps() -> Tactic:
    """The losses, then the orbits and the limit."""
    loss, high, low, keeps, at_most_quarter, spread = (formula for formula, _ in bounds())
    mean, after = expected(ELU), variance_map(sigma**2)
    map_loses = for_all(sigma, both(at_most(0, after), less(after, sigma**2)))
    at_root = (sqrt(q), auto())
    loses = intro(
        lemmas(
            bounds(),
            parts(linear((1, spread)), linear((1, loss), (mean**2, -1))),
        )
    )
    of_y = by_fact(map_loses, sqrt(y), auto(), then=linear())
    orbit = ("orbit-monotone", intro(of_y), intro(of_y))
    of_q = by_fact(map_loses, *at_root, then=parts(ALGEBRA, linear(), orbit))
    quarter = at_most(0, sigma**2 / 4 + mean)
    inside = intro(
        lemmas(
            [*bounds(), (quarter, linear((1, keeps), (sigma**2 / 4, -1)))],
            parts(
                linear((1 / sigma**3, low), (mean**2 / sigma**3, -1)),
                linear((1 / sigma**3, high), ((sigma**2 / 4 + mean) / sigma**3, at_most_quarter)),
            ),
        )
    )
    lower = RATE - Rational(7, 8) * sigma - Rational(5, 24) * sigma**3
    squeezed = ("squeeze", term(lower), term(RATE + sigma / 16), continuity(), continuity(), inside)
    return lemmas([*fallen(), (map_loses, loses)], parts(intro(of_q), squeezed))


def after() -> Term:
    """The variance after 1,000 layers, from 1."""
    return ("iterate", 1000, q.name, term(variance_map(q)), 1)


BOUNDS = Rational("6.335e-6"), Rational("6.336e-6")


def after_1000_layers(low: Rational, high: Rational) -> Formula:
    """Between which bounds it lies."""
    return both(less(low, after()), less(after(), high))


def iterated(then: Tactic) -> Tactic:
    """By enclosures of all variances on the way."""
    return ("iterated", after(), *map(term, BOUNDS), 192, then)


CLAIMS = (
    Claim(
        "self_normalization.elu_variance_decays",
        "Unscaled ELU at alpha = 1 keeps no variance: with centred weights, sum of squares 1, the"
        " variance q_n after n layers tends to 0 from every start; near 0 a layer takes away"
        " sqrt(2/pi)*q^(3/2), to first order.",
        lambda: Statement(decays(), steps()),
        "the expansion of f at 0; de Bruijn, Asymptotic methods in analysis, chapter 8: n^2*q_n"
        " tends to 2*pi",
        neighbours={
            "It keeps every variance.": lambda: refuted(for_all(q, equal(moments(sqrt(q))[1], q))),
            "It keeps every second moment.": lambda: refuted(
                for_all(q, equal(moments(sqrt(q))[0], q))
            ),
            "A layer loses more than 1.01*sqrt(2/pi)*q^(3/2), whatever the variance.": lambda: (
                refuted(
                    for_all(
                        q,
                        less(RATE * sqrt(q) ** 3 * Rational(101, 100), q - moments(sqrt(q))[1]),
                    )
                )
            ),
            "A layer loses at least half of the variance.": lambda: refuted(
                for_all(q, at_most(q / 2, q - moments(sqrt(q))[1])),
                counterexample(q=Rational(1, 100)),
            ),
        },
    ),
    Claim(
        "self_normalization.elu_variance_after_1000_layers",
        "From variance 1 it is between 6.335e-6 and 6.336e-6 after 1,000 layers, where 2*pi/n^2 is"
        " 6.283e-6.",
        lambda: Statement(after_1000_layers(*BOUNDS), iterated(auto())),
        "the law above, whose next term is a factor 1 + 2.1*log(n)/n",
        neighbours={
            "It is within half a per cent of a value 1 % larger.": lambda: refuted(
                after_1000_layers(Rational("6.37e-6"), Rational("6.434e-6")),
                iterated(counterexample()),
            )
        },
    ),
)
