"""How regular ELU is: continuous, its corner, monotone, its range."""

from collections.abc import Iterator

from sympy import S, oo

from elu_sym.activations import Celu, Elu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.claims.rules.elementary import Equality, Side
from elu_sym.claims.rules.function_shape import Range, StrictlyMonotone
from elu_sym.claims.rules.kink import (
    Jump,
    NeverSmooth,
    OneSidedDerivative,
    Smooth,
    SmoothOnlyAt,
)
from elu_sym.symbols import alpha, x


def continuous() -> Iterator[Assertion]:
    """Both pieces tend to the value at 0."""
    yield Smooth(Elu(x, alpha), 0)


def derivative_jump() -> Iterator[Assertion]:
    """The one-sided derivatives at 0, and the weight of the atom of the second derivative."""
    yield Jump(Elu(x, alpha), 1 - alpha)
    yield Equality(Elu(x, alpha).diff(x).jump(), 1 - alpha)


def c1_iff_alpha_1() -> Iterator[Assertion]:
    """The corner vanishes at alpha = 1 and nowhere else."""
    yield SmoothOnlyAt(Elu(x, alpha), 1, alpha, S.One)


def never_c2() -> Iterator[Assertion]:
    """The second derivative has other limits from the left and from the right."""
    yield NeverSmooth(Elu(x, alpha), 2)


def monotone() -> Iterator[Assertion]:
    """The derivative is positive on either side."""
    yield StrictlyMonotone(Elu(x, alpha))


def onto() -> Iterator[Assertion]:
    """The limits at both ends, and nothing left out between them."""
    yield Range(Elu(x, alpha), -alpha, oo)


CLAIMS = (
    Claim(
        id="regularity.continuous",
        statement="ELU is continuous for every alpha > 0.",
        latex=r"f \in C^0(\mathbb{R})",
        assumptions=(x, alpha),
        proof=continuous,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours=(
            Neighbour(
                "It is C^1 for every alpha.",
                lambda: [Smooth(Elu(x, alpha), 1)],
            ),
        ),
    ),
    Claim(
        id="regularity.derivative_jump",
        statement="At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        latex=r"f'(0^+) - f'(0^-) = 1 - \alpha",
        assumptions=(x, alpha),
        proof=derivative_jump,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours=(
            Neighbour(
                "The jump is alpha - 1.",
                lambda: [Jump(Elu(x, alpha), alpha - 1)],
            ),
            Neighbour(
                "The derivative at 0 from the left is 1.",
                lambda: [OneSidedDerivative(Elu(x, alpha), Side.LEFT, S.One)],
            ),
        ),
    ),
    Claim(
        id="regularity.c1_iff_alpha_1",
        statement="ELU is continuously differentiable if and only if alpha = 1.",
        latex=r"f \in C^1(\mathbb{R}) \iff \alpha = 1",
        assumptions=(x, alpha),
        proof=c1_iff_alpha_1,
        source="Barron 2017",
        neighbours=(
            Neighbour(
                "If and only if alpha = 1.01.",
                lambda: [SmoothOnlyAt(Elu(x, alpha), 1, alpha, S(101) / 100)],
            ),
            Neighbour(
                "CELU is C^1 only at alpha = 1.",
                lambda: [SmoothOnlyAt(Celu(x, alpha), 1, alpha, S.One)],
            ),
        ),
    ),
    Claim(
        id="regularity.never_c2",
        statement="ELU is twice continuously differentiable for no alpha > 0.",
        latex=r"f \notin C^2(\mathbb{R})",
        assumptions=(x, alpha),
        proof=never_c2,
        source="Barron 2017, sharpened",
        neighbours=(
            Neighbour("It is C^1 for no alpha.", lambda: [NeverSmooth(Elu(x, alpha), 1)]),
            Neighbour("It is C^2 at alpha = 1.", lambda: [Smooth(Elu(x, S.One), 2)]),
        ),
    ),
    Claim(
        id="regularity.monotone",
        statement="ELU is strictly increasing for every alpha > 0.",
        latex=r"x < y \implies f(x) < f(y)",
        assumptions=(x, alpha),
        proof=monotone,
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours=(
            Neighbour(
                "It is strictly decreasing.",
                lambda: [StrictlyMonotone(Elu(x, alpha), increasing=False)],
            ),
        ),
    ),
    Claim(
        id="regularity.range",
        statement=(
            "ELU maps the real line onto (-alpha, oo): its limits are -alpha and oo, and it takes"
            " every value between them and no other."
        ),
        latex=r"f(\mathbb{R}) = (-\alpha, \infty)",
        assumptions=(x, alpha),
        proof=onto,
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours=(
            Neighbour(
                "The range is (-1, oo) for every alpha.",
                lambda: [Range(Elu(x, alpha), -S.One, oo)],
            ),
            Neighbour(
                "The range is (-alpha, alpha).",
                lambda: [Range(Elu(x, alpha), -alpha, alpha)],
            ),
        ),
    ),
)
