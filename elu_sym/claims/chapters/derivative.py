"""The derivative of ELU: its sign, and how the value of ELU gives it."""

from collections.abc import Iterator

from elu_sym.activations import Elu, EluDerivative, ReluDerivative
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.calculus import DerivativeOf
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


CLAIMS = (
    Claim(
        id="derivative.positive",
        statement="The derivative of ELU is positive everywhere for every alpha > 0; at 0, where it"
        " may jump, both one-sided derivatives are.",
        latex=r"f'(x) > 0 \;(x \ne 0),\quad f'(0^\pm) > 0",
        assumptions=(x, alpha),
        proof=positive,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is less than 1 for x < 0.": lambda: Positive(1 - DERIVATIVE, Side.LEFT),
            "That of ReLU is positive everywhere.": lambda: Positive(ReluDerivative(x), Side.LEFT),
        },
    ),
    Claim(
        id="derivative.self_expression",
        statement="For x < 0 the derivative of ELU is ELU plus alpha.",
        latex=r"f'(x) = f(x) + \alpha \;(x < 0)",
        assumptions=(x, alpha),
        # On the left the exponential is its own derivative.
        proof=lambda: [is_derivative(Side.LEFT), Equality(DERIVATIVE, ELU + alpha, Side.LEFT)],
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is ELU minus alpha.": lambda: Equality(DERIVATIVE, ELU - alpha, Side.LEFT),
            "It is ELU plus alpha for x > 0 as well.": lambda: Equality(
                DERIVATIVE, ELU + alpha, Side.RIGHT
            ),
        },
    ),
)
