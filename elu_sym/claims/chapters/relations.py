"""Exact relations between ELU, its relatives and its own derivative."""

from collections.abc import Iterator

from sympy import S

from elu_sym.activations import Celu, Elu, Selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.calculus import DerivativeOf, LimitAtKink
from elu_sym.claims.rules.elementary import Equality, Side, UniqueSolution
from elu_sym.claims.rules.function_shape import CoincideOnlyAt
from elu_sym.claims.rules.kink import OneSidedDerivative
from elu_sym.claims.rules.laws import on_side
from elu_sym.symbols import alpha, height, rate, scale, x

ELU, CELU, SELU = Elu(x, alpha), Celu(x, alpha), Selu(x, alpha, scale)

RESCALED = scale * Celu(rate * x, height)
"""A CELU with any factor, any rate and a floor of its own."""


def only_alpha_1_is_a_rescaled_celu() -> Iterator[Assertion]:
    """The right piece fixes the rate, and then the slope left of 0 is 1."""
    left = on_side(RESCALED, Side.LEFT)
    yield Equality(RESCALED, scale * rate * x, Side.RIGHT)
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
        "relations.celu",
        "CELU is a rescaled ELU of alpha = 1: CELU_alpha(x) = alpha*ELU_1(x/alpha).",
        [Equality(CELU, alpha * Elu(x / alpha, S.One), side) for side in Side],
        "Barron 2017",
        latex=r"\operatorname{CELU}_\alpha(x) = \alpha \operatorname{ELU}_1(x/\alpha)",
        assumptions=(x, alpha),
        neighbours={
            "CELU_alpha(x) = alpha*ELU_1(x).": Equality(CELU, alpha * Elu(x, S.One), Side.LEFT),
            "CELU_alpha(x) = alpha*ELU_alpha(x/alpha).": Equality(
                CELU, alpha * Elu(x / alpha, alpha), Side.LEFT
            ),
        },
    ),
    Claim(
        "relations.selu",
        "SELU is lambda times ELU.",
        [Equality(SELU, scale * ELU, side) for side in Side],
        "Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 2",
        latex=r"\operatorname{SELU}(x) = \lambda \operatorname{ELU}_\alpha(x)",
        assumptions=(x, alpha, scale),
        neighbours={"It is ELU_alpha(lambda*x).": Equality(SELU, Elu(scale * x, alpha), Side.LEFT)},
    ),
    Claim(
        "relations.only_alpha_1_is_a_rescaled_celu",
        "ELU is a CELU with another factor, rate and floor, lambda*CELU_h(k*x), only at"
        " alpha = 1: every such function has the slope 1 on both sides of 0 once it is the identity"
        " on the right.",
        only_alpha_1_is_a_rescaled_celu,
        "the kink of ELU",
        latex=r"\exists\lambda, k, h\colon f(x) = \lambda\operatorname{CELU}_h(kx) \iff \alpha = 1",
        assumptions=(x, alpha, scale, rate, height),
        conclusion="equal functions have equal slopes at 0; at alpha = 1 ELU is the CELU of the"
        " same alpha",
        neighbours={
            "A rescaled CELU that is the identity on the right has the rate lambda.": (
                UniqueSolution((scale * rate - 1,), (rate,), (scale,))
            ),
            "ELU is CELU only at alpha = 1.01.": CoincideOnlyAt(ELU, CELU, alpha, S(101) / 100),
        },
    ),
    Claim(
        "relations.rescaled_celu",
        "ELU of every alpha > 0 is the rescaled CELU alpha*CELU_1(x/alpha).",
        # With the factor and the rate that the right side and the floor ask for.
        Equality(ELU, alpha * Celu(x / alpha, S.One), Side.LEFT),
        "the relation between CELU and ELU, read backwards",
        assumptions=(x, alpha),
        expected=Verdict.REFUTED,
        neighbours={"f(x) = alpha*CELU_1(x).": Equality(ELU, alpha * Celu(x, S.One), Side.RIGHT)},
    ),
)
