"""How far the domains of the self-normalizing theorems reach, and where they have no end.

With X ~ N(m, v), P and a the mean and variance of X_+, n and b those of N = (1 - e^X)_+,

    V = lambda^2 (a + 2*alpha*P*n + alpha^2*b),    0 < n < 1,   0 <= b <= 1/4 - (n - 1/2)^2,

since N^2 <= N. And a/v and P/sigma depend on t = m/sigma alone. So for large v

    lambda^2*a < V < lambda^2*(a + 2*alpha*P + alpha^2/4),

both of which are v times functions of t and 1/sigma that are bounded on a box; and for small v
V <= (lambda*max(1, alpha))^2*v for every law.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from sympy import Expr, Rational, S, Symbol

from elu_sym.activations import Elu, Relu
from elu_sym.book.formula import Formula as Moment, elu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, gain, put
from elu_sym.claims.chapters.self_normalization import domains, layer, moment_map, statements
from elu_sym.claims.chapters.self_normalization.any_fixed_point import put_square, put_variance
from elu_sym.claims.chapters.self_normalization.domains import OnDomain, fixed
from elu_sym.claims.chapters.self_normalization.moment_map import bound, input_variance, square_sum
from elu_sym.claims.chapters.self_normalization.statements import WIDENINGS, Widening, decimal
from elu_sym.claims.chapters.self_normalization.stored_boxes import covered
from elu_sym.claims.claim import Claim
from elu_sym.claims.kernel.language import Formula, less
from elu_sym.claims.rules.elementary import ABOVE_ONE, Equality, NonNegative
from elu_sym.claims.rules.enclosures import Between, PositiveOnBox
from elu_sym.claims.rules.gaussian_means import PositiveGaussianMean
from elu_sym.claims.rules.variance_bounds import VarianceBound, VarianceOf
from elu_sym.claims.statement import Statement
from elu_sym.claims.tactics import Tactic
from elu_sym.symbols import alpha, mu, scale, sigma, x

PARAMETERS = {
    "mu": "abs(mu) up to",
    "omega": "abs(omega) up to",
    "nu_min": "nu from",
    "nu_max": "nu up to",
    "tau_min": "tau from",
    "tau_max": "tau up to",
    "factor": "the domain enlarged about (0, 0, 1, 1) by the factor",
}

STILL = {
    "variance_above": "the variance still stays above the least one of the domain",
    "variance_below": "the variance still stays below the greatest one of the domain",
    "mean_below": "the mean still stays below 0.1",
    "determinant": "the largest singular value still stays below 1",
    "corner": "the variance still grows where nu and tau are least, mu and omega greatest",
    None: "the statement still holds",
}
"""What is false on a domain that is a unit too wide, by what fails."""


CLAIMED: dict[str, Callable[..., tuple[Formula, Tactic]]] = {
    "self_normalizing": layer.self_normalizing,
    "shrinking": layer.shrinking,
    "growing": layer.growing,
    "growing_wider": layer.growing,
}
"""What is claimed of a domain, with its proof by boxes, for each theorem."""


def too_wide(widening: Widening) -> Statement:
    """What fails on the domain a unit wider, at a corner of it."""
    domain = widening.widened(widening.outer)
    mean, variance = layer.mean_and_variance()
    least = (-domain.mu, domain.omega, domain.nu_min, domain.tau_min)
    greatest = (domain.mu, domain.omega, domain.nu_max, domain.tau_max)
    steep = (domain.mu, domain.omega, domain.nu_min, domain.tau_max)
    slow = (domain.mu, domain.omega, domain.nu_max, domain.tau_min)
    corner = (domain.mu, domain.omega, domain.nu_min, domain.tau_min)
    grows = less(input_variance, variance)
    failures = {
        "variance_above": (less(domain.nu_min, variance), least),
        "variance_below": (less(variance, domain.nu_max), greatest),
        "mean_below": (less(mean, domain.mu), greatest),
        "determinant": (layer.contracts(S.One), steep),
        "corner": (grows, corner),
    }
    if widening.fails is not None:
        formula, *places = failures[widening.fails]
    elif widening.theorem == "shrinking":
        formula, *places = less(variance, input_variance), steep
    else:
        formula, *places = grows, slow, (-domain.mu, *slow[1:])
    return layer.missed(layer.everywhere(domain, formula), *places)


def reaches(name: str, statement: str, *widenings: Widening) -> Claim:
    """The claim that a statement holds on widened domains, and on none a unit wider."""
    return Claim(
        f"self_normalization.{name}",
        statement,
        lambda: layer.stated(
            *(
                CLAIMED[w.theorem](w.widened(w.inner), list(covered("snn_widened", w.name)))
                for w in widenings
            )
        ),
        "branch and bound, where the paper stops at round numbers",
        neighbours={
            f"With {PARAMETERS[w.parameter]} {decimal(w.outer)} {STILL[w.fails]}.": partial(
                too_wide, w
            )
            for w in widenings
        },
    )


def one_at_a_time(theorem: str, statement: str) -> Claim:
    """How far each parameter can be moved alone."""
    reach = [f"{PARAMETERS[each.parameter]} {decimal(each.inner)}" for each in WIDENINGS[theorem]]
    return reaches(
        f"{theorem}_one_at_a_time",
        f"{statement} with one parameter changed at a time: {', '.join(reach)}.",
        *WIDENINGS[theorem],
    )


QUOTIENT = Symbol("t", real=True)
"""The mean of X in units of its standard deviation."""

INVERSE = Symbol("u", nonnegative=True)
"""1/sigma."""


def standardized(formula: Moment, quotient: Expr = QUOTIENT) -> Expr:
    """A moment of X_+ at N(t, 1)."""
    return formula.closed_form.xreplace({sigma: S.One}).xreplace({mu: quotient})


def split() -> Iterator[Assertion]:
    """What V exceeds and stays below, and the scaling of P and a."""
    call, lost, spread = gain(), put(), relu.variance.closed_form
    variance = elu.variance.closed_form
    yield Equality(variance - spread, 2 * alpha * call * lost + alpha**2 * put_variance())
    yield VarianceOf(LOSS, lost, put_square())
    yield PositiveGaussianMean(call.xreplace({mu: -mu}), Relu(-x))
    yield PositiveGaussianMean(lost, LOSS)
    yield Equality(
        spread + 2 * alpha * call + alpha**2 / 4 - variance,
        2 * alpha * call * (1 - lost) + alpha**2 * ((lost - S.Half) ** 2 + lost - put_square()),
    )
    yield PositiveGaussianMean(lost - put_square(), LOSS * (1 - LOSS))
    yield PositiveGaussianMean(1 - lost, 1 - LOSS)
    yield Equality(call, sigma * standardized(relu.mean, mu / sigma))
    yield Equality(spread, sigma**2 * standardized(relu.variance, mu / sigma))


def shrinks_for_any_more() -> Iterator[Assertion]:
    """Var selu(Z) < nu for nu >= 3, tau <= 5/4 and abs(m) <= 1/10, by the size of v."""
    square = Rational(5, 4)
    mean = statements.SHRINKING.whole()[0]
    # v <= 9/10: V <= (lambda*alpha)^2*v < 3 <= nu.
    yield VarianceBound(Elu(x, ABOVE_ONE), ABOVE_ONE)
    (_, alpha_value), (_, scale_value) = moment_map.standard_selu()
    yield Between(mu * alpha_value, S.One, S(2), ((mu, S.One),))
    slope = (alpha_value * scale_value) ** 2
    yield Between(mu * slope, S.Zero, S(3), ((mu, Rational(9, 10)),))
    # Up to v = 15/4, V < 3 <= nu; up to v = 20, V*5/4 < v, and v = nu*tau <= nu*5/4.
    middle = (input_variance, Rational(9, 10), 3 * square)
    yield OnDomain("variance_below", (mean, middle, fixed(square_sum, S.One), fixed(bound, S(3))))
    largest = (input_variance, statements.SHRINKING.nu_min, statements.SHRINKING.nu_max)
    yield OnDomain("shrinks", (mean, largest, fixed(square_sum, square), fixed(bound, S.One)))
    # From v = 20 on, by the bounds of this module: 1/sigma <= 0.2237, abs(t) <= 0.0224.
    yield from split()
    most = scale**2 * (
        standardized(relu.variance)
        + 2 * alpha * standardized(relu.mean) * INVERSE
        + alpha**2 * INVERSE**2 / 4
    )
    widest = Rational("0.0224")
    box = ((QUOTIENT, -widest, widest), (INVERSE, S.Zero, Rational("0.2237")))
    yield PositiveOnBox(1 / square - most, box, None, moment_map.standard_selu())


def grows_for_any_larger_squares() -> Iterator[Assertion]:
    """Var selu(Z) > nu for every tau from the least one on, abs(m) <= 1/100.

    By boxes up to a tau with which v = nu_max*tau is 4/5, and by bounds from there on.
    """
    first, second = statements.GROWING, statements.GROWING_WIDER
    for domain, largest in ((first, S(5)), (second, Rational(10, 3))):
        yield from domains.variance_grows(replace(domain, tau_max=largest))
        yield from split()
        least = scale**2 * Rational(4, 5) * standardized(relu.variance)
        box = ((QUOTIENT, Rational("-0.0112"), Rational("0.0112")),)
        yield PositiveOnBox(least - domain.nu_max, box, None, moment_map.standard_selu())
        yield NonNegative(largest * domain.nu_max - Rational(4, 5))


CLAIMS = (
    one_at_a_time("self_normalizing", "Theorem 1 holds"),
    reaches(
        "self_normalizing_jointly",
        "Theorem 1 holds on its domain enlarged about (0, 0, 1, 1) by the factor 1.744: abs(mu)"
        " and abs(omega) up to 0.1744, nu from 0.6512 to 1.872, tau from 0.9128 to 1.1744.",
        statements.JOINTLY,
    ),
    one_at_a_time("shrinking", "The variance shrinks on the domain of theorem 2"),
    one_at_a_time("growing", "The variance grows on the first domain of theorem 3"),
    one_at_a_time("growing_wider", "The variance grows on the second domain of theorem 3"),
    Claim(
        "self_normalization.variance_shrinks_without_end",
        "For mu in [-1, 1], omega in [-0.1, 0.1] the variance shrinks for every nu >= 3 and every"
        " tau in (0, 1.25].",
        shrinks_for_any_more,
        "bounds for large and for small variances, boxes between",
        r"\tilde\nu < \nu \quad (\nu \ge 3,\; 0 < \tau \le 1.25)",
        conclusion="omega*mu and tau*nu run through the boxes, and the bounds hold beyond them",
        neighbours={
            "It shrinks for every tau up to 1.32.": lambda: domains.variance_shrinks(
                replace(statements.SHRINKING, tau_max=Rational("1.32"))
            )
        },
    ),
    Claim(
        "self_normalization.variance_grows_without_end",
        "For mu, omega in [-0.1, 0.1] the variance grows for nu in [0.02, 0.16] and every tau >="
        " 0.8, and for nu in [0.02, 0.24] and every tau >= 0.9.",
        grows_for_any_larger_squares,
        "Var selu(Z) >= lambda^2*Var Z_+ for large variances, boxes below",
        r"\tilde\nu > \nu \quad (\tau \ge 0.8 \text{ or } 0.9)",
        conclusion="omega*mu and tau*nu run through the boxes, and the bounds hold beyond them",
        neighbours={
            "For nu in [0.02, 0.24] it does so for every tau >= 0.7.": lambda: (
                domains.variance_grows(replace(statements.GROWING_WIDER, tau_min=Rational("0.7")))
            )
        },
    ),
)
