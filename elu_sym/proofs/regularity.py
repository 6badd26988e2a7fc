"""How regular ELU is: continuous, its corner, monotone, its range."""

from collections.abc import Iterator

from sympy import S, oo

from elu_sym.activations import Elu
from elu_sym.assertion import Assertion
from elu_sym.claim import Claim
from elu_sym.proofs.inference import Equality
from elu_sym.proofs.shape import Range, StrictlyMonotone
from elu_sym.proofs.smoothness import Jump, NeverSmooth, Smooth, SmoothOnlyAt
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
    ),
    Claim(
        id="regularity.derivative_jump",
        statement="At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        latex=r"f'(0^+) - f'(0^-) = 1 - \alpha",
        assumptions=(x, alpha),
        proof=derivative_jump,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
    ),
    Claim(
        id="regularity.c1_iff_alpha_1",
        statement="ELU is continuously differentiable if and only if alpha = 1.",
        latex=r"f \in C^1(\mathbb{R}) \iff \alpha = 1",
        assumptions=(x, alpha),
        proof=c1_iff_alpha_1,
        source="Barron 2017",
    ),
    Claim(
        id="regularity.never_c2",
        statement="ELU is twice continuously differentiable for no alpha > 0.",
        latex=r"f \notin C^2(\mathbb{R})",
        assumptions=(x, alpha),
        proof=never_c2,
        source="Barron 2017, sharpened",
    ),
    Claim(
        id="regularity.monotone",
        statement="ELU is strictly increasing for every alpha > 0.",
        latex=r"x < y \implies f(x) < f(y)",
        assumptions=(x, alpha),
        proof=monotone,
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
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
    ),
)
