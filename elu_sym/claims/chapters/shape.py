"""The shape of ELU: its inverse, how steep it is, when it is convex, where it lies."""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, exp, log, oo

from elu_sym.activations import Elu, Relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules import elementary, function_shape
from elu_sym.claims.rules.calculus import LimitAtInfinity, NonNegativeFromKink, PositiveFromKink
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE, Equality, Positive, Side
from elu_sym.claims.rules.function_shape import Convex, InverseFunction, LipschitzConstant
from elu_sym.claims.rules.laws import on_side
from elu_sym.symbols import alpha, excess, x, y

ELU = Elu(x, alpha)

LOW, HIGH = Elu(x, AT_MOST_ONE), Elu(x, ABOVE_ONE)
"""ELU for alpha <= 1 and for alpha > 1."""

STEEPER = Elu(x, alpha + excess)
"""ELU with a larger alpha."""

AT_ZERO = ((x, S.Zero),)

PERCENT = Rational(101, 100)
"""One per cent more."""

SHORTFALL = on_side(Relu(x) - ELU, Side.LEFT)
"""What ELU lacks to ReLU on the left."""

REPEATED = "said of ELU at alpha = 1 and repeated without the condition"


def positive_on_the_left(expression: Expr) -> PositiveFromKink:
    """The sign for x < 0 of what is written with activations."""
    return PositiveFromKink(on_side(expression, Side.LEFT), Side.LEFT)


def positive_at_a_distance(least: Expr, expression: Expr) -> Iterator[Assertion]:
    """For alpha = least/(1 - h) > least, h in (0, 1), an inequality at the distance h from 0.

    In the expression x stands for h; 1 - h times it is 1 - exp(-h) - h*(1 - h).
    """
    yield Equality((least / (1 - x)).subs(x, excess / (1 + excess)), least * (1 + excess))
    yield Positive(1 - excess / (1 + excess))
    gap = 1 - exp(-x) - x * (1 - x)
    yield Equality((1 - x) * expression, gap, Side.RIGHT)
    yield PositiveFromKink(gap, Side.RIGHT)


def above_identity_iff() -> Iterator[Assertion]:
    """For alpha <= 1 everywhere; for alpha > 1 not at x = -h, where alpha = 1/(1 - h)."""
    yield from elementary.both_conditions()
    yield Equality(LOW, x, Side.RIGHT)
    yield Equality(LOW, x, at=AT_ZERO)
    yield positive_on_the_left(LOW - x)
    yield from positive_at_a_distance(S.One, -x - Elu(-x, 1 / (1 - x)))


claim = partial(Claim, assumptions=(x, alpha))

CLAIMS = (
    claim(
        "shape.inverse",
        "ELU is injective; its inverse is y for y >= 0 and log(1 + y/alpha) for -alpha < y < 0.",
        # One solution on either side, for y in the range.
        [function_shape.Range(ELU, -alpha, oo), InverseFunction(ELU, log(1 + y / alpha), y)],
        "Clevert, Unterthiner, Hochreiter 2016, equation 15, solved",
        latex=r"f^{-1}(y) = \log(1 + y/\alpha) \;(y < 0)",
        neighbours={
            "The inverse below 0 is log(1 + y).": InverseFunction(ELU, log(1 + y), y),
            "The inverse above 0 is 1.01*y.": InverseFunction(ELU, log(1 + y / alpha), y * PERCENT),
        },
    ),
    claim(
        "shape.lipschitz",
        "The least Lipschitz constant of ELU is max(1, alpha).",
        # The slope 1 on the right rules for alpha <= 1, the slope alpha at 0- for alpha > 1.
        [
            *elementary.both_conditions(),
            LipschitzConstant(LOW, S.One),
            LipschitzConstant(HIGH, ABOVE_ONE),
        ],
        "the one-sided derivatives at 0",
        latex=r"\sup_{x \ne y} \left|\frac{f(x) - f(y)}{x - y}\right| = \max(1, \alpha)",
        neighbours={
            "For alpha <= 1 it is alpha.": LipschitzConstant(LOW, AT_MOST_ONE),
            "For alpha > 1 it is 1.01*alpha.": LipschitzConstant(HIGH, ABOVE_ONE * PERCENT),
        },
    ),
    claim(
        "shape.one_lipschitz",
        "ELU is 1-Lipschitz, and no less, for every alpha > 0.",
        # It is steeper left of 0 if alpha > 1.
        LipschitzConstant(ELU, S.One),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={"ELU is alpha-Lipschitz for every alpha > 0.": LipschitzConstant(ELU, alpha)},
    ),
    claim(
        "shape.convex_iff",
        "ELU is convex if and only if alpha <= 1.",
        # The derivative jumps by 1 - alpha at 0, and increases elsewhere.
        [*elementary.both_conditions(), Convex(LOW), function_shape.NeverConvex(HIGH)],
        "the jump 1 - alpha of the derivative at 0",
        latex=r"f \text{ convex} \iff \alpha \le 1",
        neighbours={
            "ELU is convex if and only if alpha <= 1.01.": Convex(Elu(x, PERCENT * AT_MOST_ONE)),
            "ELU is convex for no alpha.": function_shape.NeverConvex(ELU),
        },
    ),
    claim(
        "shape.convex",
        "ELU is convex for every alpha > 0.",
        # The jump is downwards if alpha > 1.
        Convex(ELU),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={"ELU is convex for every alpha > 1.": Convex(HIGH)},
    ),
    claim(
        "shape.distance_to_relu",
        "ReLU exceeds ELU for x < 0 alone, by less than alpha, and by no less in the"
        " limit: the distance in the supremum norm is alpha, and is not attained.",
        # Equal on the right and at 0; on the left between 0 and alpha, which it approaches.
        [
            Equality(ELU, Relu(x), at=AT_ZERO),
            Equality(ELU, Relu(x), Side.RIGHT),
            positive_on_the_left(SHORTFALL),
            positive_on_the_left(alpha - SHORTFALL),
            LimitAtInfinity(SHORTFALL, Side.LEFT, alpha),
        ],
        "the floor of ELU",
        latex=r"0 \le x_+ - f(x) < \alpha,\quad \sup_x (x_+ - f(x)) = \alpha",
        conclusion="what lies between 0 and alpha and tends to alpha has the supremum alpha",
        neighbours={
            "It is less than 0.99*alpha.": positive_on_the_left(alpha * (2 - PERCENT) - SHORTFALL),
            "It tends to 1.01*alpha.": LimitAtInfinity(SHORTFALL, Side.LEFT, alpha * PERCENT),
        },
    ),
    claim(
        "shape.above_identity_iff",
        "ELU lies nowhere below the identity if and only if alpha <= 1; for alpha > 1 it"
        " does at x = -h, h = 1 - 1/alpha, so that the chord from -h to h runs below f(0).",
        above_identity_iff,
        "the slope alpha left of 0; why ELU is not convex for alpha > 1",
        latex=r"f(x) \ge x \;\forall x \iff \alpha \le 1",
        conclusion="alpha = 1/(1 - h) for some h in (0, 1) if alpha > 1, and f(h) = h",
        neighbours={
            "ELU lies above the identity for x < 0 if alpha <= 1.01.": positive_on_the_left(
                Elu(x, PERCENT * AT_MOST_ONE) - x
            ),
            "ELU lies below the identity for x < 0 if alpha > 1.": positive_on_the_left(x - HIGH),
        },
    ),
    claim(
        "shape.above_identity",
        "ELU lies nowhere below the identity, for every alpha > 0.",
        # Left of 0 and close to it ELU lies below the identity if alpha > 1.
        NonNegativeFromKink(on_side(ELU - x, Side.LEFT), Side.LEFT),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={
            "ELU lies nowhere above the identity for x < 0.": NonNegativeFromKink(
                on_side(x - ELU, Side.LEFT), Side.LEFT
            )
        },
    ),
    claim(
        "shape.decreasing_in_alpha",
        "At every x < 0 ELU decreases strictly as alpha grows, and at x >= 0 not at all.",
        # For alpha < beta, with beta = alpha + t.
        [
            Equality(STEEPER, ELU, at=AT_ZERO),
            Equality(STEEPER, ELU, Side.RIGHT),
            positive_on_the_left(ELU - STEEPER),
        ],
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        latex=r"\alpha < \beta,\; x < 0 \implies f(x; \beta) < f(x; \alpha)",
        assumptions=(x, alpha, excess),
        neighbours={"At x < 0 ELU increases with alpha.": positive_on_the_left(STEEPER - ELU)},
    ),
)
