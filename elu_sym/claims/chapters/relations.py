"""Exact relations between ELU, its relatives and its own derivative."""

from collections.abc import Iterator

from sympy import Rational, S

from elu_sym.activations import Celu, Elu, EluDerivative, Selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.calculus import DerivativeOf, LimitAtKink, PositiveFromKink
from elu_sym.claims.rules.elementary import Equality, NonNegative, Side, UniqueSolution
from elu_sym.claims.rules.function_shape import CoincideOnlyAt
from elu_sym.claims.rules.kink import OneSidedDerivative
from elu_sym.claims.rules.laws import on_side
from elu_sym.symbols import alpha, height, rate, scale, x

ELU, CELU, SELU = Elu(x, alpha), Celu(x, alpha), Selu(x, alpha, scale)

UNIT, UNIT_DERIVATIVE = Elu(x, S.One), EluDerivative(x, S.One)
"""ELU at alpha = 1."""

RESCALED = scale * Celu(rate * x, height)
"""A CELU with any factor, any rate and a floor of its own."""


def only_alpha_1_is_a_rescaled_celu() -> Iterator[Assertion]:
    """The right piece fixes the rate, and then the slope left of 0 is 1."""
    right, left = on_side(RESCALED, Side.RIGHT), on_side(RESCALED, Side.LEFT)
    yield Equality(right, scale * rate * x, Side.RIGHT)
    yield UniqueSolution((scale * rate - 1,), (rate,), (1 / scale,))
    slope = left.diff(x)
    yield DerivativeOf(left, slope)
    yield LimitAtKink(slope, Side.LEFT, scale * rate)
    forced = (scale * rate).xreplace({rate: 1 / scale})
    yield OneSidedDerivative(ELU, Side.LEFT, alpha)
    yield UniqueSolution((alpha - forced,), (alpha,), (S.One,))
    yield CoincideOnlyAt(ELU, CELU, alpha, S.One)


CLAIMS = (
    Claim(
        id="relations.celu",
        statement="CELU is a rescaled ELU of alpha = 1: CELU_alpha(x) = alpha*ELU_1(x/alpha).",
        latex=r"\operatorname{CELU}_\alpha(x) = \alpha \operatorname{ELU}_1(x/\alpha)",
        assumptions=(x, alpha),
        proof=lambda: [Equality(CELU, alpha * Elu(x / alpha, S.One), side) for side in Side],
        source="Barron 2017",
        neighbours={
            "CELU_alpha(x) = alpha*ELU_1(x).": lambda: Equality(CELU, alpha * UNIT, Side.LEFT),
            "CELU_alpha(x) = alpha*ELU_alpha(x/alpha).": lambda: Equality(
                CELU, alpha * Elu(x / alpha, alpha), Side.LEFT
            ),
        },
    ),
    Claim(
        id="relations.selu",
        statement="SELU is lambda times ELU.",
        latex=r"\operatorname{SELU}(x) = \lambda \operatorname{ELU}_\alpha(x)",
        assumptions=(x, alpha, scale),
        proof=lambda: [Equality(SELU, scale * ELU, side) for side in Side],
        source="Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 2",
        neighbours={
            "SELU(x) = ELU_alpha(lambda*x).": lambda: Equality(
                SELU, Elu(scale * x, alpha), Side.LEFT
            )
        },
    ),
    Claim(
        id="relations.only_alpha_1_is_a_rescaled_celu",
        statement="ELU is a CELU with another factor, rate and floor, lambda*CELU_h(k*x), only at"
        " alpha = 1: every such function has the slope 1 on both sides of 0 once it is the identity"
        " on the right.",
        latex=r"\exists \lambda, k, h\colon f(x) = \lambda \operatorname{CELU}_h(kx)"
        r" \iff \alpha = 1",
        assumptions=(x, alpha, scale, rate, height),
        proof=only_alpha_1_is_a_rescaled_celu,
        source="the kink of ELU",
        neighbours={
            "A rescaled CELU that is the identity on the right has the rate lambda.": lambda: (
                UniqueSolution((scale * rate - 1,), (rate,), (scale,))
            ),
            "ELU is CELU only at alpha = 1.01.": lambda: CoincideOnlyAt(
                ELU, CELU, alpha, Rational(101, 100)
            ),
        },
    ),
    Claim(
        id="relations.rescaled_celu",
        statement="ELU of every alpha > 0 is the rescaled CELU alpha*CELU_1(x/alpha).",
        assumptions=(x, alpha),
        # With the factor and the rate that the right side and the floor ask for.
        proof=lambda: [Equality(ELU, alpha * Celu(x / alpha, S.One), Side.LEFT)],
        source="the relation between CELU and ELU, read backwards",
        expected=Verdict.REFUTED,
        neighbours={
            "f(x) = alpha*CELU_1(x).": lambda: Equality(ELU, alpha * Celu(x, S.One), Side.RIGHT)
        },
    ),
    Claim(
        id="relations.derivative_from_value",
        statement="At alpha = 1 the derivative is min(f(x), 0) + 1, so the backward pass needs the"
        " output alone.",
        latex=r"\alpha = 1 \implies f'(x) = \min(f(x), 0) + 1",
        assumptions=(x,),
        # On the left f + 1 is the derivative, and less than 1; on the right the 1 is.
        proof=lambda: [
            Equality(UNIT_DERIVATIVE, UNIT + 1, Side.LEFT),
            PositiveFromKink(-on_side(UNIT, Side.LEFT), Side.LEFT),
            Equality(UNIT_DERIVATIVE, S.One, Side.RIGHT),
            NonNegative(UNIT, Side.RIGHT),
        ],
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "f'(x) = f(x) + 1 also for x > 0.": lambda: Equality(
                UNIT_DERIVATIVE, UNIT + 1, Side.RIGHT
            ),
            "f'(x) = min(f(x), 0) + 1 for every alpha.": lambda: Equality(
                EluDerivative(x, alpha), ELU + 1, Side.LEFT
            ),
        },
    ),
)
