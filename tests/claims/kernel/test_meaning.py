"""What terms mean under facts: signs, derivatives, expectations."""

import pytest
from sympy import Derivative, S, Symbol, exp

from elu_sym.activations import Relu
from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.formulas import Expectation, at_most, less, term
from elu_sym.claims.kernel import RejectedError
from elu_sym.claims.kernel.language import Formula
from elu_sym.claims.kernel.meaning import Context
from elu_sym.symbols import strike, x

A, B, LOCATION = (Symbol(name, real=True) for name in ("a", "b", "m"))


def knowing(*facts: Formula) -> Context:
    """Numbers a, b, m, K of which some facts are known."""
    context = Context()
    for name in ("a", "b", "m", "K"):
        context = context.with_variable(name)
    for fact in facts:
        context = context.with_fact(fact)
    return context


def sign(value: object, *facts: Formula) -> str:
    context = knowing(*facts)
    return context.sign(context.value(term(value)))


def test_of_two_facts_the_one_that_says_more_is_used() -> None:
    assert sign(A - B, at_most(B, A)) == "0+"
    assert sign(A - B, at_most(B, A), less(B, A)) == "+"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((less(0, A), at_most(A, B)), "+"),
        ((at_most(0, A), less(A, B)), "+"),
        ((at_most(0, A), at_most(A, B)), "0+"),
        ((less(A, 0), at_most(B, A)), "-"),
        ((at_most(B, A),), ""),
        ((at_most(A, B), less(0, A)), ""),
        ((at_most(term(-A), B), less(0, A)), ""),
        ((at_most(B, 1),), ""),
    ],
)
def test_a_variable_above_a_positive_one_is_positive(
    facts: tuple[Formula, ...], expected: str
) -> None:
    assert sign(B, *facts) == expected


def test_a_piece_that_is_0_adds_nothing() -> None:
    context = knowing()
    assert context.value(term(Expectation(Relu(x), x, S.Zero, S.One))) == context.value(
        ("^", ("sqrt", ("*", 2, ("pi",))), -1)
    )


def test_the_end_of_a_piece_may_move() -> None:
    call = Expectation(Relu(x - strike), x, S.Zero, S.One)
    context = knowing(less(0, strike))
    probability = context.value(("Phi", ("*", -1, "K")))
    assert is_zero(context.value(term(Derivative(call, strike))) + probability)


def test_an_exponential_of_a_square_has_no_expectation() -> None:
    with pytest.raises(RejectedError, match="no sum of powers times exponentials"):
        knowing().value(term(Expectation(exp(x**2), x, S.Zero, S.One)))
