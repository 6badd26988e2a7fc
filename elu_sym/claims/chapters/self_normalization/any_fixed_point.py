"""SELU for any fixed point: one alpha and one scale; and whether the standard one attracts.

With X ~ N(mu, sigma^2) and ELU as f(X) = X_+ - alpha*N, N = (1 - e^X)_+, write P, a for the mean
and the variance of X_+, n, b for those of N. Then E f = P - alpha*n and
Var f = a + 2*alpha*P*n + alpha^2*b. A scale that keeps mean and variance is sigma/std f, and it
exists where E f/std f = mu/sigma.

The Jacobian by the mean and the variance of the layer's input is A diag(omega, tau) at N(0, 1); see
:mod:`elu_sym.claims.chapters.self_normalization.moment_map`.
"""

from sympy import Derivative, Expr, Rational, S, cancel, exp

from elu_sym.activations import Elu, Relu
from elu_sym.claims.analysis import signed_mean
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.chapters.self_normalization import one_pair, selu_layer as layer
from elu_sym.claims.chapters.self_normalization.domains import constants
from elu_sym.claims.chapters.self_normalization.moment_map import input_variance
from elu_sym.claims.chapters.self_normalization.one_pair import LOST
from elu_sym.claims.chapters.self_normalization.selu_layer import P, Q, omega
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    Expectation,
    at_most,
    both,
    either,
    equal,
    exists,
    for_all,
    iff,
    less,
    term,
)
from elu_sym.claims.kernel.language import Formula, implies, negation, substitute
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_cases,
    counterexample,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    number_of,
    parts,
    tactic,
    witness,
)
from elu_sym.symbols import alpha, mu, scale, sigma, x, y, z


def relu_does_not() -> Tactic:
    """At mean 0 the mean of X_+ is positive, whatever the scale."""
    larger = ("witness", 1, ("witness", 0, ("witness", 1, auto())))
    split = by_cases(less(0, scale), larger, ("witness", 0, auto()))
    return witness(0, witness(1, parts(auto(), intro(split))))


def two_moments(value: Expr) -> tuple[Expr, Expr]:
    """The mean and the variance of a function of X."""
    first, second = (Expectation(value**n, x, mu, sigma) for n in (1, 2))
    return first, second - first**2


def quadratic(rest: Expr = S.One) -> Formula:
    """The equation for alpha, and a quarter of its discriminant, with a share of its last term."""
    (p, a), (n, b), (mean, variance) = map(two_moments, (Relu(x), LOST, Elu(x, alpha)))
    t = mu / sigma
    beta, gamma = b / n**2, a / p**2
    leading, half, last = n**2 - t**2 * b, p * n * (1 + t**2), p**2 - t**2 * a
    equation = leading * alpha**2 - 2 * half * alpha + last
    solves = iff(equal(mean**2, t**2 * variance), equal(equation, 0))
    factor = 2 + t**2 + beta + gamma - rest * t**2 * beta * gamma
    discriminant = equal(half**2 - leading * last, t**2 * factor * p**2 * n**2)
    return for_all(mu, sigma, alpha, both(solves, discriminant))


def positive_parts(then: Tactic) -> Tactic:
    """Add that X_+ and N have positive means."""
    (p, _), (n, _) = map(two_moments, (Relu(x), LOST))
    one_sign = intro(by_cases(less(x, 0), auto(), auto()))
    falls = linear((exp(x) * (exp(-x) - 1), -1))
    nonnegative = by_cases(less(x, 0), falls, auto())
    inside = intro(have(less(x, 0), linear(), falls))
    return lemmas(
        [
            (
                less(0, p),
                signed_mean(one_sign, 1, 2, intro(have(less(0, x), linear(), auto()))),
            ),
            (less(0, n), signed_mean(intro(nonnegative), -2, -1, inside)),
        ],
        then,
    )


def solved() -> Tactic:
    """Both are identities of the moments."""
    same = tactic(lambda goal, context: linear((1, len(context.facts) - 1)))
    return intro(positive_parts(parts(parts(("assume", same), ("assume", same)), ALGEBRA)))


def jacobian(weights: Expr) -> tuple[Expr, ...]:
    """The Jacobian by the mean and the variance of the inputs, where tau = 1, by rows."""
    moments = layer.mean_and_variance(weights * mu, input_variance)
    return tuple(Derivative(each, by) for each in moments for by in (mu, input_variance))


def fixed_point(formula: Formula) -> Formula:
    """A formula at the mean 0 and the variance 1 of the inputs."""
    for symbol, value in ((mu, 0), (input_variance, 1)):
        formula = substitute(formula, symbol.name, value)
    return formula


def characteristic(value: Expr, weights: Expr) -> Expr:
    """The characteristic polynomial of the Jacobian."""
    a, b, c, d = jacobian(weights)
    return (value - a) * (value - d) - b * c


def eigenvalue_between(low: str, high: str, weights: Expr) -> Formula:
    """There is an eigenvalue between two numbers."""
    ends = less(Rational(low), z), less(z, Rational(high))
    return fixed_point(exists(z, both(*ends, equal(characteristic(z, weights), 0))))


def found_between(low: str, high: str, weights: Expr) -> tuple[Formula, Tactic]:
    """The polynomial changes its sign between the two numbers."""
    formula = eigenvalue_between(low, high, weights)
    (_, _, (_, _, _, (_, polynomial, _))) = formula
    ends = term(Rational(low)), term(Rational(high))
    signs = on_box(constants()), on_box(constants())
    return formula, ("root", polynomial, *ends, 0, "rising", *signs)


def eigenvalues_below(end: Expr, weights: Expr) -> Formula:
    """Every real eigenvalue is less than a number."""
    is_one = equal(characteristic(z, weights), 0)
    return fixed_point(for_all(z, implies(is_one, less(z, end))))


def not_below(end: Expr, weights: Expr, low: str, high: str) -> Statement:
    """An eigenvalue between two numbers lies above the end."""
    formula, there = found_between(low, high, weights)
    found = layer.obtained("z", witness(z, parts(assumption(), linear())))
    false = eigenvalues_below(end, weights)
    proof = layer.at_the_standard(negation(false), (), have(formula, there, found))
    return refuted(layer.standard(false), proof)


def attracts_normalized(low: str = "0.7826", high: str = "0.7827") -> Formula:
    """With omega = 0 the eigenvalues and the largest singular value."""
    a, b, c, d = jacobian(S.Zero)
    between = less(Rational(low), y), less(y, Rational(high))
    roots = iff(equal(characteristic(z, S.Zero), 0), either(equal(z, 0), equal(z, y)))
    square = (a * P + b * Q) ** 2 + (c * P + d * Q) ** 2
    length = P**2 + Q**2
    longest = less(square, Rational("0.7877") ** 2 * length)
    singular = for_all(P, Q, implies(less(0, length), longest))
    reached = exists(P, exists(Q, less(Rational("0.7876") ** 2 * length, square)))
    return fixed_point(both(exists(y, both(*between, for_all(z, roots))), singular, reached))


def normalized_attracts() -> Statement:
    """With omega = 0 the first column vanishes."""
    formula = attracts_normalized()
    _, b, _, d = jacobian(S.Zero)
    corner = substitute(substitute(term(d), "mu", 0), "nu", 1)
    longest = fixed_point(less(b**2 + d**2, Rational("0.7877") ** 2))
    _, used, most = longest
    zero_or_corner = by_sign_of_z()
    eigenvalues = (
        "witness",
        corner,
        parts(on_box(constants()), on_box(constants()), zero_or_corner),
    )
    shorter = tactic(
        lambda goal, context: (
            "combine",
            (
                (("+", most, ("*", -1, used)), number_of(context, less(0, P**2 + Q**2))),
                (("*", used, ("^", "p", 2)), -1),
            ),
        )
    )
    singular = have(longest, on_box(constants()), intro(shorter))
    direction = [term(each) for each in layer.steepest((S.Zero, S.Zero, S.One, S.One))]
    reached = ("witness", direction[0], ("witness", direction[1], on_box(constants())))
    steps = layer.at_the_standard(formula, (), parts(eigenvalues, singular, reached))
    return Statement(layer.standard(formula), steps)


def corner_is(low: str, high: str) -> Statement:
    """The eigenvalue that is not 0, the derivative of the variance by itself, is larger."""
    *_, corner = jacobian(S.Zero)
    false = fixed_point(both(less(Rational(low), corner), less(corner, Rational(high))))
    seen = layer.at_the_standard(negation(false), (), ("witness", 0, on_box(constants())))
    return refuted(layer.standard(false), seen)


def by_sign_of_z() -> Tactic:
    """A product of z and another factor is 0 if and only if one of them is."""
    last_is = tactic(lambda goal, context: linear((1 / z, len(context.facts) - 3)))
    nonzero = last_either(*[("witness", 1, last_is)] * 2)
    forth = ("assume", by_cases(equal(z, 0), ("witness", 0, assumption()), nonzero))
    back = ("assume", last_either(*[tactic(_multiple)] * 2))
    return intro(parts(forth, back))


def _multiple(goal: Formula, context: Context) -> Tactic:
    """The goal is the last fact, an equation, times the other factor."""
    _, difference = context.difference(len(context.facts) - 1)
    left, right = map(context.value, goal[1:])
    quotient = cancel((right - left) / difference)
    return ("combine", ((term(quotient), len(context.facts) - 1),))


def attracts_below(size: str) -> Formula:
    """Jury's conditions up to a size of omega: both eigenvalues are less than 1 in size."""
    a, b, c, d = jacobian(omega)
    trace, determinant = a + d, a * d - b * c
    ends = at_most(-Rational(size), omega), at_most(omega, Rational(size))
    conditions = (
        *(less(-1 - determinant, trace), less(trace, 1 + determinant)),
        *(less(-1, determinant), less(determinant, 1)),
    )
    return fixed_point(for_all(omega, implies(*ends, both(*conditions))))


def weight_sum() -> Statement:
    """They hold up to 0.9016, and not at 0.9017, where an eigenvalue lies above 1."""
    end = Rational("0.9016")
    below = attracts_below("0.9016")
    seen = on_box(((omega, -end, end), *constants()))
    beyond = found_between("1", "2", Rational("0.9017"))
    return layer.stated(
        (layer.standard(below), layer.at_the_standard(below, (), parts(*[seen] * 4))),
        (layer.standard(beyond[0]), layer.at_the_standard(beyond[0], (), beyond[1])),
    )


CLAIMS = (
    Claim(
        "self_normalization.parameters_unique",
        "E f(X)/std f(X) decreases strictly with alpha, for every normal law of X, and for every"
        " mean and every variance > 0 there is exactly one pair alpha, scale > 0 for which"
        " scale*f(X) has the mean and the variance of X ~ N(mean, variance).",
        lambda: Statement(one_pair.one_pair(), one_pair.proof()),
        "Klambauer et al. 2017, equation 14, for (0, 1); derived for the others",
        neighbours={
            "E f(X)/std f(X) increases.": lambda: refuted(
                one_pair.falls_with_alpha(lambda larger, smaller: less(smaller, larger)),
                counterexample(mu=0, sigma=1, alpha=1, beta=2),
            ),
            "Its derivative is that sum with a coefficient 1 % larger.": lambda: refuted(
                one_pair.slope_is(Rational(101, 100)), counterexample(mu=0, sigma=1, alpha=1)
            ),
            "ReLU does it as well, with a scale alone.": lambda: refuted(
                for_all(mu, sigma, exists(scale, one_pair.keeps(*two_moments(Relu(x))))),
                relu_does_not(),
            ),
            "A left piece 1 - e^r, convex on the left, would do.": lambda: refuted(
                one_pair.varies_at_most(exp(-x) - 1), counterexample(mu=0, sigma=1)
            ),
            "X_+ varies at most 99 % as much as X.": lambda: refuted(
                for_all(
                    mu, sigma, at_most(two_moments(Relu(x))[1], Rational(99, 100) ** 2 * sigma**2)
                ),
                counterexample(mu=10, sigma=1),
            ),
        },
    ),
    Claim(
        "self_normalization.parameters_quadratic",
        "With t = mean/sigma that alpha solves a quadratic equation in E X_+, E N and the two"
        " variances, whose discriminant is 4*t^2*D, D = 2 + t^2 + beta + gamma - t^2*beta*gamma,"
        " beta and gamma the squared coefficients of variation of N and X_+.",
        lambda: Statement(quadratic(), solved()),
        "E f = t std f, squared",
        neighbours={
            "D without its last term.": lambda: refuted(
                quadratic(S.Zero), counterexample(mu=1, sigma=1, alpha=1)
            )
        },
    ),
    Claim(
        "self_normalization.attracts_normalized_weights",
        "With omega = 0 and tau = 1 the fixed point (0, 1) of the standard SELU attracts: the"
        " eigenvalues of the Jacobian by the layer's input are 0 and 0.7826, its largest singular"
        " value is 0.7876.",
        normalized_attracts,
        "Klambauer et al. 2017, section 2, who give 0.7877 for the singular value",
        neighbours={"The eigenvalue is 1 % larger.": lambda: corner_is("0.7904", "0.7906")},
    ),
    Claim(
        "self_normalization.repels_unit_weights",
        "With omega = tau = 1 the Jacobian at (0, 1) has an eigenvalue between 1.0767 and 1.0768,"
        " so the fixed point does not attract.",
        lambda: layer.at_standard(*found_between("1.0767", "1.0768", S.One)),
        "the sign of the characteristic polynomial",
        neighbours={
            "The fixed point attracts.": lambda: not_below(S.One, S.One, "1.07", "1.08"),
            "It does so with omega = 19/20.": lambda: not_below(
                S.One, Rational(19, 20), "1.01", "2"
            ),
            "The eigenvalue lies below 1.066, 1 % less.": lambda: not_below(
                Rational("1.066"), S.One, "1.07", "1.08"
            ),
        },
    ),
    Claim(
        "self_normalization.attracts_weight_sum",
        "With tau = 1 the fixed point (0, 1) attracts for abs(omega) <= 0.9016, by Jury's"
        " conditions for the trace and the determinant of the Jacobian, and not for omega ="
        " 0.9017, where it has an eigenvalue above 1.",
        weight_sum,
        "Jury's conditions for the roots of a quadratic to lie in the unit disc",
        neighbours={
            "It attracts for omega = 0.9107, 1 % more.": lambda: not_below(
                S.One, Rational("0.9107"), "1", "2"
            )
        },
    ),
)
