"""The derivative of ELU: its sign, and how the value of ELU gives it."""

from collections.abc import Iterator
from functools import partial

from sympy import S

from elu_sym.activations import Elu, EluDerivative, ReluDerivative
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.calculus import DerivativeOf, PositiveFromKink
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.kink import OneSidedDerivative, piece, value_at_kink
from elu_sym.symbols import alpha, x

ELU, DERIVATIVE = Elu(x, alpha), EluDerivative(x, alpha)


def is_derivative(side: Side) -> DerivativeOf:
    """What stands for the derivative is that of ELU."""
    return DerivativeOf(piece(ELU, side), piece(DERIVATIVE, side))


def positive() -> Iterator[Assertion]:
    """Its sign on either side, and both one-sided derivatives at 0."""
    for side in Side:
        yield is_derivative(side)
        yield Positive(DERIVATIVE, side)
        at_zero = value_at_kink(DERIVATIVE, side)
        yield OneSidedDerivative(ELU, side, at_zero)
        yield Positive(at_zero)


claim = partial(Claim, assumptions=(x, alpha))

CLAIMS = (
    claim(
        "derivative.positive",
        "The derivative of ELU is positive everywhere for every alpha > 0; at 0, where it"
        " may jump, both one-sided derivatives are.",
        positive,
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        latex=r"f'(x) > 0 \;(x \ne 0),\quad f'(0^\pm) > 0",
        neighbours={
            "It is less than 1 for x < 0.": Positive(1 - DERIVATIVE, Side.LEFT),
            "That of ReLU is positive everywhere.": Positive(ReluDerivative(x), Side.LEFT),
        },
    ),
    claim(
        "derivative.self_expression",
        "The derivative of ELU is ELU plus alpha for x < 0 and 1 for x > 0, so that the backward"
        " pass needs the output alone, whose sign is that of x.",
        # On the left the exponential is its own derivative.
        [
            is_derivative(Side.LEFT),
            Equality(DERIVATIVE, ELU + alpha, Side.LEFT),
            PositiveFromKink(-piece(ELU, Side.LEFT), Side.LEFT),
            Equality(DERIVATIVE, S.One, Side.RIGHT),
            Positive(ELU, Side.RIGHT),
        ],
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        latex=r"f'(x) = f(x) + \alpha \;(x < 0), \quad f'(x) = 1 \;(x > 0)",
        neighbours={
            "It is ELU minus alpha.": Equality(DERIVATIVE, ELU - alpha, Side.LEFT),
            "It is ELU plus 1 for x < 0, whatever alpha.": Equality(DERIVATIVE, ELU + 1, Side.LEFT),
            "It is ELU plus alpha for x > 0 too.": Equality(DERIVATIVE, ELU + alpha, Side.RIGHT),
        },
    ),
)
